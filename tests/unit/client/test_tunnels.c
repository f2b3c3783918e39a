/* Fetches over TLS through a proxy. */
#include <math.h>

#include "hob/client.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(tunnels, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

/* A server behind a proxy. The proxy connects to the server for all hosts. */

static struct tls_server server;
static struct listening proxy;
static char requests[4096]; /* the heads that the proxy has received */
static size_t opened;       /* tunnels */
static hob_future *serving;
static hob_tls *tls;
static hob_client *client;
static char good_url[64]; /* https://good.test:PORT/ */

struct pump {
    hob_conn *from, *to;
};

static int pump(void *arg)
{
    const struct pump *self = arg;
    char data[4096];
    int length;
    while ((length = hob_conn_read(self->from, data, sizeof(data))) > 0)
        hob_conn_write(self->to, data, (size_t)length);
    return -EPIPE; /* ends the other direction */
}

static void close_conn(void *conn)
{
    hob_conn_close(conn);
}

/* Reads the head of a request byte by byte, since none of the tunnel's bytes may be read. */
static void note_request(hob_conn *conn)
{
    size_t begin = strlen(requests), end = begin;
    while (!strstr(requests + begin, "\r\n\r\n") && hob_conn_read(conn, requests + end, 1) == 1)
        requests[++end] = '\0';
}

static int run_tunnel(void *conn)
{
    static const char response[] = "HTTP/1.1 200 Connection established\r\n\r\n";
    hob_conn *upstream;
    hob_defer(close_conn, conn);
    note_request(conn);
    int err = hob_connect(server.listening.text, NULL, &upstream);
    if (err < 0)
        return err;
    hob_defer(close_conn, upstream);
    opened++;
    hob_conn_write(conn, response, sizeof(response) - 1);
    struct pump up = {conn, upstream}, down = {upstream, conn};
    return hob_join(hob_async(pump, &up), hob_async(pump, &down));
}

static int accept_clients(void *unused)
{
    hob_conn *conn;
    (void)unused;
    while (hob_accept(proxy.fd, &conn) == 0)
        cr_expect_eq(hob_start(run_tunnel, conn), 0);
    return 0;
}

/* The URL of the server by another name. */
static const char *url_of(const char *host)
{
    static char url[64];
    snprintf(url, sizeof(url), "https://%s%s/", host, strrchr(server.listening.text, ':'));
    return url;
}

static void make_client(const char *proxy_url)
{
    tls = tls_client();
    const hob_client_options options = {
        .tls = tls, .https_proxy = proxy_url, .http_proxy = proxy_url, .connect_timeout = 2};
    cr_expect_eq(hob_client_new(&options, &client), 0);
}

static void free_client(void)
{
    hob_client_free(client);
    hob_tls_free(tls);
}

static void begin(const char *credentials)
{
    char proxy_url[192];
    tls_server_start(&server, tls_good(), serve_head);
    snprintf(good_url, sizeof(good_url), "%s", url_of("good.test"));
    proxy = listening_open();
    serving = hob_async(accept_clients, NULL);
    snprintf(proxy_url, sizeof(proxy_url), "http://%s%s", credentials, proxy.text);
    make_client(proxy_url);
}

static void end(void)
{
    free_client();
    hob_cancel(serving);
    hob_await(serving);
    listening_close(&proxy);
    tls_server_stop(&server);
}

static void expect_head(const char *url, const char *expected)
{
    hob_bytes text;
    cr_expect_eq(hob_fetch_text(client, url, &text), 0, "%s", hob_fetch_error(client));
    cr_expect_str_eq(or_none(text.data), expected);
    hob_bytes_free(&text);
}

/* The proxy gets its credentials and nothing else, and the server gets none of them. */
CoroutineTest(tunnels, lead_to_the_server)
{
    char expected[512];
    begin("user:password@");
    const char *authority = good_url + strlen("https://");
    int length = (int)strlen(authority) - 1; /* without the slash */
    snprintf(
        expected, sizeof(expected), "GET / HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: hob\r\n\r\n",
        length, authority);
    expect_head(good_url, expected);
    expect_head(good_url, expected);
    cr_expect_eq(opened, 1, "the tunnel is kept");
    cr_expect_str_eq(server.name, "good.test");
    snprintf(
        expected, sizeof(expected),
        "CONNECT %.*s HTTP/1.1\r\nHost: %.*s\r\n"
        "Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n\r\n",
        length, authority, length, authority);
    cr_expect_str_eq(requests, expected);
    end();
}

CoroutineTest(tunnels, resume_sessions)
{
    hob_bytes text;
    begin("");
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(hob_fetch_text(client, good_url, &text), 0, "%s", hob_fetch_error(client));
        hob_bytes_free(&text);
        hob_client_close_idle(client);
    }
    cr_expect_eq(opened, 2);
    end();
    cr_expect_eq(atomic_load(&server.resumed), 1);
}

/* The server is busy with the first host's tunnel, so that the second one must time out. */
CoroutineTest(tunnels, of_several_hosts_are_several)
{
    hob_bytes text;
    begin("");
    cr_expect_eq(hob_fetch_text(client, good_url, &text), 0, "%s", hob_fetch_error(client));
    hob_bytes_free(&text);
    hob_deadline(0.1);
    cr_expect_eq(hob_fetch_text(client, url_of("bad.test"), &text), -ETIMEDOUT);
    hob_deadline(INFINITY);
    cr_expect_eq(opened, 2);
    end();
}

/* The text names the host and the proxy. */
CoroutineTest(tunnels, expect_the_certificate_of_the_host)
{
    hob_bytes text;
    char expected[400];
    begin("");
    const char *port = strrchr(server.listening.text, ':');
    cr_expect_eq(hob_fetch_text(client, url_of("bad.test"), &text), -EKEYREJECTED);
    snprintf(
        expected, sizeof(expected),
        "GET %s: connecting to bad.test%s through %s: the certificate is for DNS:good.test, IP "
        "Address:127.0.0.1, and not for bad.test",
        url_of("bad.test"), port, proxy.text);
    cr_expect_str_eq(hob_fetch_error(client), expected);
    end();
}

static const struct {
    struct act act;
    int err;
    const char *action;
    const char *problem; /* the beginning of it */
} refusals[] = {
    {{"HTTP/1.1 407 Who are you\r\nContent-Length: 2\r\n\r\nno"},
     -ECONNREFUSED,
     "connecting to",
     "the proxy refuses with status 407 Proxy Authentication Required"},
    {{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 403 No\r\n\r\n", THEN_CLOSE},
     -ECONNREFUSED,
     "connecting to",
     "the proxy refuses with status 403 Forbidden"},
    {{"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", THEN_CLOSE},
     -ECONNREFUSED,
     "connecting to",
     "the proxy refuses with status 302 Found"},
    {{"HTTP/1.1 200 OK\r\n\r\nhello"},
     -EPROTO,
     "connecting to",
     "the proxy has sent bytes behind its response"},
    {{"HTTP/1.1 200 OK\r\n", THEN_CLOSE},
     -EPROTO,
     "connecting to",
     "the proxy's response is refused: the connection "
     "ended before the head did"},
    {{NULL, THEN_CLOSE},
     -EPROTO,
     "connecting to",
     "the proxy's response is refused: the connection "
     "ended before the head did"},
    {{"SSH-2.0-OpenSSH_9.2\r\n", THEN_CLOSE},
     -EPROTO,
     "connecting to",
     "the proxy's response is refused: it does not begin with HTTP/1.1"},
    {{NULL, THEN_RESET}, -ECONNRESET, "reading from", "Connection reset by peer"},
    {{NULL, THEN_HOLD}, -ETIMEDOUT, "reading from", "Connection timed out"},
    {{"HTTP/1.1 200 OK\r\n\r\n", THEN_CLOSE},
     -ECONNRESET,
     "connecting to",
     "Connection reset by peer"},
};

static void expect_refusal(size_t i)
{
    struct fake_upstream upstream;
    hob_client_counts counts;
    hob_bytes text;
    char expected[400];
    fake_upstream_start(&upstream, &refusals[i].act, 1);
    make_client(upstream.url);
    int err = hob_fetch_text(client, "https://good.test/", &text);
    cr_expect_eq(err, refusals[i].err, "%s: %d", refusals[i].problem, err);
    snprintf(
        expected, sizeof(expected), "GET https://good.test/: %s good.test:443 through %s: %s",
        refusals[i].action, upstream.listening.text, refusals[i].problem);
    const char *error = hob_fetch_error(client);
    cr_expect(strncmp(error, expected, strlen(expected)) == 0, "%s: %s", expected, error);
    hob_client_count(client, &counts);
    cr_expect_eq(counts.open, 0, "%s", expected);
    free_client();
    fake_upstream_stop(&upstream);
}

CoroutineTest(tunnels, are_refused_with_the_reason_of_the_proxy)
{
    for (size_t i = 0; i < COUNT(refusals); i++)
        expect_refusal(i);
}

CoroutineTest(tunnels, need_a_proxy_that_listens)
{
    hob_bytes text;
    make_client("127.0.0.1:1");
    cr_expect_eq(hob_fetch_text(client, "https://good.test/", &text), -ECONNREFUSED);
    cr_expect_str_eq(
        hob_fetch_error(client),
        "GET https://good.test/: connecting to 127.0.0.1:1: Connection refused");
    free_client();
}

static bool uses_proxy(const char *name, const char *value, const hob_client_options *options)
{
    hob_bytes text;
    setenv(name, value, 1);
    cr_expect_eq(hob_client_new(options, &client), 0);
    unsetenv(name);
    cr_expect_lt(hob_fetch_text(client, "https://tea.invalid/", &text), 0);
    bool uses = strstr(hob_fetch_error(client), "127.0.0.1:1:");
    hob_client_free(client);
    return uses;
}

CoroutineTest(tunnels, are_for_the_proxy_of_the_environment)
{
    static const char url[] = "http://127.0.0.1:1";
    tls = tls_client();
    const hob_client_options usual = {.tls = tls};
    cr_expect(uses_proxy("https_proxy", url, &usual));
    cr_expect(uses_proxy("HTTPS_PROXY", url, &usual));
    cr_expect_not(uses_proxy("http_proxy", url, &usual));
    cr_expect_not(
        uses_proxy("https_proxy", url, &(hob_client_options){.tls = tls, .no_proxy = true}));
    cr_expect_not(
        uses_proxy("https_proxy", url, &(hob_client_options){.tls = tls, .https_proxy = ""}));
    setenv("NO_PROXY", ".invalid", 1);
    cr_expect_not(uses_proxy("https_proxy", url, &usual));
    hob_tls_free(tls);
}

Test(tunnels, need_the_url_of_a_proxy)
{
    const hob_client_options options = {.https_proxy = "https://user:password@p:1"};
    cr_expect_eq(hob_client_new(&options, &client), -EINVAL);
    cr_expect_null(client);
}
