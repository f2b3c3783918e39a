#include "client/retry.h"

#include "hob/client.h"
#include "hob/http.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(retry, .timeout = 60);

#define HELLO        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define FAIL(status) "HTTP/1.1 " #status " No\r\nContent-Length: 2\r\n\r\nno"

Test(retry, waits_longer_each_time)
{
    for (int number = 0; number < 40; number++) {
        double most = 0.1 * (double)(1 << (number < 16 ? number : 16));
        for (int i = 0; i < 20; i++) {
            double wait = retry_wait(0.1, number, NULL, 0);
            cr_expect(wait >= most / 2 && wait <= most, "%d: %f", number, wait);
        }
    }
}

/* RFC 9110 section 10.2.3. */
Test(retry, waits_as_long_as_the_server_says)
{
    static const time_t now = 784111777; /* Sun, 06 Nov 1994 08:49:37 GMT */
    static const struct {
        const char *value;
        double least;
    } cases[] = {
        {"0", 0},
        {"7", 7},
        {"120", 120},
        {"Sun, 06 Nov 1994 08:50:37 GMT", 60},
        {"Sun, 06 Nov 1994 08:00:00 GMT", 0},
        {"", 0},
        {"-7", 0},
        {"soon", 0},
        {"7s", 0},
        {NULL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        double wait = retry_wait(0.1, 0, cases[i].value, now);
        double most = cases[i].least > 0.1 ? cases[i].least : 0.1;
        cr_expect(wait >= cases[i].least && wait <= most, "%s: %f", cases[i].value, wait);
    }
}

Test(retry, has_a_budget)
{
    struct retry_budget budget;
    int taken = 0;
    retry_budget_init(&budget);
    while (retry_budget_take(&budget))
        taken++;
    cr_expect_eq(taken, RETRY_BUDGET_MAX);
    for (int i = 0; i < 1000; i++) {
        retry_budget_add(&budget);
        taken += retry_budget_take(&budget);
    }
    cr_expect(taken >= 109 && taken <= 111, "%d", taken);
    for (int i = 0; i < 1000; i++)
        retry_budget_add(&budget);
    for (taken = 0; retry_budget_take(&budget); taken++)
        ;
    cr_expect_eq(taken, RETRY_BUDGET_MAX);
}

static int fetch(hob_client *client, const char *url, const char *method)
{
    hob_fetched *fetched;
    const hob_fetch_request request = {.url = url, .method = method};
    int err = hob_fetch_with(client, &request, &fetched);
    int status = err < 0 ? err : hob_fetched_status(fetched);
    hob_fetched_close(fetched);
    return status;
}

CoroutineTest(retry, repeats_what_may_succeed_later)
{
    static const struct {
        const char *method;
        struct act first;
        int result; /* a status, or an error */
        size_t requests;
    } cases[] = {
        {"GET", {FAIL(503)}, 200, 2},
        {"GET", {FAIL(502)}, 200, 2},
        {"GET", {FAIL(504)}, 200, 2},
        {"GET", {FAIL(429)}, 200, 2},
        {"PUT", {FAIL(503)}, 200, 2},
        {"GET", {NULL, THEN_CLOSE}, 200, 2},
        {"GET", {NULL, THEN_RESET}, 200, 2},
        {"GET", {FAIL(500)}, 500, 1},
        {"GET", {FAIL(404)}, 404, 1},
        {"POST", {FAIL(503)}, 503, 1},
        {"POST", {NULL, THEN_CLOSE}, -ECONNRESET, 1},
        {"GET", {"HTTP/1.1 2", THEN_CLOSE}, -EPROTO, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct act acts[] = {cases[i].first, {HELLO}};
        const char *first = or_none(cases[i].first.send);
        struct fake_upstream upstream;
        hob_client *client;
        fake_upstream_start(&upstream, acts, 2);
        hob_client_new(&(hob_client_options){.retries = 2, .retry_delay = 0.001}, &client);
        cr_expect_eq(
            fetch(client, upstream.url, cases[i].method), cases[i].result, "%s, %s",
            cases[i].method, first);
        cr_expect_eq(upstream.requests, cases[i].requests, "%s, %s", cases[i].method, first);
        hob_client_free(client);
        fake_upstream_stop(&upstream);
    }
}

CoroutineTest(retry, ends_after_so_many_tries)
{
    static const struct act acts[] = {{FAIL(503)}};
    struct fake_upstream upstream;
    hob_client *client;
    fake_upstream_start(&upstream, acts, 1);
    hob_client_new(&(hob_client_options){.retries = 3, .retry_delay = 0.001}, &client);
    cr_expect_eq(fetch(client, upstream.url, "GET"), 503);
    cr_expect_eq(upstream.requests, 4);
    cr_expect_eq(upstream.accepted, 1);
    hob_client_free(client);

    hob_client_new(NULL, &client);
    cr_expect_eq(fetch(client, upstream.url, "GET"), 503);
    cr_expect_eq(upstream.requests, 5, "there are none unless they are asked for");
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

/* 20 requests may have 10 retries, and 1 or 2 for their own number. */
CoroutineTest(retry, stays_within_the_budget)
{
    static const struct act acts[] = {{FAIL(503)}};
    struct fake_upstream upstream;
    hob_client *client;
    fake_upstream_start(&upstream, acts, 1);
    hob_client_new(&(hob_client_options){.retries = 3, .retry_delay = 0.001}, &client);
    for (int i = 0; i < 20; i++)
        fetch(client, upstream.url, "GET");
    cr_expect(upstream.requests >= 30 && upstream.requests <= 32, "%zu", upstream.requests);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

/* A server that wants to be left alone for longer than there is time. */
CoroutineTest(retry, does_not_wait_for_longer_than_the_deadline)
{
    static const struct act acts[] = {
        {"HTTP/1.1 503 No\r\nRetry-After: 60\r\nContent-Length: 2\r\n\r\nno"}};
    struct fake_upstream upstream;
    hob_client *client;
    fake_upstream_start(&upstream, acts, 1);
    hob_client_new(&(hob_client_options){.retries = 3, .retry_delay = 0.001}, &client);
    double before = hob_deadline(20);
    double begin = hob_now();
    cr_expect_eq(fetch(client, upstream.url, "GET"), 503);
    cr_expect_eq(upstream.requests, 1);
    cr_expect_lt(hob_now() - begin, 10);
    hob_deadline_at(before);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

struct post {
    hob_client *client;
    char url[HOB_URL_SIZE + 8];
};

static int post(void *arg)
{
    const struct post *post = arg;
    return fetch(post->client, post->url, "POST");
}

/* Nothing was sent then, so that any method can be tried again. */
CoroutineTest(retry, repeats_any_request_that_found_nobody)
{
    static const struct act acts[] = {{HELLO}};
    struct listening nobody = listening_open();
    struct fake_upstream upstream;
    struct post late;
    listening_close(&nobody);
    snprintf(late.url, sizeof(late.url), "http://%s", nobody.text);
    hob_client_new(&(hob_client_options){.retries = 8, .retry_delay = 0.005}, &late.client);
    hob_future *posted = hob_async(post, &late);
    hob_sleep(0.02);
    fake_upstream_start_at(&upstream, nobody.text, acts, 1);
    cr_expect_eq(hob_await(posted), 200, "%s", hob_fetch_error(late.client));
    cr_expect_eq(upstream.requests, 1);
    hob_client_free(late.client);
    fake_upstream_stop(&upstream);
}
