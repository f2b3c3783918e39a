/* Trailers of requests and of responses. */

#include "hob/testing.h"
#include "http/trailers.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(trailers, .fini = expect_no_leaks, .timeout = 20);

/* Replies with the trailers of the request, as "name=value ". */
static int list_trailers(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    char text[200] = "";
    hob_header trailer;
    cr_expect_null(hob_request_trailer(req, "a"), "the body was not read");
    int err = hob_body_all(req, 100, &body, &size);
    for (size_t position = 0; hob_request_next_trailer(req, &position, &trailer);)
        snprintf(
            text + strlen(text), sizeof(text) - strlen(text), "%s=%s ", trailer.name,
            trailer.value);
    cr_expect_null(hob_request_trailer(req, "other"));
    return err < 0 ? err : hob_reply_text(res, 200, text);
}

static void observe_none(void *context, const hob_exchange *exchange)
{
    (void)context;
    cr_expect_null(hob_request_trailer(exchange->req, "a"));
}

Test(trailers, of_a_request_can_be_read_behind_its_body)
{
    static const struct {
        const char *trailers, *expected;
    } cases[] = {
        {NULL, ""},
        {"A: b", "A=b "},
        {"A: b\nX-Sum:\na: c", "A=b X-Sum= a=c "},
    };
    const hob_server_options options = {.handler = list_trailers};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_test_reply *reply = hob_test_request(
            &options, "POST /",
            &(hob_test_input){
                .body = "x", .trailers = cases[i].trailers, .observer = observe_none});
        cr_expect_str_eq(reply->content, cases[i].expected);
        hob_test_reply_free(reply);
    }
}

static int find_trailer(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 100, &body, &size);
    return err < 0 ? err : hob_reply_text(res, 200, or_none(hob_request_trailer(req, "x-SUM")));
}

Test(trailers, are_found_by_name_apart_from_headers)
{
    const hob_server_options options = {.handler = find_trailer};
    const hob_test_input in_trailers = {.body = "x", .trailers = "a: b\nX-Sum: 7\nX-Sum: 8"};
    const hob_test_input in_headers = {.body = "x", .headers = "X-Sum: 7", .trailers = "a: b"};
    hob_test_reply *reply = hob_test_request(&options, "POST /", &in_trailers);
    cr_expect_str_eq(reply->content, "7");
    hob_test_reply_free(reply);
    reply = hob_test_request(&options, "POST /", &in_headers);
    cr_expect_str_eq(reply->content, "(none)");
    hob_test_reply_free(reply);
}

/*
 * Of responses.
 */

static int stream_with_trailers(hob_request *req, hob_response *res)
{
    (void)req;
    cr_expect_eq(hob_response_add_trailer(res, "A", "b"), -EINVAL, "there is no stream");
    int err = hob_response_add_header(res, "Trailer", "A, X-Sum");
    if (err == 0)
        err = hob_stream(res, 200, "text/plain");
    if (err == 0)
        err = hob_response_add_trailer(res, "A", "b");
    if (err == 0)
        err = hob_send(res, "hello", 5);
    cr_expect_str_eq(or_none(hob_response_header(res, "Trailer")), "A, X-Sum");
    cr_expect_null(hob_response_header(res, "A"), "it is no header");
    return err < 0 ? err : hob_response_add_trailer(res, "X-Sum", "");
}

Test(trailers, of_a_response_are_sent_if_the_client_takes_them)
{
    static const struct {
        const char *headers, *line, *expected;
    } cases[] = {
        {"TE: trailers", "GET /", "b"},
        {"te: gzip;q=0.5,\ttrailers", "GET /", "b"},
        {"TE: gzip\nTE: Trailers", "GET /", "b"},
        {NULL, "GET /", "(none)"},
        {"TE: gzip, x-trailers", "GET /", "(none)"},
        {"TE: trailers", "HEAD /", "(none)"},
    };
    const hob_server_options options = {.handler = stream_with_trailers};
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_test_reply *reply = hob_test_request(
            &options, cases[i].line, &(hob_test_input){.headers = cases[i].headers});
        cr_expect_str_eq(or_none(hob_test_trailer(reply, "a")), cases[i].expected, "%zu", i);
        cr_expect_null(hob_test_header(reply, "a"));
        cr_expect_eq(hob_test_trailer(reply, "X-Sum") != NULL, *cases[i].expected == 'b');
        hob_test_reply_free(reply);
    }
}

static int add_refused(hob_request *req, hob_response *res)
{
    static const char *const names[] = {
        "Content-Length",
        "transfer-encoding",
        "HOST",
        "Authorization",
        "Set-Cookie",
        "Trailer",
        "Content-Type",
        "Cache-Control",
        "If-Match",
        "TE",
        "",
        "a b",
        "a:",
        "X-Request-Id",
    };
    (void)req;
    int err = hob_stream(res, 200, "text/plain");
    for (size_t i = 0; i < COUNT(names); i++)
        cr_expect_eq(hob_response_add_trailer(res, names[i], "x"), -EINVAL, "%s", names[i]);
    cr_expect_eq(hob_response_add_trailer(res, "A", "b\r\nc: d"), -EINVAL);
    return err < 0 ? err : hob_response_add_trailer(res, "ETag", "\"1\"");
}

Test(trailers, that_are_about_the_message_are_refused)
{
    const hob_server_options options = {.handler = add_refused};
    hob_test_reply *reply =
        hob_test_request(&options, "GET /", &(hob_test_input){.headers = "TE: trailers"});
    cr_expect_str_eq(or_none(hob_test_trailer(reply, "etag")), "\"1\"");
    cr_expect_null(hob_test_trailer(reply, "A"));
    cr_expect(reply->whole);
    hob_test_reply_free(reply);
}

/*
 * Limits.
 */

static int error_of(const char *name, const char *value, size_t count)
{
    struct trailers *self = trailers_new(20, 3);
    cr_assert_not_null(self);
    for (size_t i = 0; i < count; i++)
        trailers_add(self, name, strlen(name), value, strlen(value));
    int err = self->err;
    trailers_free(self);
    return err;
}

Test(trailers, have_limits)
{
    cr_expect_eq(error_of("name", "012345678901 \t", 1), 0, "20 bytes, with two NUL");
    cr_expect_eq(error_of("name", "01234567890123", 1), 0);
    cr_expect_eq(error_of("name", "012345678901234", 1), -EMSGSIZE);
    cr_expect_eq(error_of("a", "b", 3), 0);
    cr_expect_eq(error_of("a", "b", 4), -EMSGSIZE);
    trailers_free(NULL);
}
