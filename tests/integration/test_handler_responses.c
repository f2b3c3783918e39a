/*
 * Responses of handlers as clients receive them (include/hob/response.h).
 */

#include "tests/support/integration.h"
#include "tests/support/memory.h"

TestSuite(handler_responses, .timeout = 60);

/* Logs the result of each of several replies. */
static int reply_twice(hob_request *req, hob_response *res)
{
    int first = hob_reply_text(res, 200, "first");
    int second = hob_reply_text(res, 404, "second");
    int header = hob_response_add_header(res, "X-Late", "yes");
    hob_log(HOB_LOG_INFO, "%d, %s, %s", first, strerror(-second), strerror(-header));
    return 0;
}

ClientTest(handler_responses, the_first_reply_wins, serve(reply_twice))
{
    struct response response = raw_exchange(client, GET("/"));
    cr_expect_eq(response.status, 200);
    cr_expect_str_eq(response.body, "first");
    cr_expect_str_empty(field(&response, "X-Late"));
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
    cr_expect(server_logs(&server, "0, Operation already in progress, Operation already"));
}

static int reply_then_fail(hob_request *req, hob_response *res)
{
    reply(res, 200, "fine");
    return -EIO;
}

ClientTest(handler_responses, an_error_after_the_reply_changes_nothing, serve(reply_then_fail))
{
    cr_expect_str_eq(raw_exchange(client, GET("/")).body, "fine");
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

static int reply_then_wait(hob_request *req, hob_response *res)
{
    reply(res, 200, "fine");
    return wait_for_release();
}

ClientTest(handler_responses, a_reply_is_sent_when_the_handler_waits, serve(reply_then_wait))
{
    cr_expect_str_eq(raw_exchange(client, GET("/")).body, "fine");
    release(&server);
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

/* Returns the number in the query. */
static int return_query(hob_request *req, hob_response *res)
{
    return (int)strtol(hob_request_query(req), NULL, 10);
}

ClientTest(handler_responses, an_error_gets_the_status_that_fits_it, serve(return_query))
{
    static const struct {
        int result;
        int status;
    } cases[] = {
        {-EINVAL, 400}, {-ENOENT, 404}, {-EMSGSIZE, 413}, {-ETIMEDOUT, 504},
        {-ENOMEM, 503}, {-EMFILE, 503}, {-EIO, 500},      {-EPERM, 500},
        {-100000, 500}, {0, 500},       {1, 500},         {200, 500},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[64];
        char body_begin[8];
        snprintf(request, sizeof(request), GET("/?%d"), cases[i].result);
        snprintf(body_begin, sizeof(body_begin), "%d ", cases[i].status);
        struct response response = raw_exchange(client, request);
        cr_expect_eq(response.status, cases[i].status, "%d: %d", cases[i].result, response.status);
        cr_expect(strncmp(response.body, body_begin, strlen(body_begin)) == 0);
        bool come_back = has_field(&response, "Retry-After: 1");
        cr_expect_eq(come_back, cases[i].status == 503, "%d", cases[i].result);
    }
    cr_expect_eq(server_log_count(&server, "returned without a reply"), 3);
}

ClientTest(handler_responses, a_cancelled_handler_gets_no_reply, serve(return_query))
{
    char request[64];
    snprintf(request, sizeof(request), GET("/?%d"), -ECANCELED);
    raw_send(client, request);
    cr_expect(raw_ended(client));
}

/* Adds the header that the query's number stands for, and replies the result. */
static const struct {
    const char *name;
    const char *value;
    int result;
} headers[] = {
    {"X-Spice", "pepper", 0},
    {"X-Empty", "", 0},
    {"x!#$%&'*+-.^_`|~9", "any token", 0},
    {"X-Tab", "a\tb", 0},
    {"X-Umlaut",
     "k\xc3\xbc"
     "che",
     0},
    {"", "no name", -EINVAL},
    {"X Spice", "space", -EINVAL},
    {"X-Spice:", "colon", -EINVAL},
    {"X-Spice\r\nX-Evil", "line break", -EINVAL},
    {"X-K\xc3\xbc"
     "che",
     "not ASCII", -EINVAL},
    {"X-Spice", "line\r\nX-Evil: break", -EINVAL},
    {"X-Spice", "line\nbreak", -EINVAL},
    {"X-Spice", "carriage\rreturn", -EINVAL},
    {"X-Spice", "delete\x7f", -EINVAL},
    {"Connection", "close", -EINVAL},
    {"Content-Length", "1", -EINVAL},
    {"Content-Type", "text/html", -EINVAL},
    {"Date", "today", -EINVAL},
    {"Server", "other", -EINVAL},
    {"Transfer-Encoding", "chunked", -EINVAL},
    {"content-LENGTH", "1", -EINVAL},
};

static int add_header(hob_request *req, hob_response *res)
{
    size_t i = strtoul(hob_request_query(req), NULL, 10);
    return reply(res, 200, "%d", hob_response_add_header(res, headers[i].name, headers[i].value));
}

ClientTest(handler_responses, a_header_is_added_if_it_can_do_no_harm, serve(add_header))
{
    for (size_t i = 0; i < COUNT(headers); i++) {
        char request[64];
        char result[16];
        char line[64];
        snprintf(request, sizeof(request), GET("/?%zu"), i);
        snprintf(result, sizeof(result), "%d", headers[i].result);
        snprintf(line, sizeof(line), "%s: %s", headers[i].name, headers[i].value);
        struct response response = raw_exchange(client, request);
        cr_expect_str_eq(response.body, result, "%s", line);
        cr_expect_eq(has_field(&response, line), headers[i].result == 0, "%s", line);
        cr_expect_null(strstr(response.head, "Evil"));
    }
}

/* Tries what must be refused, and reports the first call that was not. */
static int reply_badly(hob_request *req, hob_response *res)
{
    static const int statuses[] = {-1, 0, 99, 100, 101, 199, 600, 1000};
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (hob_reply_text(res, statuses[i], "bad") != -EINVAL)
            hob_log(HOB_LOG_ERROR, "status %d was taken", statuses[i]);
    }
    if (hob_reply(res, 200, "text/plain\r\nX-Evil: yes", "bad", 3) != -EINVAL)
        hob_log(HOB_LOG_ERROR, "a type of two lines was taken");
    return reply(res, 200, "good");
}

ClientTest(handler_responses, a_reply_that_is_refused_leaves_no_trace, serve(reply_badly))
{
    struct response response = raw_exchange(client, GET("/"));
    cr_expect_str_eq(response.body, "good");
    cr_expect_null(strstr(response.head, "Evil"));
    cr_expect_eq(server_log_count(&server, "was taken"), 0);
}

/* Replies with the status in the query. */
static int reply_with_status(hob_request *req, hob_response *res)
{
    return reply(res, (int)strtol(hob_request_query(req), NULL, 10), "content");
}

ClientTest(
    handler_responses, each_status_has_its_line_and_only_some_no_content, serve(reply_with_status))
{
    static const struct {
        const char *request;
        const char *line;
        const char *content_length;
    } cases[] = {
        {GET("/?200"), "HTTP/1.1 200 OK\r\n", "7"},
        {GET("/?418"), "HTTP/1.1 418 \r\n", "7"},
        {GET("/?204"), "HTTP/1.1 204 No Content\r\n", ""},
        {GET("/?304"), "HTTP/1.1 304 Not Modified\r\n", ""},
        {GET("/?599"), "HTTP/1.1 599 \r\n", "7"},
        {REQUEST("HEAD /?200", ""), "HTTP/1.1 200 OK\r\n", "7"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool head = strncmp(cases[i].request, "HEAD", 4) == 0;
        raw_send(client, cases[i].request);
        struct response response = head ? raw_receive_head(client) : raw_receive(client);
        cr_expect(strncmp(response.head, cases[i].line, strlen(cases[i].line)) == 0);
        cr_expect_str_eq(field(&response, "Content-Length"), cases[i].content_length);
        cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other", "%s", cases[i].line);
    }
}

/* Responses that are larger than what the kernel holds for a client that does not read. */

enum { LARGE = 8 * 1024 * 1024 };

static char large_byte(size_t at)
{
    return (char)('a' + at % 23);
}

static int reply_large(hob_request *req, hob_response *res)
{
    static char *content;
    if (!content)
        content = zero_pages(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        content[i] = large_byte(i);
    return hob_reply(res, 200, "text/plain", content, LARGE);
}

static void expect_large(const struct response *response)
{
    size_t right = 0;
    cr_assert_eq(response->length, LARGE);
    while (right < LARGE && response->body[right] == large_byte(right))
        right++;
    cr_expect_eq(right, LARGE);
}

/* The path is the size. From 64 KiB on content is sent from where it is. */
static int reply_of_size(hob_request *req, hob_response *res)
{
    static char content[1 << 20];
    size_t size = strtoul(hob_request_path(req) + 1, NULL, 10);
    for (size_t i = 0; i < size; i++)
        content[i] = (char)(i * 7 + size);
    return hob_reply(res, 200, NULL, content, size);
}

ClientTest(handler_responses, of_any_sizes_and_bytes_leave_in_their_order, serve(reply_of_size))
{
    static const size_t sizes[] = {5, 65535, 65536, 65537, 0, 1 << 20, 7, 1 << 20, 65536, 1};
    raw_send(
        client, GET("/5") GET("/65535") GET("/65536") GET("/65537") GET("/0") GET("/1048576")
                    GET("/7") GET("/1048576") GET("/65536") GET("/1"));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size_t right = 0;
        struct response response = raw_receive(client);
        cr_assert_eq(response.length, sizes[i], "response %zu: %zu", i, response.length);
        while (right < sizes[i] && response.body[right] == (char)(right * 7 + sizes[i]))
            right++;
        cr_expect_eq(right, sizes[i], "response %zu", i);
    }
}

ClientTest(
    handler_responses, a_large_response_waits_for_its_client_but_others_do_not, serve(reply_large))
{
    raw_send(client, GET("/") GET("/other"));
    raw_settle(client);
    for (size_t i = 0; i < 20; i++)
        cr_expect_str_eq(get(&server, "/other")->body.bytes, "other");
    struct response response = raw_receive(client);
    expect_large(&response);
    cr_expect_str_eq(raw_receive(client).body, "other");
}

ClientTest(
    handler_responses, a_large_response_is_sent_to_its_end_though_the_server_stops,
    serve(reply_large))
{
    raw_send(client, GET("/"));
    raw_settle(client);
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "stopping: 1 requests"));
    struct response response = raw_receive(client);
    expect_large(&response);
    cr_expect(raw_ended(client));
}

ServerTest(
    handler_responses, a_client_that_leaves_its_large_response_leaves_nothing_behind,
    serve(reply_large))
{
    size_t descriptors = server_descriptors(&server);
    for (size_t i = 0; i < 10; i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, GET("/"));
        raw_settle(&client);
        raw_close(&client);
    }
    bool closed = eventually(server_descriptors(&server) == descriptors);
    cr_expect(closed);
}
