/*
 * Each call that a fetch makes fails once, in each way in which it can fail, and in other runs
 * there is no memory from some call on. The fetch succeeds or returns an error, loses neither
 * memory nor descriptors, and the next fetch succeeds.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hob/client.h"
#include "hob/codings.h"
#include "tests/support/coroutine.h"
#include "tests/support/criterion.h"
#include "tests/support/descriptors.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/fault_injector.h"
#include "tests/support/sanitizers.h"

#ifdef HOB_TLS
#include <openssl/crypto.h>

#include "tests/support/tls_server.h"
#endif

TestSuite(failing_fetches, .timeout = 300);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OK           "HTTP/1.1 200 OK\r\n"

/* A redirect, a connection that ends, chunks, and a body that ends with the connection. */
static const struct act acts[] = {
    {"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 2\r\n\r\n->"},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", .slow = true},
    {OK "Connection: close\r\nContent-Length: 5\r\n\r\nhello", THEN_CLOSE},
    {OK "\r\nhello", THEN_CLOSE},
    {OK "Content-Length: 5\r\n\r\nhello"},
};

/* The acts of a server. */
struct script {
    const struct act *acts;
    size_t count;
    char address[128];
};

static int serve_for_ever(void *arg)
{
    const struct script *script = arg;
    struct fake_upstream upstream;
    fake_upstream_start_at(&upstream, script->address, script->acts, script->count);
    while (hob_sleep(0.001) == 0) {
        if (upstream.requests >= script->count)
            upstream.requests = 0; /* from the beginning */
    }
    return 0;
}

/* A server in another process: its calls do not fail. */
static pid_t start_server(struct script *script)
{
    struct listening listening = listening_open();
    snprintf(script->address, sizeof(script->address), "%s", listening.text);
    listening_close(&listening);
    pid_t pid = fork();
    if (pid == 0)
        _exit(hob_block_on(serve_for_ever, script) < 0);
    return pid;
}

struct set {
    hob_client *client;
    char url[192];
    bool connects; /* a new connection for each fetch */
    size_t failed;
};

static int fetch(struct set *self, const char *method)
{
    hob_fetched *fetched;
    hob_bytes body;
    const hob_fetch_request request = {
        .url = self->url, .method = method, .body = "tea", .body_size = 3};
    int err = hob_fetch_with(self->client, &request, &fetched);
    if (err < 0)
        return err;
    err = hob_fetched_body(fetched, &body);
    if (err == 0 && hob_fetched_status(fetched) == 200)
        cr_expect_str_eq(body.data, "hello");
    hob_bytes_free(&body);
    hob_fetched_close(fetched);
    return err;
}

/* The server may be restarting its script, or have ended an idle connection. */
static bool succeeds_soon(struct set *self)
{
    for (int i = 0; i < 200; i++) {
        if (fetch(self, "GET") == 0)
            return true;
        hob_sleep(0.01);
    }
    return false;
}

static void try_fault(struct set *self, struct fault *fault)
{
    hob_client_counts counts;
    faults_arm(fault);
    int err = fetch(self, fault->call % 2 ? "POST" : "GET");
    faults_disarm(fault);
    self->failed += err < 0;
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.open, counts.idle, "%s: a connection is in use", fault->name);
    cr_expect(succeeds_soon(self), "%s: %s", fault->name, hob_fetch_error(self->client));
    if (self->connects)
        hob_client_close_idle(self->client);
}

static int try_faults(void *arg)
{
    struct set *self = arg;
    cr_expect(succeeds_soon(self), "%s", hob_fetch_error(self->client));
    hob_client_close_idle(self->client);
    size_t before = count_descriptors();
    for (struct fault fault = FIRST_FAULT; faults_next(&fault);)
        try_fault(self, &fault);
    for (struct fault fault = FIRST_MEMORY_FAULT; faults_next(&fault);)
        try_fault(self, &fault);
    hob_client_close_idle(self->client);
    cr_expect_eq(count_descriptors(), before);
    cr_expect_gt(self->failed, 10, "only %zu fetches have failed", self->failed);
    return 0;
}

/* The server is in another process. */
static void survive_with(struct set set, hob_client_options options, pid_t server)
{
    faults_are_mine();
    options.head_timeout = 2;
    cr_assert_eq(hob_client_new(&options, &set.client), 0);
    cr_expect_eq(hob_block_on(try_faults, &set), 0);
    hob_client_free(set.client);
    cr_expect_not(has_leaks());
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

static void survive(bool connects, hob_client_options options, struct script script)
{
    struct set set = {.connects = connects};
    faults_prepare();
    pid_t server = start_server(&script);
    snprintf(set.url, sizeof(set.url), "http://%s/a", script.address);
    survive_with(set, options, server);
}

Test(failing_fetches, survive_whatever_call_fails_on_a_kept_connection)
{
    survive(false, (hob_client_options){0}, (struct script){acts, COUNT(acts), ""});
}

Test(failing_fetches, survive_whatever_call_fails_on_a_new_connection)
{
    survive(true, (hob_client_options){0}, (struct script){acts, COUNT(acts), ""});
}

#ifdef HOB_ZLIB
/* "hello" in gzip. */
#define CODED                                                                                      \
    OK "Content-Encoding: gzip\r\nContent-Length: 25\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00"  \
       "\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"

Test(failing_fetches, survive_whatever_call_fails_while_they_decode)
{
    static const struct act coded_acts[] = {{CODED, .size = sizeof(CODED) - 1}};
    const hob_client_options options = {.codings = hob_codings_all()};
    survive(false, options, (struct script){coded_acts, COUNT(coded_acts), ""});
}
#endif

#ifdef HOB_TLS
/*
 * TLS.
 */

/* A handshake allocates some 600 times: a part of the allocations can fail, each time another one.
 */
static bool can_fail(void)
{
    static size_t count;
    return count++ % 16 == 0;
}

void *__real_malloc(size_t size);
static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return can_fail() ? malloc(size) : __real_malloc(size);
}

void *__real_realloc(void *memory, size_t size);
static void *openssl_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return can_fail() ? realloc(memory, size) : __real_realloc(memory, size);
}

static void openssl_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* OpenSSL accepts other functions only before its first allocation, which Criterion's main() makes.
 */
__attribute__((constructor)) static void set_openssl_functions(void)
{
    CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

/* Answers requests for /a with a redirect, and others with "hello". */
static void serve_redirect(SSL *ssl)
{
    static const char redirect[] =
        "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
    static const char hello[] = OK "Content-Length: 5\r\n\r\nhello";
    char head[4096];
    int length = 0, got;
    while ((got = SSL_read(ssl, head + length, (int)sizeof(head) - 1 - length)) > 0) {
        length += got;
        head[length] = '\0';
        bool post = strncmp(head, "POST", 4) == 0;
        if (!strstr(head, post ? "\r\n\r\ntea" : "\r\n\r\n"))
            continue;
        const char *response = strstr(head, " /a ") ? redirect : hello;
        SSL_write(ssl, response, (int)strlen(response));
        length = 0;
    }
}

/* Writes its address to the pipe when it listens. */
static pid_t start_tls_server(bool has_tunnels, char *address, size_t size)
{
    struct tls_server server;
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        tls_server_start(&server, tls_good(), serve_redirect);
        server.has_tunnels = has_tunnels;
        if (write(ends[1], server.listening.text, size) < 0)
            _exit(1);
        pthread_join(server.thread, NULL);
        _exit(0);
    }
    cr_assert_gt(read(ends[0], address, size), 0);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

/* A tunnel leads through the address of the server, which is a proxy then. */
static void survive_tls(bool connects, bool has_tunnels)
{
    struct set set = {.connects = connects};
    char address[sizeof(((struct listening *)0)->text)];
    faults_prepare();
    tls_setup();
    pid_t server = start_tls_server(has_tunnels, address, sizeof(address));
    char proxy[sizeof(address) + sizeof("http://")];
    snprintf(proxy, sizeof(proxy), "http://%s", address);
    snprintf(set.url, sizeof(set.url), "https://%s/a", has_tunnels ? "good.test" : address);
    hob_tls *tls = tls_client();
    const char *https_proxy = has_tunnels ? proxy : NULL;
    survive_with(set, (hob_client_options){.tls = tls, .https_proxy = https_proxy}, server);
    hob_tls_free(tls);
    tls_teardown();
}

Test(failing_fetches, survive_a_failing_call_on_a_kept_tls_connection)
{
    survive_tls(false, false);
}

Test(failing_fetches, survive_a_failing_call_on_a_new_tls_connection)
{
    survive_tls(true, false);
}

Test(failing_fetches, survive_a_failing_call_in_a_new_tunnel)
{
    survive_tls(true, true);
}
#endif
