/*
 * Responses that are sent while they are made, and bodies that are read as a whole.
 */
#include <sys/resource.h>

#include "tests/support/integration.h"

TestSuite(streams, .timeout = 60);

#define KIB(n) ((size_t)(n)*1024)

/* The path says how it goes. */
static int count_to_three(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    int err = hob_stream(res, 200, "text/plain");
    for (int i = 1; i <= 3 && err == 0; i++) {
        const char *line = formatted("%d\n", i);
        err = hob_send(res, line, strlen(line));
        if (err == 0)
            err = hob_send(res, line, 0); /* nothing, and not the end */
        if (strcmp(path, "/slowly") == 0)
            hob_sleep(0.01);
        if (strcmp(path, "/failing") == 0 && i == 2)
            return -EIO;
    }
    return err;
}

ServerTest(streams, come_in_chunks_or_to_the_end_of_the_connection, serve(count_to_three))
{
    static const struct {
        const char *request, *line, *missing, *body;
    } cases[] = {
        {REQUEST("GET /", "Connection: close\r\n"), "Transfer-Encoding: chunked", "Content-Length",
         "2\r\n1\n\r\n2\r\n2\n\r\n2\r\n3\n\r\n0\r\n\r\n"},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: close",
         "Transfer-Encoding", "1\n2\n3\n"},
        /* One that fails lacks its last chunk. */
        {GET("/failing"), "Transfer-Encoding: chunked", "Content-Length",
         "2\r\n1\n\r\n2\r\n2\n\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, cases[i].request);
        struct response response = raw_receive_to_end(&client);
        cr_expect(has_field(&response, cases[i].line), "%s", response.head);
        cr_expect_not(strstr(response.head, cases[i].missing), "%s", response.head);
        cr_expect_str_eq(response.body, cases[i].body, "%s", cases[i].request);
        raw_close(&client);
    }
    cr_expect_neq(get(&server, "/failing")->error, CURLE_OK, "curl notices");
}

ServerTest(streams, are_understood_by_curl_and_keep_the_connection, serve(count_to_three))
{
    for (int i = 0; i < 3; i++) {
        struct order *order = get(&server, i % 2 ? "/" : "/slowly");
        cr_expect_eq(order->status, 200);
        cr_expect_str_eq(order->body.bytes, "1\n2\n3\n");
        cr_expect_eq(order->connections, i == 0, "order %d made %ld", i, order->connections);
    }
}

ClientTest(streams, to_head_have_no_content, serve(count_to_three))
{
    raw_send(client, REQUEST("HEAD /", ""));
    cr_expect_eq(raw_receive_head(client).status, 200);
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
}

/* Only a reset shows such a client that content is missing. */
ServerTest(streams, to_http_1_0_that_fail_are_reset, serve(count_to_three))
{
    struct order *order = order_prepare(&server, "/failing");
    curl_easy_setopt(order->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_0);
    order_complete(order);
    cr_expect_eq(order->error, CURLE_RECV_ERROR, "%s", curl_easy_strerror(order->error));
}

/* Announces three bytes; the path says how many it sends. */
static int send_three(hob_request *req, hob_response *res)
{
    int err = hob_stream_sized(res, 200, "text/plain", 3);
    if (err == 0)
        err = hob_send(res, "1", 1);
    hob_sleep(0.01);
    return err < 0 || strcmp(hob_request_path(req), "/short") == 0 ? err : hob_send(res, "23", 2);
}

ServerTest(streams, that_are_shorter_than_announced_end_the_connection, serve(send_three))
{
    struct order *order = get(&server, "/short");
    cr_expect_eq(order->error, CURLE_PARTIAL_FILE, "%s", curl_easy_strerror(order->error));
}

/* Of 64 descriptors, 37 are for clients: one for this client, and all others. */
static int reserve_descriptors(hob_request *req, hob_response *res)
{
    for (int i = 0; i < 36; i++)
        cr_expect_eq(hob_request_reserve_descriptor(req), 0);
    int err = hob_stream(res, 200, NULL);
    return err < 0 ? err : wait_for_release();
}

ProcessTest(streams, reserve_descriptors_until_their_handlers_return)
{
    struct rlimit all, few;
    getrlimit(RLIMIT_NOFILE, &all);
    few = (struct rlimit){.rlim_cur = 64, .rlim_max = all.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    struct server server = serve(reserve_descriptors);
    setrlimit(RLIMIT_NOFILE, &all);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/"));
    cr_expect_eq(raw_receive_head(&client).status, 200);
    cr_expect_eq(get(&server, "/other")->status, 503, "there is no room");
    raw_reset(&client);
    cr_expect(eventually(get(&server, "/other")->status == 200), "there is room again");
}

static int misuse_streams(hob_request *req, hob_response *res)
{
    static const int without_content[] = {204, 205, 304, 199, 600, 0, -1};
    cr_expect_eq(hob_send(res, "x", 1), -EINVAL, "there is no stream yet");
    for (size_t i = 0; i < COUNT(without_content); i++)
        cr_expect_eq(hob_stream(res, without_content[i], NULL), -EINVAL);
    cr_expect_eq(hob_stream(res, 200, "text/plain\r\nX: y"), -EINVAL);
    cr_expect_eq(hob_stream(res, 200, "text/plain"), 0);
    cr_expect_eq(hob_stream(res, 200, "text/plain"), -EALREADY);
    cr_expect_eq(hob_reply_text(res, 200, "x"), -EALREADY);
    return hob_send(res, "fine", 4);
}

static int send_after_reply(hob_request *req, hob_response *res)
{
    hob_reply_text(res, 200, "fine");
    cr_expect_eq(hob_stream(res, 200, NULL), -EALREADY);
    cr_expect_eq(hob_stream(res, 200, "a\nb"), -EALREADY);
    cr_expect_eq(hob_reply(res, 200, "a\nb", "", 0), -EALREADY);
    cr_expect_eq(hob_send(res, "x", 1), -EINVAL);
    return 0;
}

/* Expectations of a handler count in the process that serves, which reports them by its result. */
static void expect_fine(hob_handler *handler)
{
    struct server server = serve(handler);
    cr_expect_str_eq(get(&server, "/")->body.bytes, "fine");
    cr_expect_eq(server_stop(&server), 0);
}

ProcessTest(streams, begin_once_and_only_where_they_can)
{
    expect_fine(misuse_streams);
    expect_fine(send_after_reply);
}

/* A mebibyte in one call. */
static int send_much(hob_request *req, hob_response *res)
{
    static char much[1024 * 1024];
    for (size_t i = 0; i < sizeof(much); i++)
        much[i] = (char)(i * 7);
    int err = hob_stream(res, 200, NULL);
    for (int i = 0; i < 4 && err == 0; i++)
        err = hob_send(res, much, sizeof(much));
    return err;
}

struct check {
    size_t length;
    bool right;
};

static size_t check_bytes(char *bytes, size_t size, size_t count, void *arg)
{
    struct check *check = arg;
    for (size_t i = 0; i < size * count; i++)
        check->right &= bytes[i] == (char)((check->length + i) % (1024 * 1024) * 7);
    check->length += size * count;
    return size * count;
}

ServerTest(streams, of_any_size_arrive_as_they_were_sent, serve(send_much))
{
    struct check check = {.right = true};
    struct order *order = order_prepare(&server, "/");
    curl_easy_setopt(order->easy, CURLOPT_WRITEFUNCTION, check_bytes);
    curl_easy_setopt(order->easy, CURLOPT_WRITEDATA, &check);
    order_complete(order);
    cr_expect_eq(order->error, CURLE_OK);
    cr_expect_eq(check.length, KIB(4096));
    cr_expect(check.right);
}

static int flood(hob_request *req, hob_response *res)
{
    static const char much[256 * 1024];
    int err = hob_stream(res, 200, NULL);
    while (err == 0)
        err = hob_send(res, much, sizeof(much));
    hob_log(HOB_LOG_INFO, "a flood ends: %s", strerror(-err));
    return err;
}

/* Each may have 80 KiB here, and what the kernel holds is not the process's. */
ServerTest(streams, that_nobody_reads_take_little_memory, serve(flood))
{
    struct raw_client clients[100];
    size_t before = process_resident_bytes(server.process);
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = raw_connect(&server);
        raw_send(&clients[i], GET("/"));
    }
    cr_expect_eq(get(&server, "/other")->status, 200);
    size_t each = (process_resident_bytes(server.process) - before) / COUNT(clients);
    cr_expect_lt(each, KIB(200), "%zu bytes", each); /* a stack that has grown, buffers that have */
    for (size_t i = 0; i < COUNT(clients); i++)
        raw_close(&clients[i]);
    cr_expect(server_logs(&server, "a flood ends"));
}

ServerTest(streams, whose_client_leaves_are_cancelled, serve(flood))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/"));
    raw_settle(&client);
    raw_reset(&client);
    cr_expect(server_logs(&server, "a flood ends"));
}

static int send_events(hob_request *req, hob_response *res)
{
    int err = hob_event_stream(res);
    cr_expect_eq(hob_event(res, "1\n", NULL, "x"), -EINVAL);
    cr_expect_eq(hob_event(res, NULL, "a\rb", "x"), -EINVAL);
    cr_expect_eq(hob_event(res, NULL, NULL, "x\ry"), -EINVAL);
    if (err == 0)
        err = hob_event(res, NULL, NULL, "one");
    if (err == 0)
        err = hob_event(res, "2", "news", "two\nlines");
    if (err == 0)
        err = hob_event(res, "", NULL, "");
    return err;
}

ServerTest(streams, of_events_are_as_browsers_expect_them, serve(send_events))
{
    struct order *order = get(&server, "/");
    cr_expect(order_has_field(order, "Content-Type: text/event-stream"));
    cr_expect(order_has_field(order, "Cache-Control: no-store"));
    cr_expect(order_has_field(order, "X-Accel-Buffering: no"));
    cr_expect_str_eq(
        order->body.bytes,
        "data: one\n\nid: 2\nevent: news\ndata: two\ndata: lines\n\nid: \ndata: \n\n");
}

static int wait_for_the_end(hob_request *req, hob_response *res)
{
    int err = hob_event_stream(res);
    if (err == 0)
        err = hob_event(res, NULL, NULL, "begin");
    hob_log(HOB_LOG_INFO, "streaming");
    if (err == 0)
        err = hob_race(hob_server_until_stopping(hob_request_server(req)), hob_timer(INFINITY));
    return err < 0 ? err : hob_event(res, NULL, NULL, "end");
}

ServerTest(streams, learn_that_the_server_stops_and_end_properly, serve(wait_for_the_end))
{
    struct order *orders[3];
    for (size_t i = 0; i < COUNT(orders); i++)
        orders[i] = order(&server, "/");
    while (server_log_count(&server, "streaming") < COUNT(orders))
        get(&server, "/other");
    server_signal(&server, SIGTERM);
    wait_for_orders();
    for (size_t i = 0; i < COUNT(orders); i++) {
        cr_expect_eq(orders[i]->error, CURLE_OK, "%s", curl_easy_strerror(orders[i]->error));
        cr_expect_str_eq(orders[i]->body.bytes, "data: begin\n\ndata: end\n\n");
    }
    cr_expect_eq(process_result(server.process), 0);
}

static int leave_the_wait(hob_request *req, hob_response *res)
{
    hob_server_until_stopping(hob_request_server(req)); /* not awaited: it ends with the handler */
    hob_future *stopping = hob_server_until_stopping(hob_request_server(req));
    hob_cancel(stopping);
    return reply(res, 200, "%s", strerror(-hob_await(stopping)));
}

ServerTest(streams, that_do_not_wait_for_the_end_leave_nothing, serve(leave_the_wait))
{
    for (int i = 0; i < 3; i++)
        cr_expect_str_eq(get(&server, "/")->body.bytes, "Operation canceled");
}

static int take_all(hob_request *req, hob_response *res)
{
    char piece[3];
    const char *body = piece;
    size_t size = 99;
    const char *path = hob_request_path(req);
    if (strcmp(path, "/rest") == 0)
        hob_body_read(req, piece, sizeof(piece));
    int err = hob_body_all(req, 10, &body, &size);
    if (err < 0) {
        cr_expect_null(body);
        cr_expect_eq(size, 0);
        return err;
    }
    cr_expect_eq(body[size], '\0');
    return reply(res, 200, "%zu: %s", size, body);
}

ServerTest(streams, of_requests_can_be_taken_as_a_whole, serve(take_all))
{
    static const struct {
        const char *request;
        int status;
        const char *body;
    } cases[] = {
        {GET("/"), 200, "0: "},
        {REQUEST("POST /", "Content-Length: 0\r\n"), 200, "0: "},
        {REQUEST("POST /", "Content-Length: 5\r\n") "hello", 200, "5: hello"},
        {REQUEST("POST /", "Content-Length: 10\r\n") "helloworld", 200, "10: helloworld"},
        {REQUEST("POST /rest", "Content-Length: 5\r\n") "hello", 200, "2: lo"},
        {REQUEST("POST /", "Content-Length: 11\r\n") "hello world", 413,
         "413 Content Too Large: the body is larger than 10 bytes\n"},
        {REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "5\r\nhello\r\n0\r\n\r\n", 200,
         "5: hello"},
        {REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "a\r\nhelloworld\r\n0\r\n\r\n", 200,
         "10: helloworld"},
        {REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "b\r\nhello world\r\n0\r\n\r\n", 413,
         "413 Content Too Large: the body is larger than 10 bytes\n"},
        {REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "5\r\nhelloX", 400, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_ask(&server, cases[i].request);
        cr_expect_eq(response.status, cases[i].status, "%s: %d", cases[i].request, response.status);
        if (cases[i].body)
            cr_expect_str_eq(
                response.body, cases[i].body, "%s: %s", cases[i].request, response.body);
    }
}

static int read_in_pieces(hob_request *req, hob_response *res)
{
    char piece[1000];
    int length;
    do
        length = hob_body_read(req, piece, sizeof(piece));
    while (length > 0);
    return length < 0 ? length : reply(res, 200, "fine");
}

/* A client that asks gets the response before it sends the body. */
ProcessTest(streams, of_requests_above_the_servers_limit_are_refused)
{
    static const struct {
        const char *head;
        int status;
    } cases[] = {
        {REQUEST("POST /", "Content-Length: 2000\r\n"), 200},
        {REQUEST("POST /", "Content-Length: 2001\r\n"), 413},
        {REQUEST("POST /", "Content-Length: 2001\r\nExpect: 100-continue\r\n"), 413},
        {REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "7d1\r\n", 413},
    };
    static char body[2001];
    memset(body, 'x', sizeof(body));
    struct server server = serve_with(read_in_pieces, .body_limit = 2000);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, cases[i].head);
        if (i != 2)
            raw_send_bytes(&client, body, i == 0 ? 2000 : 2001);
        struct response response = raw_receive(&client);
        cr_expect_eq(response.status, cases[i].status, "%s: %d", cases[i].head, response.status);
        if (cases[i].status == 413)
            cr_expect(strstr(response.body, "larger than 2000 bytes"), "%s", response.body);
        raw_close(&client);
    }
}

/* The resources of a handler end with it, not with the connection. */

static void log_clean_up(void *text)
{
    hob_log(HOB_LOG_INFO, "%s", (const char *)text);
}

static int sleep_and_tell(void *arg)
{
    int err = hob_sleep(INFINITY);
    hob_log(HOB_LOG_INFO, "child: %s", strerror(-err));
    return err;
}

static int leave_things(hob_request *req, hob_response *res)
{
    static char text[] = "cleaned up";
    if (!hob_alloc(100000))
        return -ENOMEM;
    hob_defer(log_clean_up, text);
    hob_async(sleep_and_tell, NULL);
    return hob_reply_text(res, 200, "left");
}

ClientTest(streams, futures_of_a_handler_end_before_the_next_request, serve(leave_things))
{
    cr_expect_str_eq(raw_exchange(client, GET("/") GET("/")).body, "left");
    cr_expect_str_eq(raw_receive(client).body, "left");
    cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
    cr_expect_eq(server_log_count(&server, "child: Operation canceled"), 2);
    cr_expect_eq(server_log_count(&server, "cleaned up"), 2);
}
