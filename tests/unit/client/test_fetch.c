#include "hob/client.h"
#include "hob/hob.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(fetch, .timeout = 60);

#define OK    "HTTP/1.1 200 OK\r\n"
#define HELLO OK "Content-Length: 5\r\n\r\nhello"

/* A client, and an upstream that follows a script. */
struct set {
    hob_client *client;
    struct fake_upstream upstream;
};

static void
set_up(struct set *self, const hob_client_options *options, const struct act *acts, size_t count)
{
    fake_upstream_start(&self->upstream, acts, count);
    cr_expect_eq(hob_client_new(options, &self->client), 0);
}

static void tear_down(struct set *self)
{
    hob_client_counts counts;
    hob_client_close_idle(self->client);
    hob_client_count(self->client, &counts);
    cr_expect_eq(counts.open, 0, "%zu connections are left", counts.open);
    hob_client_free(self->client);
    fake_upstream_stop(&self->upstream);
}

static const char *url_of(const struct set *self, const char *path)
{
    static char urls[4][256];
    static size_t next;
    char *url = urls[next++ % 4];
    snprintf(url, sizeof(urls[0]), "%s%s", self->upstream.url, path);
    return url;
}

/* Fetches the path and expects this body. */
static void expect_body(struct set *self, const char *path, const char *expected)
{
    hob_bytes body;
    int err = hob_fetch_text(self->client, url_of(self, path), &body);
    cr_expect_eq(err, 0, "%s", hob_fetch_error(self->client));
    cr_expect_str_eq(or_none(body.data), expected);
    hob_bytes_free(&body);
}

static int fetch_and_keep(void *arg)
{
    static const struct act acts[] = {{HELLO}};
    hob_client *client = arg;
    struct set set = {.client = client};
    fake_upstream_start(&set.upstream, acts, COUNT(acts));
    expect_body(&set, "/", "hello");
    fake_upstream_stop(&set.upstream);
    return 0;
}

Test(fetch, a_client_outlives_its_loop)
{
    hob_client *client;
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    cr_expect_eq(hob_block_on(fetch_and_keep, client), 0);
    cr_expect_eq(hob_block_on(fetch_and_keep, client), 0);
    hob_client_free(client);
}

CoroutineTest(fetch, gets_trailers)
{
    static const struct act acts[] = {
        {OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum:\t7 \r\nA:\r\n\r\n"},
        {HELLO}};
    struct set set;
    hob_fetched *fetched;
    hob_header trailer;
    hob_bytes body;
    size_t position = 0;
    set_up(&set, NULL, acts, COUNT(acts));
    const hob_fetch_request request = {.url = url_of(&set, "/"), .takes_trailers = true};
    cr_assert_eq(hob_fetch_with(set.client, &request, &fetched), 0);
    cr_expect_eq(hob_fetched_body(fetched, &body), 0);
    cr_expect_str_eq(or_none(hob_fetched_trailer(fetched, "x-sum")), "7");
    cr_expect_null(hob_fetched_header(fetched, "X-Sum"));
    cr_expect_null(hob_fetched_trailer(fetched, "other"));
    cr_expect(hob_fetched_next_trailer(fetched, &position, &trailer));
    cr_expect(hob_fetched_next_trailer(fetched, &position, &trailer));
    cr_expect_str_eq(trailer.name, "A");
    cr_expect_str_eq(trailer.value, "");
    cr_expect_not(hob_fetched_next_trailer(fetched, &position, &trailer));
    cr_expect(strstr(set.upstream.received, "\r\nTE: trailers\r\nConnection: TE\r\n"));
    hob_bytes_free(&body);
    hob_fetched_close(fetched);
    cr_assert_eq(hob_fetch(set.client, url_of(&set, "/"), &fetched), 0);
    cr_expect_null(hob_fetched_trailer(fetched, "x-sum"));
    cr_expect_null(strstr(set.upstream.received + set.upstream.last_request, "TE:"));
    cr_expect_eq(set.upstream.accepted, 1, "the connection is used again");
    hob_fetched_close(fetched);
    tear_down(&set);
}

CoroutineTest(fetch, refuses_trailers_above_a_limit)
{
    static const struct act acts[] = {
        {OK "Transfer-Encoding: chunked\r\n\r\n0\r\na: b\r\nc: d\r\ne: f\r\n\r\n"}};
    struct set set;
    hob_fetched *fetched;
    char byte;
    set_up(&set, &(hob_client_options){.header_limit = 2}, acts, COUNT(acts));
    cr_assert_eq(hob_fetch(set.client, url_of(&set, "/"), &fetched), 0);
    cr_expect_eq(hob_fetched_read(fetched, &byte, 1), -EOVERFLOW);
    cr_expect(strstr(hob_fetch_error(set.client), "the trailers exceed the limits"));
    cr_expect_null(hob_fetched_trailer(fetched, "a"));
    hob_fetched_close(fetched);
    tear_down(&set);
}

CoroutineTest(fetch, gets_a_response)
{
    static const struct act acts[] = {{OK "A: b\r\nC:\r\nContent-Length: 5\r\n\r\nhello"}};
    struct set set;
    hob_fetched *fetched;
    hob_header header;
    hob_bytes body;
    size_t position = 0;
    set_up(&set, NULL, acts, COUNT(acts));
    cr_expect_eq(hob_fetch(set.client, url_of(&set, "/a?b#c"), &fetched), 0);
    cr_expect_eq(hob_fetched_status(fetched), 200);
    cr_expect_str_eq(hob_fetched_url(fetched), url_of(&set, "/a?b"));
    cr_expect_str_eq(or_none(hob_fetched_header(fetched, "a")), "b");
    cr_expect_str_eq(or_none(hob_fetched_header(fetched, "c")), "");
    cr_expect_null(hob_fetched_header(fetched, "d"));
    cr_expect(hob_fetched_next_header(fetched, &position, &header));
    cr_expect(strcmp(header.name, "A") == 0 && strcmp(header.value, "b") == 0);
    cr_expect(hob_fetched_next_header(fetched, &position, &header));
    cr_expect(hob_fetched_next_header(fetched, &position, &header));
    cr_expect(strcmp(header.name, "Content-Length") == 0 && strcmp(header.value, "5") == 0);
    cr_expect_not(hob_fetched_next_header(fetched, &position, &header));
    cr_expect_eq(hob_fetched_body(fetched, &body), 0);
    cr_expect_str_eq(body.data, "hello");
    hob_bytes_free(&body);
    hob_fetched_close(fetched);

    char expected[256];
    snprintf(
        expected, sizeof(expected), "GET /a?b HTTP/1.1\r\nHost: %s\r\nUser-Agent: hob\r\n\r\n",
        set.upstream.listening.text);
    cr_expect_str_eq(set.upstream.received, expected);
    tear_down(&set);
}

CoroutineTest(fetch, uses_a_connection_again)
{
    static const struct act acts[] = {{HELLO}};
    struct set set;
    set_up(&set, NULL, acts, COUNT(acts));
    for (int i = 0; i < 5; i++)
        expect_body(&set, "/", "hello");
    cr_expect_eq(set.upstream.requests, 5);
    cr_expect_eq(set.upstream.accepted, 1);
    tear_down(&set);
}

/* A body that is not read to its end: the connection cannot be used again. */
CoroutineTest(fetch, closes_the_connection_of_an_unread_body)
{
    static const struct act acts[] = {{OK "Content-Length: 50\r\n\r\nhello"}};
    struct set set;
    hob_fetched *fetched;
    hob_client_counts counts;
    set_up(&set, NULL, acts, COUNT(acts));
    cr_expect_eq(hob_fetch(set.client, url_of(&set, "/"), &fetched), 0);
    hob_client_count(set.client, &counts);
    cr_expect(counts.open == 1 && counts.idle == 0);
    hob_fetched_close(fetched);
    hob_client_count(set.client, &counts);
    cr_expect_eq(counts.open, 0);
    tear_down(&set);
}

static int fetch_and_leave(void *arg)
{
    struct set *set = arg;
    hob_fetched *fetched;
    return hob_fetch(set->client, url_of(set, "/"), &fetched);
}

CoroutineTest(fetch, ends_a_response_with_its_coroutine)
{
    static const struct act acts[] = {{OK "Content-Length: 50\r\n\r\nhello"}};
    struct set set;
    hob_client_counts counts;
    set_up(&set, NULL, acts, COUNT(acts));
    cr_expect_eq(hob_await(hob_async(fetch_and_leave, &set)), 0);
    hob_client_count(set.client, &counts);
    cr_expect_eq(counts.open, 0);
    tear_down(&set);
}

CoroutineTest(fetch, sends_what_it_is_given)
{
    static const struct act acts[] = {{HELLO}};
    static const hob_header fields[] = {
        {"Host", "example.org"}, {"user-agent", "me"}, {"Content-Type", "text/plain"}, {0}};
    struct set set;
    hob_fetched *fetched;
    set_up(&set, NULL, acts, COUNT(acts));
    const hob_fetch_request request = {
        .url = url_of(&set, ""),
        .method = "POST",
        .headers = fields,
        .body = "tea",
        .body_size = 3};
    cr_expect_eq(hob_fetch_with(set.client, &request, &fetched), 0);
    cr_expect_str_eq(
        set.upstream.received, "POST / HTTP/1.1\r\nHost: example.org\r\nuser-agent: me\r\n"
                               "Content-Type: text/plain\r\nContent-Length: 3\r\n\r\ntea");
    hob_fetched_close(fetched);
    tear_down(&set);
}

/* RFC 9110 section 8.6. */
CoroutineTest(fetch, sends_a_length_with_methods_that_mean_a_body)
{
    static const struct act acts[] = {{HELLO}};
    static const struct {
        const char *method;
        bool has_length;
    } cases[] = {{"POST", true}, {"PUT", true}, {"PATCH", true}, {"DELETE", false}, {"x", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct set set;
        hob_fetched *fetched;
        set_up(&set, NULL, acts, COUNT(acts));
        const hob_fetch_request request = {.url = url_of(&set, ""), .method = cases[i].method};
        cr_expect_eq(hob_fetch_with(set.client, &request, &fetched), 0);
        bool has_length = strstr(set.upstream.received, "Content-Length: 0\r\n");
        cr_expect_eq(has_length, cases[i].has_length, "%s", cases[i].method);
        hob_fetched_close(fetched);
        tear_down(&set);
    }
}

CoroutineTest(fetch, sends_a_target_as_it_is_and_follows_no_redirect)
{
    static const struct act acts[] = {
        {"HTTP/1.0 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"}};
    static const hob_header no_agent[] = {{"User-Agent", ""}, {0}};
    struct set set;
    hob_fetched *fetched;
    char expected[256];
    set_up(&set, NULL, acts, COUNT(acts));
    const hob_fetch_request request = {
        .url = url_of(&set, "/x?y"), .target = "/../a%2f|?", .headers = no_agent};
    cr_expect_eq(hob_fetch_with(set.client, &request, &fetched), 0);
    cr_expect_eq(hob_fetched_status(fetched), 302);
    cr_expect_str_eq(hob_fetched_protocol(fetched), "HTTP/1.0");
    hob_fetched_close(fetched);
    snprintf(
        expected, sizeof(expected), "GET /../a%%2f|? HTTP/1.1\r\nHost: %s\r\n\r\n",
        set.upstream.listening.text);
    cr_expect_str_eq(set.upstream.received, expected);
    tear_down(&set);
}

static int no_bytes(void *unused, void *data, size_t size)
{
    (void)unused;
    (void)data;
    (void)size;
    return 0;
}

CoroutineTest(fetch, refuses_bad_requests_and_sends_nothing)
{
    static const struct act acts[] = {{HELLO}};
    static const hob_header bad_name[] = {{"a b", "c"}, {0}};
    static const hob_header bad_value[] = {{"a", "b\r\nc: d"}, {0}};
    static const hob_header no_value[] = {{"a", NULL}, {0}};
    static const hob_header framing[] = {{"Transfer-encoding", "chunked"}, {0}};
    static const hob_header length[] = {{"Content-Length", "5"}, {0}};
    static const hob_header connection[] = {{"connection", "close"}, {0}};
    static const hob_header host[] = {{"Host", "a/b"}, {0}};
    struct set set;
    set_up(&set, NULL, acts, COUNT(acts));
    const struct {
        hob_fetch_request request;
        const char *words;
    } cases[] = {
        {{.url = NULL}, "the URL \"\" cannot be fetched: it does not begin with http://"},
        {{.url = "tea"}, "the URL \"tea\" cannot be fetched: it does not begin with http://"},
        {{.url = "http://a b/"}, "the URL \"http://a b/\" cannot be fetched: it has a character"},
        {{.url = "http://u:p@h/"}, "it has a user name"},
        {{.url = url_of(&set, ""), .method = "GE T"}, "the method \"GE T\" is not a token"},
        {{.url = url_of(&set, ""), .method = ""}, "the method \"\" is not a token"},
        {{.url = url_of(&set, ""), .method = "CONNECT"}, "the method CONNECT"},
        {{.url = url_of(&set, ""), .headers = bad_name},
         "the header \"a b\" cannot be sent: its name"},
        {{.url = url_of(&set, ""), .headers = bad_value},
         "the header \"a\" cannot be sent: its value"},
        {{.url = url_of(&set, ""), .headers = no_value},
         "the header \"a\" cannot be sent: it has no value"},
        {{.url = url_of(&set, ""), .headers = framing},
         "\"Transfer-encoding\" cannot be sent: the client"},
        {{.url = url_of(&set, ""), .headers = length}, "the client sends it itself"},
        {{.url = url_of(&set, ""), .headers = connection}, "the client sends it itself"},
        {{.url = url_of(&set, ""), .headers = host}, "its value is not a host"},
        {{.url = url_of(&set, ""), .target = "a"}, "the target \"a\" is neither a path nor \"*\""},
        {{.url = url_of(&set, ""), .target = ""}, "is neither a path"},
        {{.url = url_of(&set, ""), .target = "*a"}, "is neither a path"},
        {{.url = url_of(&set, ""), .target = "/a b"}, "is neither a path"},
        {{.url = url_of(&set, ""), .target = "/a#b"}, "is neither a path"},
        {{.url = url_of(&set, ""), .body = "a", .source = no_bytes}, "both a body and a source"},
        {{.url = url_of(&set, ""), .body_size = 1}, "a body_size without a body"},
        {{.url = url_of(&set, ""), .source_has_length = true}, "a source_length without a source"},
        {{.url = url_of(&set, ""), .address = "tea"}, "connecting to tea: this is no address"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_fetched *fetched = (hob_fetched *)&set;
        cr_expect_eq(hob_fetch_with(set.client, &cases[i].request, &fetched), -EINVAL);
        cr_expect_null(fetched);
        const char *error = hob_fetch_error(set.client);
        cr_expect(strstr(error, cases[i].words), "'%s' instead of '%s'", error, cases[i].words);
    }
    cr_expect_eq(set.upstream.accepted, 0);
    tear_down(&set);
}

CoroutineTest(fetch, says_what_it_was_doing_with_whom)
{
    hob_client *client;
    hob_fetched *fetched;
    struct listening listening = listening_open();
    char url[256], expected[512];
    listening_close(&listening);
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    snprintf(url, sizeof(url), "http://%s/tea?secret", listening.text);
    cr_expect_eq(hob_fetch(client, url, &fetched), -ECONNREFUSED);
    snprintf(
        expected, sizeof(expected), "GET http://%s/tea: connecting to %s: Connection refused",
        listening.text, listening.text);
    cr_expect_str_eq(hob_fetch_error(client), expected);
    hob_client_free(client);
}

/* A body of unknown length, of bytes that differ from their neighbours. */
static void expect_body_of(size_t size, size_t limit)
{
    static const char head[] = OK "\r\n";
    static char response[sizeof(head) + 20000];
    char *content = stpcpy(response, head);
    for (size_t i = 0; i < size; i++)
        content[i] = (char)('a' + i % 23);
    const struct act act = {.send = response, .then = THEN_CLOSE, .size = sizeof(head) - 1 + size};
    const hob_client_options options = {.body_limit = limit};
    struct set set;
    hob_bytes body;
    set_up(&set, &options, &act, 1);
    int err = hob_fetch_text(set.client, url_of(&set, "/"), &body);
    cr_expect_eq(err, size > limit ? -EOVERFLOW : 0, "%zu of %zu bytes: %d", size, limit, err);
    cr_expect_eq(body.size, err < 0 ? 0 : size, "%zu of %zu bytes", size, limit);
    if (err == 0) {
        cr_expect_arr_eq(body.data, content, size, "%zu of %zu bytes", size, limit);
        cr_expect_eq(body.data[size], '\0');
    }
    hob_bytes_free(&body);
    tear_down(&set);
}

CoroutineTest(fetch, reads_bodies_of_unknown_length_up_to_the_limit)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 16383, 16384, 16385};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        expect_body_of(sizes[i], 20000);
        expect_body_of(sizes[i], 16384);
        if (sizes[i] > 0)
            expect_body_of(sizes[i], sizes[i]);
        if (sizes[i] > 1)
            expect_body_of(sizes[i], sizes[i] - 1);
    }
}
