/*
 * The program over https: its options, and clients that others have written.
 */
#include <openssl/pem.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "tests/support/folder.h"
#include "tests/support/formatted.h"
#include "tests/support/integration.h"
#include "tests/support/raw_client.h"
#include "tests/support/secure_client.h"
#include "tests/support/tls_server.h"

static char certificate[TLS_PATH_SIZE];
static char key[TLS_PATH_SIZE];

static void write_files(void)
{
    tls_setup();
    tls_write_good(certificate, key);
}

TestSuite(https, .init = write_files, .fini = tls_teardown, .timeout = 60);

static struct server start(void)
{
    return server_start("--tls-certificate", certificate, "--tls-key", key);
}

static struct order *get_verified(const struct server *server, const char *path)
{
    struct order *self = order_prepare(server, path);
    curl_easy_setopt(self->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(self->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(self->easy, CURLOPT_CAINFO, folder_path("ca.pem"));
    order_begin(self);
    wait_for(self);
    return self;
}

ServerTest(https, a_client_that_trusts_the_certificate_is_served, start())
{
    cr_expect(strncmp(server.url, "https://127.0.0.1:", 18) == 0, "%s", server.url);
    struct order *order = get_verified(&server, "/ping");
    cr_expect_eq(order->status, 200, "%s", curl_easy_strerror(order->error));
    cr_expect_str_eq(order->body.bytes, "Hello, world!");
    cr_expect_eq(server_stop(&server), 0);
}

ServerTest(https, a_certificate_can_be_made_at_the_start, server_start("--tls-self-signed"))
{
    cr_expect_eq(get(&server, "/ping")->status, 200);
    cr_expect_eq(get_verified(&server, "/ping")->error, CURLE_PEER_FAILED_VERIFICATION);
}

#ifdef HOB_HTTP2
ServerTest(https, a_client_that_offers_http2_gets_it, start())
{
    long version;
    struct order *order = get_verified(&server, "/ping");
    cr_expect_eq(order->status, 200);
    curl_easy_getinfo(order->easy, CURLINFO_HTTP_VERSION, &version);
    cr_expect_eq(version, CURL_HTTP_VERSION_2_0, "%ld", version);
}
#endif

/* Its connection is closed as an idle one is, before its --head-timeout. */
ServerTest(
    https, clients_without_a_handshake_do_not_delay_the_end,
    server_start("--tls-self-signed", "--head-timeout", "60", "--idle-grace", "0"))
{
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(get(&server, "/ping")->status, 200);
    double begin = hob_now();
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_lt(hob_now() - begin, 20, "it took %g s", hob_now() - begin);
    raw_close(&client);
}

ServerTest(https, http_on_its_port_gets_an_error_in_words, start())
{
    struct raw_client client = raw_connect(&server);
    struct response response = raw_exchange(&client, GET("/ping"));
    cr_expect_eq(response.status, 400);
    cr_expect_not_null(strstr(response.body, "this port needs TLS: use https://"));
    cr_expect(has_field(&response, "Connection: close"));
    raw_close(&client);
}

ServerTest(
    https, orders_are_cooked_over_it, server_start("--tls-self-signed", "--time-scale", "0.05"))
{
    struct order **orders = order_many(&server, "/noodles", 50);
    wait_for_orders();
    for (size_t i = 0; i < 50; i++)
        cr_expect_eq(orders[i]->status, 200);
}

/*
 * Files that cannot be used.
 */

/* Runs it. The message has to be one line, which has these two texts. */
static void expect_refusal(const char *const *argv, const char *file, const char *reason)
{
    struct process *hob = process_start(argv);
    cr_expect_eq(process_result(hob), 2, "%s: %d", reason, hob->result);
    const char *errors = process_errors(hob);
    cr_expect(strstr(errors, file) && strstr(errors, reason), "instead of %s: %s", reason, errors);
    cr_expect_eq(strcspn(errors, "\n"), strlen(errors) - 1, "%s", errors);
    hob->told = true; /* and it has ended as it should */
    hob->result = 0;
}

#define expect_files_refused(certificate, key, file, reason)                                       \
    expect_refusal(                                                                                \
        (const char *const[]){                                                                     \
            HOB_BINARY, "--port", "0", "--tls-certificate", certificate, "--tls-key", key, NULL},  \
        file, reason)

static void write_dated(const char *path, int from, int until)
{
    struct identity identity = identity_make(&(struct certificate){
        .subject = "dated", .issuer = tls_authority(), .from = from, .until = until});
    identity_write_certificate(&identity, path);
    identity_write_key(&identity, key, NULL);
    identity_free(&identity);
}

ProcessTest(https, unusable_files_are_named_with_the_reason)
{
    char other[300];
    snprintf(other, sizeof(other), "%s", folder_path("other"));
    expect_files_refused(other, key, other, "No such file or directory");
    expect_files_refused(certificate, other, other, "No such file or directory");
    folder_add_text("other", "these are no bytes of a certificate\n");
    expect_files_refused(other, key, other, "no start line");
    expect_files_refused(certificate, other, other, "");
    identity_write_key(tls_authority(), other, NULL);
    expect_files_refused(certificate, other, other, "key values mismatch");
    identity_write_key(tls_good(), other, "secret");
    expect_files_refused(
        certificate, other, other, "it is encrypted, and hob asks for no password");
    write_dated(other, -3, -1);
    expect_files_refused(other, key, other, "it expired on ");
    write_dated(other, 1, 3);
    expect_files_refused(other, key, other, "it becomes valid on ");
}

/* For options with a file beside those of a certificate. */
static void expect_other_files_refused(const char *file, const char *reason)
{
    static const char *const options[] = {"--tls-client-ca", "--tls-ocsp"};
    for (size_t i = 0; i < COUNT(options); i++) {
        const char *const argv[] = {HOB_BINARY,  "--port",    "0", "--tls-certificate",
                                    certificate, "--tls-key", key, options[i],
                                    file,        NULL};
        expect_refusal(argv, file, reason);
    }
}

ProcessTest(https, unusable_files_of_clients_and_staples_are_named)
{
    char other[300];
    snprintf(other, sizeof(other), "%s", folder_path("other"));
    expect_other_files_refused(other, "No such file or directory");
    folder_add_text("other", "these are no bytes of a certificate\n");
    expect_other_files_refused(other, "");
}

/* To open one for reading would wait for its writer. */
ProcessTest(https, fifos_are_refused)
{
    static const char reason[] = "it is not a regular file";
    char fifo[300];
    snprintf(fifo, sizeof(fifo), "%s", folder_path("fifo"));
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    expect_files_refused(fifo, key, fifo, reason);
    expect_files_refused(certificate, fifo, fifo, reason);
    expect_other_files_refused(fifo, reason);
}

#define expect_options_refused(reason, ...)                                                        \
    expect_refusal((const char *const[]){HOB_BINARY, ##__VA_ARGS__, NULL}, "hob: ", reason)

ProcessTest(https, options_that_do_not_go_together_are_refused)
{
    expect_options_refused(
        "--tls-key: there are 2 keys for 1 certificates", "--tls-certificate", certificate,
        "--tls-key", key, "--tls-key", key);
    expect_options_refused(
        "--tls-self-signed and --tls-certificate do not go together", "--tls-certificate",
        certificate, "--tls-self-signed");
    expect_options_refused("--hsts needs --tls-certificate or --tls-self-signed", "--hsts", "1");
    expect_options_refused(
        "https:// of --listen needs --tls-certificate", "--listen", "https://127.0.0.1:0");
    expect_options_refused(
        "no address of --listen is for https", "--tls-self-signed", "--listen",
        "http://127.0.0.1:0");
    expect_options_refused(
        "--redirect-to-https needs an address of --listen with http://", "--tls-self-signed",
        "--redirect-to-https");
}

/*
 * Several certificates.
 */

/* The common name of the certificate that a client gets who asks for this host. */
static const char *certificate_for(const struct server *server, const char *host)
{
    static char name[64];
    struct curl_certinfo *chain = NULL;
    char url[100], pair[100];
    struct order *order = order_prepare(server, "/ping");
    snprintf(url, sizeof(url), "https://%s:%u/ping", host, server->port);
    snprintf(pair, sizeof(pair), "%s:%u:127.0.0.1", host, server->port);
    struct curl_slist *resolve = curl_slist_append(NULL, pair);
    curl_easy_setopt(order->easy, CURLOPT_URL, url);
    curl_easy_setopt(order->easy, CURLOPT_RESOLVE, resolve);
    curl_easy_setopt(order->easy, CURLOPT_CERTINFO, 1L);
    order_begin(order);
    wait_for(order);
    curl_slist_free_all(resolve);
    curl_easy_getinfo(order->easy, CURLINFO_CERTINFO, &chain);
    *name = '\0';
    for (struct curl_slist *at = chain ? chain->certinfo[0] : NULL; at; at = at->next)
        sscanf(at->data, "Subject:CN = %63s", name);
    return name;
}

static void write_named(const char *file, const char *subject, const char *names)
{
    struct identity identity = identity_make(
        &(struct certificate){.subject = subject, .names = names, .issuer = tls_authority()});
    char path[300];
    snprintf(path, sizeof(path), "%s", folder_path(file));
    FILE *both = fopen(path, "we");
    PEM_write_X509(both, identity.certificate);
    PEM_write_PrivateKey(both, identity.key, NULL, NULL, 0, NULL, NULL);
    fclose(both);
    identity_free(&identity);
}

ProcessTest(https, the_certificate_is_chosen_by_name)
{
    char files[1000];
    write_named("first.pem", "first", "DNS:first.test");
    write_named("wild.pem", "wild", "DNS:*.wild.test");
    write_named("exact.pem", "exact", "DNS:one.wild.test");
    snprintf(
        files, sizeof(files), "%s/first.pem,%s/wild.pem,%s/exact.pem", folder_path(""),
        folder_path(""), folder_path(""));
    struct server server = server_start("--tls-certificate", files);
    cr_expect_str_eq(certificate_for(&server, "first.test"), "first");
    cr_expect_str_eq(certificate_for(&server, "two.wild.test"), "wild");
    cr_expect_str_eq(certificate_for(&server, "one.wild.test"), "exact");
    cr_expect_str_eq(certificate_for(&server, "a.b.wild.test"), "first");
    cr_expect_str_eq(certificate_for(&server, "unknown.test"), "first");
    cr_expect_str_eq(certificate_for(&server, "127.0.0.1"), "first");
}

/*
 * New certificates.
 */

static void write_new(const char *subject)
{
    struct identity identity = identity_make(&(struct certificate){
        .subject = subject, .names = "IP:127.0.0.1", .issuer = tls_authority()});
    identity_write_certificate(&identity, certificate);
    identity_write_key(&identity, key, NULL);
    identity_free(&identity);
}

/* A client that opens a connection for each request, until it is to stop. */
struct visitor {
    struct server server;
    pthread_t thread;
    atomic_bool over;
    atomic_size_t served;
    atomic_size_t failed;
};

static void *visit(void *arg)
{
    struct visitor *self = arg;
    while (!self->over) {
        struct secure_client client = secure_client_of(&self->server);
        if (secure_handshake(&client) && secure_ping(&client))
            self->served++;
        else
            self->failed++;
        secure_close(&client);
    }
    return NULL;
}

static bool shows(const struct server *server, const char *subject)
{
    struct secure_client client = secure_client_of(server);
    cr_assert(secure_handshake(&client));
    bool shown = strcmp(secure_peer(&client), subject) == 0;
    secure_close(&client);
    return shown;
}

ServerTest(https, certificates_change_without_a_failed_handshake, start())
{
    enum { TIMES = 100 };
    struct visitor visitor = {.server = server};
    char subject[32];
    cr_assert_eq(pthread_create(&visitor.thread, NULL, visit, &visitor), 0);
    for (int i = 0; i < TIMES; i++) {
        size_t served = visitor.served;
        snprintf(subject, sizeof(subject), "certificate %d", i);
        write_new(subject);
        server_signal(&server, SIGHUP);
        server.process->told = false; /* to stop */
        cr_expect(eventually(visitor.served > served));
    }
    cr_expect(eventually(shows(&server, subject)));
    visitor.over = true;
    pthread_join(visitor.thread, NULL);
    cr_expect_eq(visitor.failed, 0, "%zu", (size_t)visitor.failed);
    printf("%d new certificates, %zu handshakes meanwhile\n", TIMES, (size_t)visitor.served);
}

ServerTest(https, changed_files_are_noticed_without_a_signal, start())
{
    cr_expect(shows(&server, "good"));
    write_new("better");
    cr_expect(eventually(shows(&server, "better")));
}

/* As Kubernetes replaces the files of a mounted Secret: they are links through the link ..data. */
static void write_secret(const char *version, const char *subject)
{
    folder_add_folder(version);
    snprintf(certificate, sizeof(certificate), "%s/tls.crt", folder_path(version));
    snprintf(key, sizeof(key), "%s/tls.key", folder_path(version));
    write_new(subject);
    folder_add_link("..data_tmp", version);
    cr_assert_eq(rename(folder_path("..data_tmp"), folder_path("..data")), 0, "%m");
}

ProcessTest(https, a_secret_of_kubernetes_is_read_again)
{
    write_secret("..1", "good");
    folder_add_link("tls.crt", "..data/tls.crt");
    folder_add_link("tls.key", "..data/tls.key");
    struct server server = server_start(
        "--tls-certificate", folder_path("tls.crt"), "--tls-key", folder_path("tls.key"));
    cr_expect(shows(&server, "good"));
    write_secret("..2", "better");
    cr_expect(eventually(shows(&server, "better")));
    cr_expect_eq(server_log_count(&server, "the old certificates stay"), 0);
}

ServerTest(https, a_pair_that_does_not_fit_leaves_the_old_one, start())
{
    identity_write_key(tls_authority(), key, NULL);
    cr_expect(server_logs(&server, "the old certificates stay in use: using the key in "));
    cr_expect(shows(&server, "good"));
    write_new("better");
    cr_expect(eventually(shows(&server, "better")));
}

ServerTest(https, an_encrypted_key_leaves_the_old_one, start())
{
    identity_write_key(tls_good(), key, "secret");
    cr_expect(server_logs(&server, "good.key: it is encrypted, and hob asks for no password"));
    cr_expect(shows(&server, "good"));
}

ServerTest(https, a_fifo_in_place_of_a_key_leaves_the_old_one, start())
{
    cr_assert_eq(unlink(key), 0);
    cr_assert_eq(mkfifo(key, 0600), 0);
    server_signal(&server, SIGHUP);
    server.process->told = false; /* to stop */
    cr_expect(server_logs(&server, "good.key: it is not a regular file"));
    cr_expect(shows(&server, "good"));
    cr_assert_eq(unlink(key), 0);
    write_new("better");
    cr_expect(eventually(shows(&server, "better")));
}

ServerTest(
    https, all_workers_have_the_new_certificate,
    server_start("--tls-certificate", certificate, "--tls-key", key, "--workers", "2"))
{
    write_new("better");
    kill(server.process->pid, SIGHUP);
    cr_expect(eventually(server_log_count(&server, "use the certificates as they are now") >= 2));
    for (int i = 0; i < 8; i++)
        cr_expect(shows(&server, "better"));
}

ServerTest(
    https, a_restart_loses_no_connection,
    server_start("--tls-certificate", certificate, "--tls-key", key, "--idle-grace", "10"))
{
    enum { RESTARTS = 5 };
    struct visitor visitor = {.server = server};
    cr_assert_eq(pthread_create(&visitor.thread, NULL, visit, &visitor), 0);
    for (int i = 0; i < RESTARTS; i++) {
        size_t served = visitor.served;
        server_restart(&server);
        cr_expect(eventually(visitor.served > served));
    }
    visitor.over = true;
    pthread_join(visitor.thread, NULL);
    cr_expect_eq(visitor.failed, 0, "%zu of %zu", (size_t)visitor.failed, (size_t)visitor.served);
}

/*
 * Beside http.
 */

/* The second address that the server prints. */
static struct server second_of(const struct server *server)
{
    static const char begin[] = "hob listens on ";
    cr_assert(eventually(strstr(strchr(process_output(server->process), '\n'), begin)));
    const char *line = strstr(strchr(process_output(server->process), '\n'), begin);
    return server_at(line + strlen(begin));
}

static struct server start_both(void)
{
    return server_wait(program_start(
        "--tls-self-signed", "--listen", "http://127.0.0.1:0", "--listen", "https://127.0.0.1:0",
        "--redirect-to-https", "--hsts", "31536000", "--idle-grace", "0"));
}

ServerTest(https, http_is_redirected, start_both())
{
    char expected[100];
    struct server secure = second_of(&server);
    struct order *order = get(&server, "/ping?a=b%20c");
    cr_expect_eq(order->status, 308);
    snprintf(
        expected, sizeof(expected), "Location: https://127.0.0.1:%u/ping?a=b%%20c", secure.port);
    cr_expect(order_has_field(order, expected), "%s", order->head.bytes);
    cr_expect_null(strstr(order->head.bytes, "Strict-Transport-Security"));
}

static struct server start_both_behind_a_proxy(void)
{
    return server_wait(program_start(
        "--tls-self-signed", "--listen", "http://127.0.0.1:0", "--listen", "https://127.0.0.1:0",
        "--redirect-to-https", "--hsts", "60", "--idle-grace", "0", "--trusted-proxies",
        "127.0.0.1"));
}

/* Or a proxy that has the TLS of its clients would redirect them again and again. */
ServerTest(https, https_before_a_trusted_proxy_is_not_redirected, start_both_behind_a_proxy())
{
    static const char by_https[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https";
    struct order *order = get_with(&server, "/ping", by_https);
    cr_expect_eq(order->status, 200);
    cr_expect(order_has_field(order, "Strict-Transport-Security: max-age=60"));
    order = get_with(&server, "/ping", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http");
    cr_expect_eq(order->status, 308);
}

ServerTest(https, a_client_cannot_say_that_it_uses_https, start_both())
{
    static const char by_https[] = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https";
    cr_expect_eq(get_with(&server, "/ping", by_https)->status, 308);
}

ServerTest(https, browsers_are_to_stay_with_https, start_both())
{
    struct server secure = second_of(&server);
    struct order *order = order_prepare(&secure, "/ping");
    curl_easy_setopt(order->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    order_begin(order);
    wait_for(order);
    cr_expect_eq(order->status, 200);
    cr_expect(order_has_field(order, "Strict-Transport-Security: max-age=31536000"));
}

/*
 * hob healthcheck.
 */

ServerTest(https, a_healthy_server_is_well, start_both())
{
    char http[64], https[64];
    snprintf(http, sizeof(http), "http://%s", server_address(&server));
    struct server secure = second_of(&server);
    snprintf(https, sizeof(https), "https://%s", server_address(&secure));
    struct process *check = program_start(
        "healthcheck", "--tls-self-signed", "--redirect-to-https", "--listen", http, "--listen",
        https);
    cr_expect_eq(process_result(check), 0, "%s", process_errors(check));
}

/* As in a container, whose health check has the server's variables and not its command. */
ServerTest(https, a_healthy_server_of_https_alone_is_well, start())
{
    setenv("HOB_LISTEN", formatted("https://%s", server_address(&server)), 1);
    setenv("HOB_TLS_CERTIFICATE", certificate, 1);
    cr_expect_eq(process_result(program_start("healthcheck")), 0);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(process_result(program_start("healthcheck")), 1);
}

ServerTest(https, a_server_without_tls_is_not_well_over_https, server_start())
{
    struct process *check = process_start((const char *const[]){
        HOB_BINARY, "healthcheck", "--tls-self-signed", "--listen", server_address(&server), NULL});
    cr_expect_eq(process_result(check), 1);
    cr_expect(strncmp(process_errors(check), "hob: ", 5) == 0);
}
