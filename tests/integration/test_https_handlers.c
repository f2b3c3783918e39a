/*
 * Handlers behind TLS: what they learn of it, and bodies in both directions.
 */
#include <openssl/err.h>

#include "tests/support/folder.h"
#include "tests/support/handler_server.h"
#include "tests/support/integration.h"
#include "tests/support/raw_client.h"
#include "tests/support/real_servers.h"
#include "tests/support/secure_client.h"
#include "tests/support/tls_server.h"

TestSuite(https_handlers, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

/* The test's process keeps it; the server has a copy. */
static hob_tls_server *tls;

static struct server
serve_securely(hob_handler *handler, hob_tls_server_options certificates, const int *socket)
{
    hob_error error = {.text = ""};
    certificates.error = &error;
    cr_assert_eq(hob_tls_server_new(&certificates, &tls), 0, "%s", error.text);
    return serve_within(
        handler, (hob_server_options){
                     .tls = &tls,
                     .sockets = socket,
                     .socket_count = socket ? 1 : 0,
                     .body_limit = (size_t)256 * 1024 * 1024,
                 });
}

/*
 * hob_request_tls().
 */

static int describe(hob_request *req, hob_response *res)
{
    hob_tls_info info;
    if (!hob_request_tls(req, &info))
        return reply(res, 200, "no TLS");
    return reply(
        res, 200, "%s|%s|%s|%s|%s|", info.version, info.cipher,
        info.server_name ? info.server_name : "", info.client ? info.client : "",
        hob_request_scheme(req));
}

ProcessTest(https_handlers, the_tls_of_a_request_is_described)
{
    char name[] = "some.test"; /* OpenSSL's macro takes no constant */
    struct server server = serve_securely(describe, (hob_tls_server_options){.error = NULL}, NULL);
    struct secure_client client = secure_client_of(&server);
    SSL_set_tlsext_host_name(client.ssl, name);
    cr_assert(secure_handshake(&client));
    secure_send(&client, GET("/"));
    cr_expect(
        secure_receive(&client, "TLSv1.3|TLS_AES_256_GCM_SHA384|some.test||https|"), "%s",
        client.input);
    secure_close(&client);
    hob_tls_server_free(tls);
}

ProcessTest(https_handlers, without_tls_there_is_nothing_to_describe)
{
    struct server server = serve(describe);
    cr_expect_str_eq(get(&server, "/")->body.bytes, "no TLS");
}

/* It describes TLS also while the handler writes to it. */
static int take_over(hob_request *req, hob_response *res)
{
    hob_conn *conn;
    char bytes[5];
    hob_tls_info info;
    int err = hob_take_over(req, res, "echo", &conn);
    int length = err < 0 ? err : hob_conn_read(conn, bytes, sizeof(bytes));
    if (length < 0 || !hob_request_tls(req, &info))
        return length;
    return hob_conn_write(conn, bytes, (size_t)length);
}

ProcessTest(https_handlers, a_handler_can_take_over_the_connection)
{
    static const char request[] =
        REQUEST("GET /", "Connection: Upgrade\r\nUpgrade: echo\r\n") "early";
    struct server server = serve_securely(take_over, (hob_tls_server_options){.error = NULL}, NULL);
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client));
    secure_send(&client, request);
    cr_expect(secure_receive(&client, "\r\n\r\nearly"), "%s", client.input);
    cr_expect(secure_ended(&client));
    secure_close(&client);
    hob_tls_server_free(tls);
}

/*
 * Behind HAProxy, which has the TLS of the client.
 */

static hob_network loopback;

static struct server serve_haproxy(void)
{
    cr_assert_eq(hob_network_parse("127.0.0.0/8", &loopback), 0);
    return serve_with(
        describe, .proxy_protocol = true, .trusted_proxies = &loopback, .trusted_proxy_count = 1);
}

static void expect_behind_haproxy(
    const struct server *server, const char *scheme, const char *bind, const char *description)
{
    struct listening front;
    const char *address = formatted("%s send-proxy-v2-ssl", server_address(server));
    struct process *haproxy = start_haproxy_tcp_before(address, bind, &front);
    struct server before = server_at(formatted("%s://%s/", scheme, front.text));
    struct order *order = order_prepare(&before, "/");
    curl_easy_setopt(order->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    order_complete(order);
    cr_expect_str_eq(order->body.bytes, description);
    process_tell(haproxy, SIGUSR1); /* by which it ends with 0 */
}

ServerTest(https_handlers, haproxy_says_whether_a_client_uses_tls, serve_haproxy())
{
    char bind[TLS_PATH_SIZE];
    skip_without("haproxy");
    identity_write_key(tls_good(), folder_path("front.pem.key"), NULL);
    identity_write_certificate(tls_good(), folder_path("front.pem"));
    snprintf(bind, sizeof(bind), "ssl crt %s", folder_path("front.pem"));
    expect_behind_haproxy(&server, "https", bind, "||||https|");
    expect_behind_haproxy(&server, "http", "", "no TLS");
}

/*
 * Certificates of clients.
 */

static struct server serve_known_clients(void)
{
    static char authority[300];
    snprintf(authority, sizeof(authority), "%s", folder_path("ca.pem"));
    return serve_securely(describe, (hob_tls_server_options){.client_ca_file = authority}, NULL);
}

static struct secure_client
client_with(const struct server *server, const struct identity *identity)
{
    struct secure_client client = secure_client_of(server);
    SSL_use_certificate(client.ssl, identity->certificate);
    SSL_use_PrivateKey(client.ssl, identity->key);
    return client;
}

ProcessTest(https_handlers, a_client_with_a_trusted_certificate_is_known)
{
    struct server server = serve_known_clients();
    struct identity ann =
        identity_make(&(struct certificate){.subject = "ann", .issuer = tls_authority()});
    struct secure_client client = client_with(&server, &ann);
    for (int i = 0; i < 2; i++) { /* the second time by a ticket */
        cr_assert(secure_handshake(&client));
        secure_send(&client, GET("/"));
        cr_expect(secure_receive(&client, "|CN=ann|https|"), "%s", client.input);
        cr_expect_eq(SSL_session_reused(client.ssl), i);
        client = secure_resume(&client, &server);
    }
    secure_close(&client);
    identity_free(&ann);
    hob_tls_server_free(tls);
}

/* With TLS 1.3 the client learns that after its handshake. */
static bool is_served(struct secure_client *client)
{
    size_t written;
    bool served = secure_handshake(client) &&
                  SSL_write_ex(client->ssl, GET("/"), strlen(GET("/")), &written) == 1 &&
                  secure_receive(client, "|https|");
    secure_close(client);
    return served;
}

ProcessTest(https_handlers, other_clients_are_refused)
{
    struct server server = serve_known_clients();
    struct identity eve = identity_make(&(struct certificate){.subject = "eve"});
    struct identity late = identity_make(&(struct certificate){
        .subject = "late", .issuer = tls_authority(), .from = -2, .until = -1});
    struct secure_client nobody = secure_client_of(&server);
    struct secure_client unknown = client_with(&server, &eve);
    struct secure_client expired = client_with(&server, &late);
    cr_expect_not(is_served(&nobody));
    cr_expect_not(is_served(&unknown));
    cr_expect_not(is_served(&expired));
    identity_free(&eve);
    identity_free(&late);
    hob_tls_server_free(tls);
}

/* A reset in place of the alert would hide why, as unread input makes the kernel send one. */
ProcessTest(https_handlers, a_client_without_a_certificate_sees_the_alert)
{
    static char request[60 * 1000];
    size_t written;
    struct server server = serve_known_clients();
    memset(request, 'x', sizeof(request));
    for (int i = 0; i < 20; i++) {
        struct secure_client client = secure_client_of(&server);
        cr_assert(secure_handshake(&client));
        SSL_write_ex(client.ssl, request, sizeof(request), &written);
        cr_expect_not(secure_receive(&client, "anything"));
        cr_expect_eq(ERR_GET_REASON(ERR_peek_error()), SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED);
        secure_close(&client);
    }
    hob_tls_server_free(tls);
}

/*
 * Bodies.
 */

#define LARGE ((size_t)4 * 1024 * 1024)

static int send_large(hob_request *req, hob_response *res)
{
    char piece[10000];
    int err = hob_stream_sized(res, 200, HOB_TEXT, LARGE);
    (void)req;
    for (size_t sent = 0; sent < LARGE && err == 0;) {
        size_t size = LARGE - sent < sizeof(piece) ? LARGE - sent : sizeof(piece);
        for (size_t i = 0; i < size; i++)
            piece[i] = (char)('a' + (sent + i) % 23);
        err = hob_send(res, piece, size);
        sent += size;
    }
    return err;
}

ProcessTest(https_handlers, a_large_response_waits_for_a_slow_client)
{
    int socket = listen_with_small_buffers();
    struct server server =
        serve_securely(send_large, (hob_tls_server_options){.error = NULL}, &socket);
    struct secure_client client = secure_client_of(&server);
    size_t received = 0;
    bool intact = true;
    char piece[30000];
    int more;
    cr_assert(secure_handshake(&client));
    secure_send(&client, REQUEST("GET /", "Connection: close\r\n"));
    cr_assert(secure_receive(&client, "\r\n\r\n"));
    const char *body = strstr(client.input, "\r\n\r\n") + 4;
    size_t size = client.length - (size_t)(body - client.input);
    do {
        for (size_t i = 0; i < size; i++)
            intact = intact && body[i] == (char)('a' + (received + i) % 23);
        received += size;
        if (received < LARGE / 4)
            usleep(1000);
        body = piece;
        more = SSL_read(client.ssl, piece, sizeof(piece));
        size = more > 0 ? (size_t)more : 0;
    } while (size > 0);
    cr_expect_eq(received, LARGE);
    cr_expect(intact);
    cr_expect_eq(SSL_get_error(client.ssl, more), SSL_ERROR_ZERO_RETURN);
    secure_close(&client);
    hob_tls_server_free(tls);
}

static int count_body(hob_request *req, hob_response *res)
{
    static size_t total; /* of all requests, of which the last one asks for it */
    char piece[5000];
    int more;
    if (strcmp(hob_request_method(req), "GET") == 0)
        return reply(res, 200, "%zu bytes", total);
    total = 0;
    while ((more = hob_body_read(req, piece, sizeof(piece))) > 0)
        total += (size_t)more;
    if (more == -ECONNRESET)
        total += 1000000000;
    return more < 0 ? more : reply(res, 200, "%zu bytes", total);
}

static void upload(struct secure_client *client, size_t size)
{
    char head[100];
    char *body = calloc(1, size + 1);
    size_t written;
    snprintf(
        head, sizeof(head), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", LARGE);
    secure_send(client, head);
    cr_assert_eq(SSL_write_ex(client->ssl, body, size, &written), 1);
    free(body);
}

ProcessTest(https_handlers, a_body_of_many_records_is_read)
{
    struct server server =
        serve_securely(count_body, (hob_tls_server_options){.error = NULL}, NULL);
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client));
    upload(&client, LARGE);
    cr_expect(secure_receive(&client, "4194304 bytes"), "%s", client.input);
    secure_close(&client);
    hob_tls_server_free(tls);
}

static bool has_lost_client(const struct server *server)
{
    struct secure_client client = secure_client_of(server);
    cr_assert(secure_handshake(&client));
    secure_send(&client, GET("/"));
    cr_assert(secure_receive(&client, " bytes"));
    secure_close(&client);
    return strtoul(strstr(client.input, "\r\n\r\n") + 4, NULL, 10) >= 1000000000;
}

ProcessTest(https_handlers, a_body_that_is_cut_short_is_an_error)
{
    struct server server =
        serve_securely(count_body, (hob_tls_server_options){.error = NULL}, NULL);
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client));
    upload(&client, 1000000);
    secure_close(&client);
    cr_expect(eventually(has_lost_client(&server)));
    hob_tls_server_free(tls);
}
