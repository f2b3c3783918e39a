/*
 * Responses of handlers as clients receive them (include/hob/response.h).
 */

#include "tests/support/integration.h"
#include "tests/support/memory.h"

TestSuite(handler_responses, .timeout = 60);

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
        int result, status;
    } cases[] = {
        {-EINVAL, 400}, {-ENOENT, 404}, {-EMSGSIZE, 413}, {-ETIMEDOUT, 504},
        {-ENOMEM, 503}, {-EMFILE, 503}, {-EIO, 500},      {-EPERM, 500},
        {-100000, 500}, {0, 500},       {1, 500},         {200, 500},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *body_begin = formatted("%d ", cases[i].status);
        struct response response = raw_exchange_printf(client, GET("/?%d"), cases[i].result);
        cr_expect_eq(response.status, cases[i].status, "%d: %d", cases[i].result, response.status);
        cr_expect(strncmp(response.body, body_begin, strlen(body_begin)) == 0);
        bool come_back = has_field(&response, "Retry-After: 1");
        cr_expect_eq(come_back, cases[i].status == 503, "%d", cases[i].result);
    }
    cr_expect_eq(server_log_count(&server, "returned without a reply"), 3);
}

ClientTest(handler_responses, a_cancelled_handler_gets_no_reply, serve(return_query))
{
    const char *request = formatted(GET("/?%d"), -ECANCELED);
    raw_send(client, request);
    cr_expect(raw_ended(client));
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
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t right = 0;
        struct response response = raw_receive(client);
        cr_assert_eq(response.length, sizes[i], "response %zu: %zu", i, response.length);
        while (right < sizes[i] && response.body[right] == (char)(right * 7 + sizes[i]))
            right++;
        cr_expect_eq(right, sizes[i], "response %zu", i);
    }
}

ClientTest(handler_responses, a_large_response_does_not_block_other_clients, serve(reply_large))
{
    raw_send(client, GET("/") GET("/other"));
    raw_settle(client);
    for (size_t i = 0; i < 20; i++)
        cr_expect_str_eq(get(&server, "/other")->body.bytes, "other");
    struct response response = raw_receive(client);
    expect_large(&response);
    cr_expect_str_eq(raw_receive(client).body, "other");
}

ClientTest(handler_responses, a_large_response_is_complete_if_the_server_stops, serve(reply_large))
{
    raw_send(client, GET("/"));
    raw_settle(client);
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "stopping: 1 requests"));
    struct response response = raw_receive(client);
    expect_large(&response);
    cr_expect(raw_ended(client));
}

ServerTest(handler_responses, a_large_response_without_its_client_is_freed, serve(reply_large))
{
    size_t descriptors = server_descriptors(&server);
    for (size_t i = 0; i < 10; i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, GET("/"));
        raw_settle(&client);
        raw_close(&client);
    }
    cr_expect(eventually(server_descriptors(&server) == descriptors));
}
