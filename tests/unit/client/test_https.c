/* Fetches over TLS. unit/net/test_tls_certificates.c tests refused certificates. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hob/client.h"
#include "hob/tls.h"
#include "tests/support/coroutine.h"
#include "tests/support/criterion.h"
#include "tests/support/descriptors.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/random.h"
#include "tests/support/tls_server.h"

TestSuite(https, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

static void url_of(const struct tls_server *server, const char *host, char *url, size_t size)
{
    snprintf(url, size, "https://%s%s/", host, strrchr(server->listening.text, ':'));
}

static void expect_hello(hob_client *client, const hob_fetch_request *request)
{
    hob_fetched *fetched;
    hob_bytes body;
    int err = hob_fetch_with(client, request, &fetched);
    cr_expect_eq(err, 0, "%s", hob_fetch_error(client));
    if (err < 0)
        return;
    cr_expect_eq(hob_fetched_body(fetched, &body), 0, "%s", hob_fetch_error(client));
    cr_expect_str_eq(or_none(body.data), "hello");
    hob_bytes_free(&body);
    hob_fetched_close(fetched);
}

/* A server, and a client that trusts it. */
struct https {
    struct tls_server server;
    hob_tls *tls;
    hob_client *client;
    char url[128]; /* of the server, by its address */
};

static void https_start(struct https *self, void (*serve)(SSL *ssl))
{
    tls_server_start(&self->server, tls_good(), serve);
    self->tls = tls_client();
    cr_expect_eq(hob_client_new(&(hob_client_options){.tls = self->tls}, &self->client), 0);
    url_of(&self->server, "127.0.0.1", self->url, sizeof(self->url));
}

static void https_stop(struct https *self)
{
    hob_client_free(self->client);
    hob_tls_free(self->tls);
    tls_server_stop(&self->server);
}

CoroutineTest(https, is_fetched_over_kept_connections)
{
    struct https https;
    https_start(&https, serve_hello);
    for (int i = 0; i < 5; i++)
        expect_hello(https.client, &(hob_fetch_request){.url = https.url});
    cr_expect_eq(atomic_load(&https.server.handshakes), 1);
    hob_client_close_idle(https.client);
    expect_hello(https.client, &(hob_fetch_request){.url = https.url});
    https_stop(&https);
    cr_expect_eq(atomic_load(&https.server.handshakes), 2);
    cr_expect_eq(atomic_load(&https.server.resumed), 1);
}

/* The kernel would keep a request for 0.2 s if more bytes were announced than are sent. */
CoroutineTest(https, is_sent_at_once)
{
    enum { REQUESTS = 50 };
    struct https https;
    https_start(&https, serve_hello);
    double begin = hob_now();
    for (int i = 0; i < REQUESTS; i++)
        expect_hello(https.client, &(hob_fetch_request){.url = https.url});
    cr_expect_lt(hob_now() - begin, REQUESTS * 0.2 / 2);
    https_stop(&https);
}

/* The certificate must be for the host of the URL, wherever the connection leads to. */
CoroutineTest(https, expects_the_name_in_the_url)
{
    struct https https;
    hob_fetched *fetched;
    char url[128];
    https_start(&https, serve_hello);
    hob_fetch_request request = {.url = url, .address = https.server.listening.text};
    url_of(&https.server, "good.test", url, sizeof(url));
    expect_hello(https.client, &request);
    cr_expect_str_eq(https.server.name, "good.test");
    hob_client_close_idle(https.client);
    url_of(&https.server, "bad.test", url, sizeof(url));
    cr_expect_lt(hob_fetch_with(https.client, &request, &fetched), 0);
    const char *error = hob_fetch_error(https.client);
    cr_expect(strstr(error, "bad.test") && strstr(error, "good.test"), "%s", error);
    https_stop(&https);
}

CoroutineTest(https, needs_tls)
{
    hob_client *client;
    hob_fetched *fetched;
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    cr_expect_eq(hob_fetch(client, "https://127.0.0.1:1/", &fetched), -ENOTSUP);
    cr_expect_str_eq(
        hob_fetch_error(client),
        "the URL \"https://127.0.0.1:1/\" cannot be fetched: the client has no TLS");
    hob_client_free(client);
}

/* The same place with and without TLS are two. */
CoroutineTest(https, does_not_use_connections_of_http)
{
    static const struct act acts[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"}};
    struct fake_upstream upstream;
    hob_client *client;
    hob_fetched *fetched;
    char url[256];
    fake_upstream_start(&upstream, acts, 1);
    hob_tls *tls = tls_client();
    cr_expect_eq(hob_client_new(&(hob_client_options){.tls = tls}, &client), 0);
    expect_hello(client, &(hob_fetch_request){.url = upstream.url});
    snprintf(url, sizeof(url), "https://%s/", upstream.listening.text);
    hob_deadline(1);
    cr_expect_lt(hob_fetch(client, url, &fetched), 0);
    cr_expect_eq(upstream.accepted, 2);
    hob_client_free(client);
    hob_tls_free(tls);
    fake_upstream_stop(&upstream);
}

enum { CANCELS = 300 };

struct numbered {
    hob_client *client;
    const char *url;
    int number;
};

static int fetch_numbered(void *arg)
{
    const struct numbered *self = arg;
    hob_bytes body;
    char url[160], line[32];
    snprintf(url, sizeof(url), "%s%d", self->url, self->number);
    snprintf(line, sizeof(line), "GET /%d HTTP/1.1", self->number);
    int err = hob_fetch_text(self->client, url, &body);
    if (err == 0 && strncmp(body.data, line, strlen(line)) != 0)
        cr_expect_fail("%s was answered %s", url, body.data);
    hob_bytes_free(&body);
    return err;
}

/* At any moment: of the connection, the handshake, the request and the response. */
static void fetch_and_cancel(struct numbered *self)
{
    hob_client_counts counts;
    hob_future *fetched = hob_async(fetch_numbered, self);
    hob_sleep(random_below(40) * 1e-4);
    hob_cancel(fetched);
    int err = hob_await(fetched);
    cr_expect(err == 0 || err == -ECANCELED, "%d: %s", err, hob_fetch_error(self->client));
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.open, counts.idle, "a connection is still in use");
}

CoroutineTest(https, leaves_nothing_behind_when_it_is_cancelled)
{
    struct https https;
    size_t before = count_descriptors();
    https_start(&https, serve_head);
    struct numbered self = {.client = https.client, .url = https.url};
    for (self.number = 0; self.number < CANCELS; self.number++) {
        if (self.number % 20 == 0)
            cr_expect_eq(fetch_numbered(&self), 0, "%s", hob_fetch_error(self.client));
        else
            fetch_and_cancel(&self);
    }
    https_stop(&https);
    cr_expect_eq(count_descriptors(), before);
}
