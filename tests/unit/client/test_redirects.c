#include "hob/client.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(redirects, .timeout = 60);

#define HELLO          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define MOVED(n, path) "HTTP/1.1 " #n " Moved\r\nLocation: " path "\r\nContent-Length: 2\r\n\r\n->"

static const hob_header secrets[] = {
    {"Authorization", "Basic c2VjcmV0"}, {"Cookie", "id=secret"}, {"Host", "example.org"},
    {"Content-Type", "text/plain"},      {"X-Other", "other"},    {0}};

static hob_fetched *
fetch(hob_client *client, const char *url, const char *method, const char *body, int expected)
{
    hob_fetched *fetched;
    const hob_fetch_request request = {
        .url = url,
        .method = method,
        .headers = secrets,
        .body = body,
        .body_size = body ? strlen(body) : 0,
    };
    int err = hob_fetch_with(client, &request, &fetched);
    cr_expect_eq(err, expected, "%d: %s", err, hob_fetch_error(client));
    return fetched;
}

CoroutineTest(redirects, are_followed)
{
    static const struct {
        const char *response, *method, *last;
    } cases[] = {
        {MOVED(301, "/b?c"), "GET", "GET /b?c HTTP/1.1\r\n"},
        {MOVED(302, "b"), "GET", "GET /dir/b HTTP/1.1\r\n"},
        {MOVED(303, "../b#c"), "GET", "GET /b HTTP/1.1\r\n"},
        {MOVED(307, "?c"), "GET", "GET /dir/a?c HTTP/1.1\r\n"},
        {MOVED(308, "/b c"), "GET", "GET /b%20c HTTP/1.1\r\n"},
        {MOVED(301, "/b"), "POST", "GET /b HTTP/1.1\r\n"},
        {MOVED(302, "/b"), "POST", "GET /b HTTP/1.1\r\n"},
        {MOVED(303, "/b"), "POST", "GET /b HTTP/1.1\r\n"},
        {MOVED(303, "/b"), "PUT", "GET /b HTTP/1.1\r\n"},
        {MOVED(307, "/b"), "POST", "POST /b HTTP/1.1\r\n"},
        {MOVED(308, "/b"), "POST", "POST /b HTTP/1.1\r\n"},
        {MOVED(302, "/b"), "PUT", "PUT /b HTTP/1.1\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct act acts[] = {{cases[i].response}, {HELLO}};
        struct fake_upstream upstream;
        hob_client *client;
        char url[256];
        const char *method = cases[i].method;
        bool has_body = strcmp(method, "GET") != 0;
        fake_upstream_start(&upstream, acts, 2);
        cr_expect_eq(hob_client_new(NULL, &client), 0);
        snprintf(url, sizeof(url), "%s/dir/a", upstream.url);
        hob_fetched *fetched = fetch(client, url, method, has_body ? "tea" : NULL, 0);
        const char *last = upstream.received + upstream.last_request;
        cr_expect(strncmp(last, cases[i].last, strlen(cases[i].last)) == 0, "%s", last);
        bool keeps_body = has_body && strncmp(cases[i].last, "GET", 3) != 0;
        cr_expect_eq(strstr(last, "Content-Length: 3\r\n\r\ntea") != NULL, keeps_body, "%s", last);
        cr_expect_eq(strstr(last, "Content-Type:") != NULL, keeps_body || !has_body, "%s", last);
        cr_expect(strstr(last, "Authorization: ") && strstr(last, "Cookie: "), "the same origin");
        cr_expect_eq(upstream.accepted, 1, "the connection is used again");
        hob_fetched_close(fetched);
        hob_client_free(client);
        fake_upstream_stop(&upstream);
    }
}

/* Credentials are for one origin only. */
CoroutineTest(redirects, get_no_credentials_of_another_origin)
{
    static const struct act target_acts[] = {{MOVED(302, "/again")}, {HELLO}};
    struct fake_upstream origin, target;
    char response[256], url[256];
    const struct act acts[] = {{response}};
    hob_client *client;
    fake_upstream_start(&target, target_acts, 2);
    fake_upstream_start(&origin, acts, 1);
    snprintf(
        response, sizeof(response),
        "HTTP/1.1 307 Go\r\nLocation: %s/b\r\nContent-Length: 0\r\n\r\n", target.url);
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    hob_fetched *fetched = fetch(client, origin.url, "GET", NULL, 0);
    cr_expect(strstr(origin.received, "Authorization: Basic"));
    cr_expect_null(strstr(target.received, "secret"), "%s", target.received);
    cr_expect_null(strstr(target.received, "Authorization"), "%s", target.received);
    cr_expect_null(strstr(target.received, "example.org"), "%s", target.received);
    cr_expect(strstr(target.received, "X-Other: other"));
    snprintf(url, sizeof(url), "%s/again", target.url);
    cr_expect_str_eq(hob_fetched_url(fetched), url);
    hob_fetched_close(fetched);
    hob_client_free(client);
    fake_upstream_stop(&origin);
    fake_upstream_stop(&target);
}

CoroutineTest(redirects, have_a_limit)
{
    static const struct act acts[] = {{MOVED(302, "/")}};
    static const struct {
        int redirects, err;
        size_t requests;
        const char *words;
    } cases[] = {
        {0, -ELOOP, 11, "more than 10 redirects"}, {3, -ELOOP, 4, "more than 3"}, {-1, 0, 1, ""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fake_upstream upstream;
        hob_client *client;
        const hob_client_options options = {.redirects = cases[i].redirects};
        fake_upstream_start(&upstream, acts, 1);
        cr_expect_eq(hob_client_new(&options, &client), 0);
        hob_fetched *fetched = fetch(client, upstream.url, "GET", NULL, cases[i].err);
        cr_expect(strstr(hob_fetch_error(client), cases[i].words), "%s", hob_fetch_error(client));
        cr_expect_eq(upstream.requests, cases[i].requests);
        hob_fetched_close(fetched);
        hob_client_free(client);
        fake_upstream_stop(&upstream);
    }
}

CoroutineTest(redirects, to_what_is_no_url_are_refused)
{
    static const struct {
        const char *response, *words;
    } cases[] = {
        {MOVED(302, "ftp://a/"), "the URL \"ftp://a/\" cannot be fetched: it does not begin"},
        {MOVED(302, "javascript:alert(1)"), "it does not begin with http://"},
        {MOVED(302, "http://"), "it has no valid host"},
        {MOVED(302, "//u:p@h/"), "it has a user name"},
        {MOVED(302, "http://h:0/"), "its port"},
        {MOVED(302, "file:///etc/passwd"), "it does not begin with http://"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct act acts[] = {{cases[i].response}};
        struct fake_upstream upstream;
        hob_client *client;
        fake_upstream_start(&upstream, acts, 1);
        cr_expect_eq(hob_client_new(NULL, &client), 0);
        fetch(client, upstream.url, "GET", NULL, -EPROTO);
        cr_expect(strstr(hob_fetch_error(client), cases[i].words), "%s", hob_fetch_error(client));
        hob_client_free(client);
        fake_upstream_stop(&upstream);
    }
}

CoroutineTest(redirects, without_a_location_are_responses)
{
    static const struct act acts[] = {
        {"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\n->"},
        {"HTTP/1.1 304 Not Modified\r\nLocation: /\r\n\r\n"},
        {"HTTP/1.1 300 Choose\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"},
        {"HTTP/1.1 201 Created\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"},
    };
    static const int statuses[] = {302, 304, 300, 201};
    struct fake_upstream upstream;
    hob_client *client;
    fake_upstream_start(&upstream, acts, COUNT(acts));
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    for (size_t i = 0; i < COUNT(statuses); i++) {
        hob_fetched *fetched = fetch(client, upstream.url, "GET", NULL, 0);
        cr_expect_eq(hob_fetched_status(fetched), statuses[i]);
        hob_fetched_close(fetched);
    }
    cr_expect_eq(upstream.requests, COUNT(statuses));
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}
