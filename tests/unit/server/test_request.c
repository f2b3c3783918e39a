#include "server/http1.h"

#include <limits.h>

#include "server/server.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/wire.h"

TestSuite(request, .fini = expect_no_leaks, .timeout = 20);

#define HOST    "Host: h\r\n"
#define POST    "POST / HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

/* Calls a handler that makes its expectations known itself. */
static void exchange(hob_handler *handler, void *context, const char *request)
{
    const hob_server_options server = {.handler = handler, .context = context};
    struct wire_response response = wire_exchange(&server, request);
    wire_response_free(&response);
}

struct head_facts {
    const char *request, *method, *path, *query, *header;
};

static int expect_facts(hob_request *req, hob_response *res)
{
    const struct head_facts *facts = hob_request_context(req);
    cr_expect_str_eq(hob_request_method(req), facts->method, "%s", facts->request);
    cr_expect_str_eq(hob_request_peek_path(req), facts->path, "%s", facts->request);
    cr_expect_str_eq(hob_request_path(req), facts->path, "%s", facts->request);
    cr_expect_str_eq(or_none(hob_request_query(req)), or_none(facts->query), "%s", facts->request);
    cr_expect_str_eq(
        or_none(hob_request_header(req, "x-header")), or_none(facts->header), "%s", facts->request);
    return hob_reply_text(res, 200, "");
}

Test(request, has_what_the_client_asked_for)
{
    static struct head_facts cases[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", "GET", "/", NULL, NULL},
        {"PUT /a/%20?b=c?d HTTP/1.1\r\n" HOST "X-Header: e \r\n\r\n", "PUT", "/a/%20", "b=c?d",
         "e"},
        {"GET /? HTTP/1.1\r\n" HOST "X-HEADER:\r\nX-Header: f\r\n\r\n", "GET", "/", "", ""},
        {"PROPFIND /a HTTP/1.1\r\n" HOST "X-Headers: g\r\n\r\n", "PROPFIND", "/a", NULL, NULL},
        {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "OPTIONS", "*", NULL, NULL},
        {"GET http://h/a HTTP/1.1\r\n" HOST "\r\n", "GET", "/a", NULL, NULL},
        /* RFC 9110 section 4.2.3: an empty path is the same as "/". */
        {"GET http://h HTTP/1.1\r\n" HOST "\r\n", "GET", "/", NULL, NULL},
        {"GET http://h?b HTTP/1.1\r\n" HOST "\r\n", "GET", "/", "b", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        exchange(expect_facts, &cases[i], cases[i].request);
}

struct path_facts {
    const char *target, *raw_path, *path, *query;
};

static int expect_paths(hob_request *req, hob_response *res)
{
    const struct path_facts *facts = hob_request_context(req);
    cr_expect_str_eq(hob_request_raw_path(req), facts->raw_path, "%s", facts->target);
    cr_expect_str_eq(hob_request_path(req), facts->path, "%s", facts->target);
    cr_expect_str_eq(or_none(hob_request_query(req)), or_none(facts->query), "%s", facts->target);
    cr_expect_str_eq(hob_request_header(req, "x-header"), "e", "%s", facts->target);
    const char *decoded = hob_request_decode(req, hob_request_path(req), strlen(facts->path));
    cr_expect_eq(*decoded, '/', "%s", facts->target);
    cr_expect_str_eq(hob_request_raw_path(req), facts->raw_path, "%s", facts->target);
    return hob_reply_text(res, 200, "");
}

Test(request, keeps_the_path_as_it_came)
{
    static struct path_facts cases[] = {
        {"/a", "/a", "/a", NULL},
        {"/a?%61", "/a", "/a", "%61"},
        {"/%61", "/%61", "/a", NULL},
        {"/%2f?", "/%2f", "/%2F", ""},
        {"//a/../b/.?/..", "//a/../b/.", "//b/", "/.."},
        {"http://h/%61?b", "/%61", "/a", "b"},
        {"http://h", "/", "/", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[200];
        snprintf(
            request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "X-Header: e\r\n\r\n",
            cases[i].target);
        exchange(expect_paths, &cases[i], request);
    }
}

struct list_facts {
    const char *fields, *list;
};

static int expect_list(hob_request *req, hob_response *res)
{
    const struct list_facts *facts = hob_request_context(req);
    const char *list;
    cr_expect_eq(hob_request_header_list(req, "accept", &list), facts->list != NULL);
    cr_expect_str_eq(or_none(list), or_none(facts->list));
    cr_expect_eq(hob_request_header_list(req, "host", &list), 1);
    cr_expect_str_eq(list, "h");
    return hob_reply_text(res, 200, "");
}

/* RFC 9110 section 5.3. */
Test(request, joins_what_comes_in_several_lines)
{
    static struct list_facts cases[] = {
        {"", NULL},
        {"Accept:\r\n", ""},
        {"Accept: a, b\r\n", "a, b"},
        {"Accept: a\r\nB: c\r\naccept: b, c\r\nACCEPT: d\r\n", "a, b, c, d"},
        {"Accept:\r\nAccept: a\r\nAccept:\r\n", ", a, "},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[200];
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\n" HOST "%s\r\n", cases[i].fields);
        exchange(expect_list, &cases[i], request);
    }
}

static int expect_lasting_strings(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    const char *query = hob_request_query(req);
    const char *host = hob_request_header(req, "Host");
    struct workspace *workspace = req->server->workspace;
    connection_leave_workspace(http1_of(req)->connection); /* as when the handler waits */
    memset(workspace->head, 'x', req->server->parser_limits.head);
    cr_expect_str_eq(path, "/path");
    cr_expect_str_eq(query, "query");
    cr_expect_str_eq(host, "h");
    cr_expect_eq(hob_request_path(req), path);
    return hob_reply_text(res, 200, "");
}

Test(request, has_strings_that_last_while_others_are_served)
{
    exchange(expect_lasting_strings, NULL, "GET /path?query HTTP/1.1\r\n" HOST "\r\n");
}

/* Decoded parts have places of their own: asking again or for others changes none. */
static int expect_decoded(hob_request *req, hob_response *res)
{
    const char *all = hob_request_decode(req, hob_request_path(req) + 1, strlen("a%2Fb"));
    const char *x = hob_request_query_value(req, "x");
    const char *y = hob_request_query_value(req, "y");
    const char *z = hob_request_query_value(req, "z");
    const char *c = hob_request_cookie(req, "c");
    connection_leave_workspace(http1_of(req)->connection); /* as when the handler waits */
    const char *d = hob_request_cookie(req, "d");
    cr_expect_str_eq(all, "a/b");
    cr_expect_str_eq(x, " ");
    cr_expect_str_eq(y, "+");
    cr_expect_str_empty(z);
    cr_expect_str_eq(c, "1%");
    cr_expect_str_eq(d, "A");
    cr_expect_eq(hob_request_query_value(req, "x"), x);
    cr_expect_str_eq(hob_request_query(req), "x=+&y=%2B&z");
    cr_expect_str_eq(hob_request_header(req, "Cookie"), "c=\"1%25\"; d=%41");
    cr_expect_str_empty(hob_request_decode(req, "", 0));
    return hob_reply_text(res, 200, "");
}

static int expect_decoded_for_observers(hob_request *req, hob_response *res)
{
    req->observed = true; /* its head has not been kept then */
    cr_expect_str_eq(hob_request_query_value(req, "a"), "b c");
    cr_expect_str_eq(hob_request_path(req), "/d");
    req->observed = false;
    return 0;
}

Test(request, has_decoded_parts_for_observers)
{
    exchange(expect_decoded_for_observers, NULL, "GET /d?a=b+c HTTP/1.1\r\n" HOST "\r\n");
}

Test(request, has_room_for_decoded_parts)
{
    exchange(
        expect_decoded, NULL,
        "GET /a%2Fb?x=+&y=%2B&z HTTP/1.1\r\n" HOST "Cookie: c=\"1%25\"; d=%41\r\n\r\n");
}

struct body_facts {
    const char *request;
    const char *body; /* NULL where it is of no use to know how much was read before an error */
    int end;          /* what the last read returns */
    size_t size;      /* how much is read at a time */
};

static int expect_body(hob_request *req, hob_response *res)
{
    const struct body_facts *facts = hob_request_context(req);
    char body[128];
    size_t length = 0;
    int received;
    while ((received = hob_body_read(req, body + length, facts->size)) > 0) {
        cr_expect_leq((size_t)received, facts->size);
        length += (size_t)received;
    }
    body[length] = '\0';
    if (facts->body)
        cr_expect_str_eq(body, facts->body, "%s", facts->request);
    cr_expect_eq(received, facts->end, "%d: %s", received, facts->request);
    cr_expect_eq(hob_body_read(req, body, 1), facts->end, "it ends in the same way again");
    return hob_reply_text(res, 200, "");
}

Test(request, gives_the_body_in_pieces_and_then_its_end)
{
    static const struct body_facts cases[] = {
        {.request = "GET / HTTP/1.1\r\n" HOST "\r\n", .body = ""},
        {.request = POST "Content-Length: 5\r\n\r\nhello", .body = "hello"},
        {.request = POST "Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n", .body = "hello"},
        {.request = CHUNKED "5\r\nhello\r\n0\r\n\r\n", .body = "hello"},
        {.request = CHUNKED "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nA: b\r\n\r\n", .body = "hello"},
        {.request = CHUNKED "0\r\n\r\n", .body = ""},
        /* Broken. */
        {.request = CHUNKED "x\r\n", .end = -EINVAL},
        {.request = CHUNKED "5\r\nhello\r\nx", .end = -EINVAL},
        {.request = CHUNKED "5\r\nhello!", .end = -EINVAL},
        /* The client has left before the end. */
        {.request = POST "Content-Length: 5\r\n\r\n", .body = "", .end = -ECONNRESET},
        {.request = POST "Content-Length: 5\r\n\r\nhell", .body = "hell", .end = -ECONNRESET},
        {.request = CHUNKED "5\r\nhello\r\n", .body = "hello", .end = -ECONNRESET},
        {.request = CHUNKED "5\r\nhello\r\n0\r\n", .body = "hello", .end = -ECONNRESET},
    };
    static const size_t sizes[] = {1, 2, 3, 5, 64};
    for (size_t i = 0; i < COUNT(cases) * COUNT(sizes); i++) {
        struct body_facts facts = cases[i / COUNT(sizes)];
        facts.size = sizes[i % COUNT(sizes)];
        exchange(expect_body, &facts, facts.request);
    }
}

static int read_nothing(hob_request *req, hob_response *res)
{
    char body[8] = "";
    cr_expect_eq(hob_body_read(req, body, 0), 0);
    cr_expect_eq(hob_body_read(req, body, SIZE_MAX), 5, "nothing was lost");
    cr_expect_str_eq(body, "hello");
    return hob_reply_text(res, 200, "");
}

Test(request, gives_no_bytes_where_there_is_no_room)
{
    exchange(read_nothing, NULL, POST "Content-Length: 5\r\n\r\nhello");
}

static int expect_drained(hob_request *req, hob_response *res)
{
    cr_expect(http1_can_drain(http1_of(req)));
    cr_expect(http1_drain(http1_of(req)));
    return hob_reply_text(res, 200, "");
}

/* Whether a large body can be drained depends on how much of it has arrived. */
static int expect_drained_in_the_end(hob_request *req, hob_response *res)
{
    cr_expect(http1_drain(http1_of(req)));
    return hob_reply_text(res, 200, "");
}

static int expect_not_drained(hob_request *req, hob_response *res)
{
    cr_expect_not(http1_drain(http1_of(req)));
    return hob_reply_text(res, 200, "");
}

Test(request, drains_a_body_up_to_its_end)
{
    exchange(expect_drained, NULL, "GET / HTTP/1.1\r\n" HOST "\r\n");
    exchange(expect_drained, NULL, POST "Content-Length: 5\r\n\r\nhello");
    exchange(expect_drained, NULL, CHUNKED "5\r\nhello\r\n0\r\n\r\n");
    exchange(expect_not_drained, NULL, POST "Content-Length: 5\r\n\r\nhell");
    exchange(expect_not_drained, NULL, CHUNKED "x");
}

/* A chunk of half the limit. */
#define HALF "8000\r\n%032768d\r\n"

Test(request, gives_up_draining_a_body_that_has_no_end)
{
    char input[4 * DRAIN_LIMIT];
    snprintf(input, sizeof(input), CHUNKED HALF "0\r\n\r\n", 0);
    exchange(expect_drained_in_the_end, NULL, input);
    snprintf(input, sizeof(input), CHUNKED HALF HALF HALF HALF "0\r\n\r\n", 0, 0, 0, 0);
    exchange(expect_not_drained, NULL, input);
}
