/*
 * Requests as an observer sees them, however they end (include/hob/server.h).
 */
#include <inttypes.h>

#include "tests/support/integration.h"

TestSuite(observer, .timeout = 60);

/* The server's: a line of its log for each request. */

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

static char name[] = "told", other_name[] = "also told";

static void log_exchange(void *context, const hob_exchange *exchange)
{
    hob_request *req = exchange->req;
    const char *path = hob_request_peek_path(req);
    double age = hob_now() - exchange->began;
    bool sound = exchange->seconds >= 0 && exchange->seconds <= age && age < 60;
    hob_log(
        HOB_LOG_INFO, "%s: %s %s %s %s %s %s: %d %" PRIu64 " %s.", (const char *)context,
        or_dash(hob_request_method(req)), or_dash(path), or_dash(hob_request_query(req)),
        or_dash(hob_request_protocol(req)), or_dash(hob_request_header(req, "x-spice")),
        or_dash(hob_request_route(req)), exchange->status, exchange->sent,
        sound ? "in time" : "at an odd time");
}

static int stream(hob_response *res)
{
    int err = hob_stream(res, 200, "text/plain");
    for (int i = 0; i < 3 && err == 0; i++)
        err = hob_send(res, "0123456789", 10);
    return err;
}

static int serve_all(hob_request *req, hob_response *res)
{
    static char large[200 * 1024];
    const char *path = hob_request_path(req);
    if (strcmp(path, "/routed") == 0)
        hob_request_set_route(req, "GET /{name}", NULL);
    if (strcmp(path, "/observe") == 0)
        hob_server_observe(hob_request_server(req), log_exchange, other_name);
    if (strcmp(path, "/stream") == 0)
        return stream(res);
    if (strcmp(path, "/broken-stream") == 0)
        return stream(res) < 0 ? -EPIPE : -EIO;
    if (strcmp(path, "/large") == 0)
        return hob_reply(res, 200, NULL, large, sizeof(large));
    if (strcmp(path, "/nothing") == 0)
        return hob_reply(res, 204, NULL, "ignored", 7);
    if (strcmp(path, "/error") == 0)
        return -EIO;
    if (strcmp(path, "/wait") == 0) {
        hob_log(HOB_LOG_INFO, "it waits");
        int err = wait_for_release();
        return err < 0 ? err : hob_reply_text(res, 200, "waited");
    }
    return hob_reply_text(res, 200, "hello");
}

static struct server serve_logged(hob_server_options options)
{
    return serve_observed(serve_all, options, log_exchange, name);
}

/* Waits for a line of the observer; `what` is its text before the time. */
static void expect_told(const struct server *server, const char *what)
{
    const char *line = formatted("told: %s in time.\n", what);
    cr_expect(server_logs(server, line), "not told: %s%s", line, process_errors(server->process));
}

/* The same of a response. */
static void
expect_told_of(const struct server *server, const char *request, const struct response *response)
{
    const char *what = formatted("%s: %d %zu", request, response->status, response->length);
    expect_told(server, what);
}

ClientTest(
    observer, is_told_what_was_asked_and_what_was_answered, serve_logged((hob_server_options){0}))
{
    static const struct {
        const char *request, *told;
    } cases[] = {
        {GET("/text"), "GET /text - HTTP/1.1 - -"},
        {GET("/text?a=b&c"), "GET /text a=b&c HTTP/1.1 - -"},
        {GET("/a/../%74ext"), "GET /text - HTTP/1.1 - -"},
        {GET("http://hob?a"), "GET / a HTTP/1.1 - -"},
        {REQUEST("OPTIONS *", ""), "OPTIONS * - HTTP/1.1 - -"},
        {REQUEST("GET /text", "X-Spice: hot\r\n"), "GET /text - HTTP/1.1 hot -"},
        {"GET /1.0 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /1.0 - HTTP/1.0 - -"},
        {GET("/routed"), "GET /routed - HTTP/1.1 - GET /{name}"},
        {GET("/nothing"), "GET /nothing - HTTP/1.1 - -"},
        {GET("/error"), "GET /error - HTTP/1.1 - -"},
        {GET("/large"), "GET /large - HTTP/1.1 - -"},
        {REQUEST("POST /body", "Content-Length: 4\r\n") "body", "POST /body - HTTP/1.1 - -"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_exchange(client, cases[i].request);
        expect_told_of(&server, cases[i].told, &response);
    }
    cr_expect_eq(server_log_count(&server, "told:"), COUNT(cases), "each is told once");
}

ServerTest(
    observer, is_told_of_requests_that_no_handler_sees,
    serve_logged((hob_server_options){.target_limit = 32, .header_limit = 3}))
{
    static const struct {
        const char *request;
        int status;
        const char *told;
    } cases[] = {
        {"\x16\x03\x01\r\n\r\n", 400, "- - - - - -"}, /* TLS */
        {" / HTTP/1.1\r\n\r\n", 400, "- - - - - -"},
        {"BREW /tea HTTP/1.1\r\n\r\n", 501, "BREW - - - - -"},
        {"GET\x01/ HTTP/1.1\r\n\r\n", 400, "GET - - - - -"},
        {"PRI * HTTP/2.0\r\n\r\n", 505, "PRI - - - - -"},
        {"GET  / HTTP/1.1\r\n\r\n", 400, "GET - - - - -"},
        {"GET /old\r\n\r\n", 505, "GET /old - - - -"},
        {"GET /new HTTP/2.0\r\n\r\n", 505, "GET /new - - - -"},
        {GET("/a#b"), 400, "GET /a#b - HTTP/1.1 - -"},
        {GET("http://a@b/c?d"), 400, "GET /c?d - HTTP/1.1 - -"},
        {GET("/%41%zz%42?a"), 400, "GET /A%zz%42 a HTTP/1.1 - -"},
        {GET("/a/../%2e%2e/etc/passwd?a"), 400, "GET /../etc/passwd a HTTP/1.1 - -"},
        {"GET /hostless HTTP/1.1\r\nX-Spice: hot\r\n\r\n", 400, "GET /hostless - HTTP/1.1 hot -"},
        {REQUEST("GET /twice", "X-Spice: hot\r\nHost: again\r\nX-Spice: mild\r\n"), 400,
         "GET /twice - HTTP/1.1 hot -"},
        {REQUEST("GET /cut", "X-Spice: hot\x01, mild\r\n"), 400, "GET /cut - HTTP/1.1 - -"},
        {REQUEST("GET /many", "A: 1\r\nB: 2\r\nX-Spice: hot\r\n"), 431, "GET /many - HTTP/1.1 - -"},
        {GET("/0123456789012345678901234567890123456789"), 414,
         "GET /0123456789012345678901234567890 - - - -"},
        {REQUEST("POST /expects", "Expect: more\r\n"), 417, "POST /expects - HTTP/1.1 - -"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_ask(&server, cases[i].request);
        cr_expect_eq(response.status, cases[i].status, "%s: %d", cases[i].told, response.status);
        expect_told_of(&server, cases[i].told, &response);
    }
    cr_expect_eq(server_log_count(&server, "told:"), COUNT(cases), "each is told once");
}

/* The head is moved between the server's memory and the request's again and again. */
ClientTest(
    observer, is_told_the_same_when_the_bytes_come_in_pieces,
    serve_logged((hob_server_options){.head_timeout = PATIENCE}))
{
    enum { PIECE = 5 };
    static const char request[] = "GET /slow?a HTTP/1.1\r\nX-Spice: hot\r\nHost: a b\r\n\r\n";
    for (size_t at = 0; at < strlen(request); at += PIECE) {
        raw_send_bytes(client, request + at, strnlen(request + at, PIECE));
        raw_settle(client);
    }
    struct response response = raw_receive(client);
    expect_told_of(&server, "GET /slow a HTTP/1.1 hot -", &response);
}

ServerTest(observer, is_told_how_much_content_was_sent, serve_logged((hob_server_options){0}))
{
    static const struct {
        const char *request, *told;
    } cases[] = {
        {REQUEST("HEAD /text", "Connection: close\r\n"), "HEAD /text - HTTP/1.1 - -: 200 0"},
        {REQUEST("HEAD /large", "Connection: close\r\n"), "HEAD /large - HTTP/1.1 - -: 200 0"},
        {REQUEST("HEAD /stream", "Connection: close\r\n"), "HEAD /stream - HTTP/1.1 - -: 200 0"},
        {REQUEST("GET /stream", "Connection: close\r\n"), "GET /stream - HTTP/1.1 - -: 200 30"},
        {"GET /stream HTTP/1.0\r\n\r\n", "GET /stream - HTTP/1.0 - -: 200 30"},
        {GET("/broken-stream"), "GET /broken-stream - HTTP/1.1 - -: 200 30"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, cases[i].request);
        raw_receive_to_end(&client);
        expect_told(&server, cases[i].told);
        raw_close(&client);
    }
}

ServerTest(
    observer, is_told_of_clients_that_are_too_slow,
    serve_logged((hob_server_options){.head_timeout = 0.05}))
{
    static const struct {
        const char *request, *told;
    } cases[] = {
        {"GE", "GE - - - - -"},
        {"GET ", "GET - - - - -"},
        {"GET /half?a", "GET /half?a - - - -"}, /* the target is not taken apart before its end */
        {"GET /half HTTP/1.1\r\nX-Spice: hot\r\nX-Spi", "GET /half - HTTP/1.1 hot -"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_ask(&server, cases[i].request);
        cr_expect_eq(response.status, 408);
        expect_told_of(&server, cases[i].told, &response);
    }
}

ServerTest(observer, is_told_of_clients_that_leave, serve_logged((hob_server_options){0}))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, "GET /half");
    raw_end(&client);
    expect_told(&server, "GET /half - - - -: 0 0");
    raw_close(&client);

    client = raw_connect(&server);
    raw_send(&client, GET("/wait"));
    cr_expect(server_logs(&server, "it waits"));
    raw_reset(&client);
    expect_told(&server, "GET /wait - HTTP/1.1 - -: 0 0");
}

ClientTest(observer, sees_a_head_that_was_kept_during_a_wait, serve_logged((hob_server_options){0}))
{
    raw_send(client, REQUEST("GET /wait?long", "X-Spice: hot\r\n"));
    cr_expect(server_logs(&server, "it waits"));
    release(&server);
    expect_told(&server, "GET /release - HTTP/1.1 - -: 204 0");
    cr_expect_str_eq(raw_receive(client).body, "waited");
    expect_told(&server, "GET /wait long HTTP/1.1 hot -: 200 6");
}

/* And in their order, though they leave in one write. */
ClientTest(observer, is_told_of_each_request_of_a_pipeline, serve_logged((hob_server_options){0}))
{
    raw_send(client, GET("/1") "\r\n" GET("/2") GET("/3") "bad\r\n\r\n");
    for (int i = 0; i < 3; i++)
        cr_expect_eq(raw_receive(client).status, 200);
    struct response last = raw_receive(client);
    cr_expect_eq(last.status, 400);
    expect_told_of(&server, "bad - - - - -", &last);
    const char *first = strstr(process_errors(server.process), "told: GET /1 ");
    const char *second = first ? strstr(first, "told: GET /2 ") : NULL;
    cr_expect(second && strstr(second, "told: GET /3 "));
}

ServerTest(
    observer, is_not_told_of_connections_without_a_request, serve_logged((hob_server_options){0}))
{
    struct raw_client client = raw_connect(&server);
    raw_end(&client);
    cr_expect(raw_ended(&client));
    raw_close(&client);
    client = raw_connect(&server);
    raw_send(&client, "\r\n\r\n");
    raw_end(&client);
    cr_expect(raw_ended(&client));
    raw_close(&client);
    cr_expect_eq(server_log_count(&server, "told:"), 0);
}

ServerTest(
    observer, is_told_of_who_is_turned_away,
    serve_logged((hob_server_options){.connection_limit = 1}))
{
    struct raw_client first = raw_connect(&server);
    cr_expect_eq(raw_exchange(&first, GET("/text")).status, 200);
    struct raw_client second = raw_connect(&server);
    struct response response = raw_exchange(&second, REQUEST("GET /late", "X-Spice: hot\r\n"));
    cr_expect_eq(response.status, 503);
    expect_told_of(&server, "GET /late - HTTP/1.1 hot -", &response);
}

/* The response is what counts, not when the last byte of an unread body was dropped. */
ClientTest(
    observer, is_told_before_the_rest_of_the_body_has_come, serve_logged((hob_server_options){0}))
{
    raw_send(client, REQUEST("POST /body", "Content-Length: 4\r\n") "bo");
    cr_expect_str_eq(raw_receive(client).body, "hello");
    expect_told(&server, "POST /body - HTTP/1.1 - -: 200 5");
    raw_send(client, "dy" GET("/text"));
    cr_expect_str_eq(raw_receive(client).body, "hello");
}

ClientTest(
    observer, sees_handlers_that_a_stop_gives_up, serve_logged((hob_server_options){.grace = 0.05}))
{
    raw_send(client, GET("/wait"));
    cr_expect(server_logs(&server, "it waits"));
    cr_expect_eq(server_stop(&server), 0);
    expect_told(&server, "GET /wait - HTTP/1.1 - -: 0 0");
}

static int tell_peer(hob_request *req, hob_response *res)
{
    char peer[HOB_PEER_SIZE];
    int err = hob_request_peer(req, peer, sizeof(peer));
    return err < 0 ? err : hob_reply_text(res, 200, peer);
}

ServerTest(
    observer, may_be_one_of_several_that_are_called_in_turn, serve_logged((hob_server_options){0}))
{
    get(&server, "/observe");
    expect_told(&server, "GET /observe - HTTP/1.1 - -: 200 5");
    cr_expect(server_logs(&server, "also told: GET /observe"));
    const char *log = process_errors(server.process);
    cr_expect_lt(strstr(log, " told: GET"), strstr(log, "also told: GET"));
}

static struct server serve_peer_at(const char *address)
{
    int fd = hob_listen(address);
    cr_assert_geq(fd, 0, "%s: %s", address, strerror(-fd));
    return serve_with(tell_peer, .sockets = &fd, .socket_count = 1);
}

ClientTest(observer, may_ask_who_the_client_is, serve_peer_at("127.0.0.1:0"))
{
    const char *expected = formatted("127.0.0.1:%u", raw_port(client));
    cr_expect_str_eq(raw_exchange(client, GET("/")).body, expected);
}

ProcessTest(observer, finds_an_ipv4_client_of_an_ipv6_socket_to_be_one)
{
    skip_without_ipv6();
    struct server server = serve_peer_at("[::]:0");
    struct raw_client client = raw_connect(&server);
    const char *expected = formatted("127.0.0.1:%u", raw_port(&client));
    cr_expect_str_eq(raw_exchange(&client, GET("/")).body, expected);
}
