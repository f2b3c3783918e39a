/* Which connection a fetch takes, and what becomes of it. */

#include "hob/client.h"
#include "hob/sync.h"
#include "tests/support/coroutine.h"
#include "tests/support/descriptors.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

TestSuite(connections_of_clients, .timeout = 120);

#define OK    "HTTP/1.1 200 OK\r\n"
#define HELLO OK "Content-Length: 5\r\n\r\nhello"

static hob_client *client_with(const hob_client_options *options)
{
    hob_client *client = NULL;
    cr_expect_eq(hob_client_new(options, &client), 0);
    return client;
}

static void expect_hello(hob_client *client, const char *url)
{
    hob_bytes body;
    int err = hob_fetch_text(client, url, &body);
    cr_expect_eq(err, 0, "%s", hob_fetch_error(client));
    cr_expect_str_eq(or_none(body.data), "hello");
    hob_bytes_free(&body);
}

static int fetch_method(hob_client *client, const char *url, const char *method)
{
    hob_fetched *fetched;
    const hob_fetch_request request = {.url = url, .method = method, .body = "tea", .body_size = 3};
    int err = hob_fetch_with(client, &request, &fetched);
    hob_fetched_close(fetched);
    return err;
}

/*
 * The server reads the second request on a connection, and ends it: for the client, it may have
 * closed the connection before it got the request. RFC 9110 section 9.2.2.
 */
CoroutineTest(connections_of_clients, repeat_only_idempotent_requests)
{
    static const struct act ends[] = {{HELLO}, {NULL, THEN_CLOSE}, {HELLO}};
    static const struct act resets[] = {{HELLO}, {NULL, THEN_RESET}, {HELLO}};
    static const struct {
        const char *method;
        int err;
    } cases[] = {
        {"GET", 0},
        {"PUT", 0},
        {"DELETE", 0},
        {"OPTIONS", 0},
        {"TRACE", 0},
        {"HEAD", 0},
        {"POST", -ECONNRESET},
        {"PATCH", -ECONNRESET},
        {"SEARCH", -ECONNRESET},
    };
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        struct fake_upstream upstream;
        hob_client *client = client_with(NULL);
        const char *method = cases[i / 2].method;
        fake_upstream_start(&upstream, i % 2 ? resets : ends, 3);
        expect_hello(client, upstream.url);
        cr_expect_eq(fetch_method(client, upstream.url, method), cases[i / 2].err, "%s", method);
        cr_expect_eq(upstream.requests, cases[i / 2].err == 0 ? 3 : 2, "%s", method);
        hob_client_free(client);
        fake_upstream_stop(&upstream);
    }
}

/* Once, on a new connection, whatever idle connections there are; and never on the first use. */
CoroutineTest(connections_of_clients, repeat_a_request_once)
{
    static const struct act acts[] = {{NULL, THEN_CLOSE}};
    static const struct act after_one[] = {{HELLO}, {NULL, THEN_CLOSE}};
    struct fake_upstream upstream;
    hob_client *client = client_with(NULL);
    hob_bytes body;
    fake_upstream_start(&upstream, acts, 1);
    cr_expect_eq(hob_fetch_text(client, upstream.url, &body), -ECONNRESET);
    cr_expect_eq(upstream.requests, 1);
    fake_upstream_stop(&upstream);

    fake_upstream_start(&upstream, after_one, 2);
    expect_hello(client, upstream.url);
    cr_expect_eq(hob_fetch_text(client, upstream.url, &body), -ECONNRESET);
    cr_expect_eq(upstream.requests, 3);
    cr_expect_eq(upstream.accepted, 2);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

/* Part of a response has come: the server has got the request. */
CoroutineTest(connections_of_clients, repeat_nothing_once_a_response_has_begun)
{
    static const struct act acts[] = {{HELLO}, {"HTTP/1.1 2", THEN_CLOSE}};
    struct fake_upstream upstream;
    hob_client *client = client_with(NULL);
    hob_bytes body;
    fake_upstream_start(&upstream, acts, 2);
    expect_hello(client, upstream.url);
    cr_expect_eq(hob_fetch_text(client, upstream.url, &body), -EPROTO);
    cr_expect_eq(upstream.requests, 2);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

/* Curl 7.88, Qt and Java's HttpURLConnection take the 408 for the answer to the next request. */
CoroutineTest(connections_of_clients, are_closed_when_something_comes_before_a_request)
{
    static const struct {
        struct act act;
        size_t accepted;
    } cases[] = {
        {{HELLO}, 1},
        {{HELLO, .later = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"}, 2},
        {{HELLO, .later = "\r\n"}, 2},
        {{HELLO "\r\n"}, 2},
        {{HELLO, THEN_CLOSE}, 2},
        {{HELLO, THEN_RESET}, 2},
        {{OK "Connection: close\r\nContent-Length: 5\r\n\r\nhello"}, 2},
        {{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"}, 2},
        {{OK "Keep-Alive: timeout=1\r\nContent-Length: 5\r\n\r\nhello"}, 2},
        {{OK "Keep-Alive: max=5, timeout=60\r\nContent-Length: 5\r\n\r\nhello"}, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct act acts[] = {cases[i].act, {HELLO}};
        struct fake_upstream upstream;
        hob_client *client = client_with(NULL);
        fake_upstream_start(&upstream, acts, 2);
        expect_hello(client, upstream.url);
        hob_sleep(0.03);
        expect_hello(client, upstream.url);
        cr_expect_eq(
            upstream.accepted, cases[i].accepted, "%s, then %s", cases[i].act.send,
            or_none(cases[i].act.later));
        hob_client_free(client);
        fake_upstream_stop(&upstream);
    }
}

CoroutineTest(connections_of_clients, are_not_kept_for_longer_than_the_idle_time)
{
    static const struct act acts[] = {{HELLO}};
    struct fake_upstream upstream;
    hob_client_counts counts;
    hob_client *client = client_with(&(hob_client_options){.idle_timeout = 0.02});
    fake_upstream_start(&upstream, acts, 1);
    expect_hello(client, upstream.url);
    hob_sleep(0.04);
    expect_hello(client, upstream.url);
    cr_expect_eq(upstream.accepted, 2);
    hob_client_free(client);

    client = client_with(&(hob_client_options){.idle_timeout = -1});
    expect_hello(client, upstream.url);
    hob_client_count(client, &counts);
    cr_expect_eq(counts.open, 0);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

static size_t count_open(const hob_client *client)
{
    hob_client_counts counts;
    hob_client_count(client, &counts);
    return counts.open;
}

/* Without another fetch. */
CoroutineTest(connections_of_clients, are_closed_after_the_idle_time)
{
    static const struct act acts[] = {{HELLO}};
    struct fake_upstream upstream;
    hob_client *client = client_with(&(hob_client_options){.idle_timeout = 0.05});
    fake_upstream_start(&upstream, acts, 1);
    for (int round = 0; round < 3; round++) {
        expect_hello(client, upstream.url);
        for (int i = 0; i < 1000 && (count_open(client) > 0 || upstream.open > 0); i++)
            hob_sleep(0.01);
        cr_expect(count_open(client) == 0 && upstream.open == 0);
    }
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

struct many {
    hob_client *client;
    const char *url;
    size_t order[32]; /* in which they were answered */
    size_t answered;
    size_t started;
};

static int fetch_one(void *arg)
{
    struct many *many = arg;
    size_t number = many->started++;
    expect_hello(many->client, many->url);
    many->order[many->answered++] = number;
    return 0;
}

static void fetch_many(struct many *self, size_t count)
{
    hob_group *group = hob_group_new();
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(hob_group_spawn(group, fetch_one, self), 0);
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_eq(self->answered, count);
}

CoroutineTest(connections_of_clients, are_limited_and_waited_for_in_order)
{
    static const struct act acts[] = {{HELLO}};
    struct fake_upstream upstream;
    hob_client *client = client_with(&(hob_client_options){.origin_connections = 1});
    fake_upstream_start(&upstream, acts, 1);
    struct many many = {.client = client, .url = upstream.url};
    fetch_many(&many, COUNT(many.order));
    cr_expect_eq(upstream.accepted, 1);
    for (size_t i = 0; i < COUNT(many.order); i++)
        cr_expect_eq(many.order[i], i, "number %zu was answered as number %zu", many.order[i], i);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

CoroutineTest(connections_of_clients, are_limited_over_all_origins)
{
    static const struct act acts[] = {{HELLO}};
    struct fake_upstream upstreams[3];
    hob_client_counts counts;
    hob_client *client = client_with(&(hob_client_options){.connections = 2});
    for (size_t i = 0; i < COUNT(upstreams); i++)
        fake_upstream_start(&upstreams[i], acts, 1);
    for (size_t i = 0; i < 12; i++) {
        struct many many = {.client = client, .url = upstreams[i % 3].url};
        fetch_many(&many, 5);
        hob_client_count(client, &counts);
        cr_expect_leq(counts.open, 2);
        cr_expect_eq(counts.open, counts.idle);
    }
    hob_client_free(client);
    for (size_t i = 0; i < COUNT(upstreams); i++)
        fake_upstream_stop(&upstreams[i]);
}

static int wait_for_connection(void *arg)
{
    struct many *many = arg;
    hob_bytes body;
    hob_deadline(0.02);
    int err = hob_fetch_text(many->client, many->url, &body);
    hob_bytes_free(&body);
    return err;
}

CoroutineTest(connections_of_clients, are_waited_for_until_the_deadline)
{
    static const struct act acts[] = {{OK "Content-Length: 5\r\n\r\nhe", THEN_HOLD}};
    struct fake_upstream upstream;
    hob_fetched *fetched;
    hob_client *client = client_with(&(hob_client_options){.origin_connections = 1});
    fake_upstream_start(&upstream, acts, 1);
    cr_expect_eq(hob_fetch(client, upstream.url, &fetched), 0);
    struct many many = {.client = client, .url = upstream.url};
    cr_expect_eq(hob_await(hob_async(wait_for_connection, &many)), -ETIMEDOUT);
    const char *error = hob_fetch_error(client);
    cr_expect(strstr(error, "waiting for a connection to 127.0.0.1"), "%s", error);
    hob_fetched_close(fetched);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

enum { CANCELS = 10000, AT_ONCE = 20 };

/* Responses of many kinds, of which some end the connection. */
static const struct act varied[] = {
    {HELLO, .echo = true},
    {HELLO, .echo = true, .slow = true},
    {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", .echo = true, .slow = true},
    {HELLO, THEN_CLOSE, .echo = true},
    {HELLO, .echo = true},
    {OK "\r\nhello", THEN_CLOSE, .echo = true},
    {HELLO, THEN_RESET, .echo = true},
    {"HTTP/1.1 100\r\n\r\n" HELLO, .echo = true},
};

static int fetch_a_number(void *arg)
{
    struct many *many = arg;
    hob_bytes body;
    char url[256];
    snprintf(url, sizeof(url), "%s/%05zu", many->url, many->started++);
    int err = hob_fetch_text(many->client, url, &body);
    if (err == 0 && strcmp(body.data, url + strlen(url) - 5) != 0)
        cr_expect_fail("%s was answered %s", url, body.data);
    many->answered += err == 0;
    hob_bytes_free(&body);
    return err;
}

static void fetch_and_cancel(struct many *many)
{
    hob_future *fetches[AT_ONCE];
    int results[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++)
        fetches[i] = hob_async(fetch_a_number, many);
    for (size_t i = 0; i < AT_ONCE; i++) {
        for (size_t turns = random_below(6); turns > 0; turns--)
            hob_yield();
        hob_cancel(fetches[i]);
    }
    hob_settle_all(fetches, AT_ONCE, results);
}

/* A connection that a cancelled fetch has left is closed: else a later one would get its response.
 */
CoroutineTest(connections_of_clients, are_neither_lost_nor_dirty_after_cancels, .timeout = 300)
{
    struct fake_upstream upstream;
    hob_client_counts counts;
    size_t before = count_descriptors();
    hob_client *client = client_with(&(hob_client_options){.origin_connections = 8});
    fake_upstream_start(&upstream, varied, COUNT(varied));
    struct many many = {.client = client, .url = upstream.url};
    for (size_t i = 0; i < CANCELS / AT_ONCE; i++) {
        upstream.requests %= COUNT(varied);
        fetch_and_cancel(&many);
        hob_client_count(client, &counts);
        cr_expect_eq(counts.open, counts.idle, "a connection is still in use");
        cr_expect_leq(counts.open, 8);
    }
    cr_expect_gt(many.answered, 0);
    cr_expect_lt(many.answered, CANCELS / 2);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
    cr_expect_eq(count_descriptors(), before);
}
