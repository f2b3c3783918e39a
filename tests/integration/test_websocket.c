/* WebSockets (include/hob/websocket.h). */
#include "hob/topic.h"
#include "hob/websocket.h"
#include "tests/support/integration.h"
#include "tests/support/stream.h"
#include "tests/support/upgraded.h"
#include "tests/websocket/cases.h"
#include "tests/websocket/exchange.h"

TestSuite(websocket, .timeout = 60);

static int echo(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    const hob_ws_options options = {.message_limit = WEBSOCKET_MESSAGE_LIMIT};
    int err = hob_websocket(req, res, &options, &ws);
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
        err = hob_ws_send(ws, message.type, message.data, message.size);
    return err;
}

static void expect_cases(hob_handler *handler, bool (*leave_out)(const struct websocket_case *row))
{
    char seen[4096];
    struct server server = serve(handler);
    for (size_t i = 0; i < websocket_case_count; i++) {
        const struct websocket_case *row = &websocket_cases[i];
        if (leave_out && leave_out(row))
            continue;
        websocket_exchange(server.port, row->sent, seen, sizeof(seen));
        cr_expect_str_eq(
            seen, row->expected, "%s (RFC 6455 section %s): %s", row->name, row->section, seen);
    }
}

ProcessTest(websocket, messages_are_sent_back_by_the_rules)
{
    expect_cases(echo, NULL);
}

/*
 * The same messages, by the other calls that receive.
 */

static int echo_streams(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_type type;
    int err = hob_websocket(req, res, &(hob_ws_options){.close_timeout = 0.1}, &ws);
    while (err == 0 && (err = hob_ws_next(ws, &type)) > 0) {
        char *whole = NULL;
        size_t size = 0;
        int length;
        do {
            whole = realloc(whole, size + 1000);
            length = hob_ws_read(ws, whole + size, 1000);
            size += length > 0 ? (size_t)length : 0;
        } while (length > 0 && size <= WEBSOCKET_MESSAGE_LIMIT);
        err = length == 0 ? hob_ws_send(ws, type, whole, size) : length;
        if (size > WEBSOCKET_MESSAGE_LIMIT)
            err = hob_ws_close(ws, 1009, NULL);
        free(whole);
        if (size > WEBSOCKET_MESSAGE_LIMIT)
            break;
    }
    return err;
}

/* A length of 1 TiB alone is no reason to close a stream: this case needs the limit. */
static bool needs_limit(const struct websocket_case *row)
{
    return strcmp(row->name, "a length of 1 TiB") == 0;
}

static int echo_after_waits(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    const hob_ws_options options = {.message_limit = WEBSOCKET_MESSAGE_LIMIT};
    int err = hob_websocket(req, res, &options, &ws);
    int found = 1;
    while (err == 0 && found != 0) {
        err = hob_ws_wait(ws, hob_timer(5));
        found = err < 0 ? err : hob_ws_try_receive(ws, &message);
        if (found > 0)
            err = hob_ws_send(ws, message.type, message.data, message.size);
        else if (found != -EAGAIN)
            err = found;
    }
    return err;
}

ProcessTest(websocket, streams_follow_the_same_rules)
{
    expect_cases(echo_streams, needs_limit);
}

ProcessTest(websocket, receiving_without_waits_follows_the_same_rules)
{
    expect_cases(echo_after_waits, NULL);
}

/*
 * The handshake.
 */

#define KEY       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION   "Sec-WebSocket-Version: 13\r\n"
#define HANDSHAKE UPGRADE("websocket", VERSION KEY)

static int choose(hob_request *req, hob_response *res)
{
    static const char *const origins[] = {"https://friend.example", NULL};
    static const char *const protocols[] = {"chat.v1", "chat.v2", NULL};
    const hob_ws_options options = {.origins = origins, .protocols = protocols};
    hob_ws *ws;
    int err = hob_response_add_header(res, "Set-Cookie", "a=b");
    if (err == 0)
        err = hob_websocket(req, res, &options, &ws);
    if (err < 0)
        return err;
    const char *protocol = hob_ws_protocol(ws);
    return hob_ws_send_text(ws, protocol ? protocol : "none");
}

/* RFC 6455 section 1.3 has this key and this value. */
ClientTest(websocket, the_handshake_is_that_of_the_rfc, serve(choose))
{
    raw_send(client, HANDSHAKE);
    cr_expect_str_eq(
        upgraded_head(client),
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Set-Cookie: a=b\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    cr_expect(upgraded_receives(client, "\x81\x04none"));
}

static const struct {
    const char *name;
    const char *request;
    int status;
    const char *line; /* of the response */
} handshakes[] = {
    {"no upgrade", GET("/"), 426, "Upgrade: websocket"},
    {"another upgrade", UPGRADE("h2c", VERSION KEY), 426, "Upgrade: websocket"},
    {"no version", UPGRADE("websocket", KEY), 426, "Sec-WebSocket-Version: 13"},
    {"version 8", UPGRADE("websocket", "Sec-WebSocket-Version: 8\r\n" KEY), 426,
     "Sec-WebSocket-Version: 13"},
    {"two versions", UPGRADE("websocket", VERSION VERSION KEY), 426, "Sec-WebSocket-Version: 13"},
    {"no key", UPGRADE("websocket", VERSION), 400, ""},
    {"two keys", UPGRADE("websocket", VERSION KEY KEY), 400, ""},
    {"a short key", UPGRADE("websocket", VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n"),
     400, ""},
    {"a key that is not Base64",
     UPGRADE("websocket", VERSION "Sec-WebSocket-Key: dGhlIHNhb_BsZSBub25jZQ==\r\n"), 400, ""},
    {"POST", REQUEST("POST /", "Connection: Upgrade\r\nUpgrade: websocket\r\n" VERSION KEY), 400,
     ""},
    {"a body", UPGRADE("websocket", VERSION KEY "Content-Length: 1\r\n") "x", 400, ""},
    {"another origin", UPGRADE("websocket", VERSION KEY "Origin: http://evil.example\r\n"), 403,
     ""},
    {"another port", UPGRADE("websocket", VERSION KEY "Origin: http://localhost:81\r\n"), 403, ""},
    {"no origin in particular", UPGRADE("websocket", VERSION KEY "Origin: null\r\n"), 403, ""},
    {"two origins",
     UPGRADE("websocket", VERSION KEY "Origin: http://localhost\r\nOrigin: http://localhost\r\n"),
     403, ""},
    {"HTTP/1.0",
     "GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" VERSION KEY "\r\n", 400, ""},
    {"the same origin", UPGRADE("websocket", VERSION KEY "Origin: http://LOCALHOST\r\n"), 101, ""},
    {"the same origin by https", UPGRADE("websocket", VERSION KEY "Origin: https://localhost\r\n"),
     101, ""},
    {"a listed origin", UPGRADE("websocket", VERSION KEY "Origin: https://friend.example\r\n"), 101,
     ""},
    {"a known subprotocol",
     UPGRADE("websocket", VERSION KEY "Sec-WebSocket-Protocol: soap, chat.v2,chat.v1\r\n"), 101,
     "Sec-WebSocket-Protocol: chat.v2"},
    {"subprotocols in two lines",
     UPGRADE(
         "websocket",
         VERSION KEY "Sec-WebSocket-Protocol: soap\r\nSec-WebSocket-Protocol: chat.v1\r\n"),
     101, "Sec-WebSocket-Protocol: chat.v1"},
    {"an offer of compression",
     UPGRADE(
         "websocket",
         VERSION KEY "Sec-WebSocket-Extensions: permessage-deflate; x=1, permessage-deflate\r\n"),
     101, ""},
};

ProcessTest(websocket, handshakes_are_checked)
{
    struct server server = serve(choose);
    for (size_t i = 0; i < COUNT(handshakes); i++) {
        char status[20];
        struct raw_client client = raw_connect(&server);
        raw_send(&client, handshakes[i].request);
        const char *head = upgraded_head(&client);
        snprintf(status, sizeof(status), "HTTP/1.1 %d ", handshakes[i].status);
        cr_expect(strncmp(head, status, strlen(status)) == 0, "%s: %s", handshakes[i].name, head);
        cr_expect(strstr(head, handshakes[i].line), "%s: %s", handshakes[i].name, head);
        cr_expect_not(
            handshakes[i].status == 101 && strstr(head, "Extensions"), "%s: %s", handshakes[i].name,
            head);
        raw_close(&client);
    }
}

ClientTest(websocket, no_subprotocol_is_chosen_that_was_not_offered, serve(choose))
{
    raw_send(client, UPGRADE("websocket", VERSION KEY "Sec-WebSocket-Protocol: soap, chat\r\n"));
    cr_expect_not(strstr(upgraded_head(client), "Sec-WebSocket-Protocol"));
    cr_expect(upgraded_receives(client, "\x81\x04none"));
}

/*
 * The end.
 */

static void open_websocket(struct raw_client *client)
{
    raw_send(client, HANDSHAKE);
    cr_assert(strncmp(upgraded_head(client), "HTTP/1.1 101 ", 13) == 0);
}

ProcessTest(websocket, a_server_that_stops_closes_with_1001)
{
    struct server server = serve_with(echo, .grace = 30);
    struct raw_client client = raw_connect(&server);
    open_websocket(&client);
    server_signal(&server, SIGTERM);
    cr_expect(upgraded_receives(&client, "\x88\x02\x03\xe9"));
    raw_send_bytes(&client, "\x88\x82\0\0\0\0\x03\xe9", 8);
    cr_expect(raw_ended(&client));
    raw_close(&client);
    cr_expect_eq(process_result(server.process), 0);
}

ClientTest(websocket, the_end_of_the_handler_closes_with_1000, serve(choose))
{
    open_websocket(client);
    cr_expect(upgraded_receives(client, "\x81\x04none\x88\x02\x03\xe8"));
    raw_send_bytes(client, "\x88\x82\0\0\0\0\x03\xe8", 8);
    cr_expect(raw_ended(client));
}

static int log_end(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    const char *reason;
    int err = hob_websocket(req, res, NULL, &ws);
    if (err < 0)
        return err;
    cr_assert_eq(hob_ws_close_code(ws, NULL), 0);
    while ((err = hob_ws_receive(ws, &message)) > 0)
        continue;
    unsigned code = hob_ws_close_code(ws, &reason);
    hob_log(HOB_LOG_INFO, "ended by %d, %u '%s'", err, code, reason);
    hob_log(
        HOB_LOG_INFO, "then %d, %d", hob_ws_receive(ws, &message), hob_ws_send_text(ws, "late"));
    return err;
}

static const struct {
    const char *name;
    const char *sent;
    size_t size;
    const char *first;
    const char *second;
} ends[] = {
    {"in order",
     "\x88\x85\0\0\0\0\x03\xe9"
     "bye",
     11, "ended by 0, 1001 'bye'", "then 0, -32"},
    {"without a code", "\x88\x80\0\0\0\0", 6, "ended by 0, 1005 ''", "then 0, -32"},
    {"without a close", "", 0, "ended by -104, 1006 ''", "then -104, -32"},
    {"against the protocol", "\x83\x80\0\0\0\0", 6, "ended by -71, 1006 ''", "then -71, -32"},
};

ProcessTest(websocket, the_handler_learns_how_the_client_has_ended)
{
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct server server = serve(log_end);
        struct raw_client client = raw_connect(&server);
        open_websocket(&client);
        raw_send_bytes(&client, ends[i].sent, ends[i].size);
        raw_end(&client);
        cr_expect(server_logs(&server, ends[i].first), "%s", ends[i].name);
        cr_expect(server_logs(&server, ends[i].second), "%s", ends[i].name);
        raw_close(&client);
        cr_expect_eq(server_stop(&server), 0);
    }
}

static int close_first(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    int err = hob_websocket(req, res, &(hob_ws_options){.close_timeout = 0.2}, &ws);
    if (err < 0)
        return err;
    hob_log(
        HOB_LOG_INFO, "refused: %d %d %d", hob_ws_close(ws, 1005, NULL),
        hob_ws_close(ws, 3000, "\xff"),
        hob_ws_close(
            ws, 3000,
            "0123456789012345678901234567890123456789012345678901234567890123"
            "456789012345678901234567890123456789012345678901234567890123"));
    err = hob_ws_close(ws, 4000, "why");
    hob_log(
        HOB_LOG_INFO, "closed: %d, %u, again: %d", err, hob_ws_close_code(ws, NULL),
        hob_ws_close(ws, 4001, NULL));
    return err;
}

ClientTest(websocket, the_handler_closes_and_awaits_the_answer, serve(close_first))
{
    open_websocket(client);
    cr_expect(upgraded_receives(
        client, "\x88\x05\x0f\xa0"
                "why"));
    raw_send_bytes(client, "\x81\x81\0\0\0\0x\x88\x82\0\0\0\0\x0f\xa0", 15);
    cr_expect(raw_ended(client));
    cr_expect(server_logs(&server, "refused: -22 -22 -22"));
    cr_expect(server_logs(&server, "closed: 0, 4000, again: 0"));
}

ClientTest(websocket, a_client_that_does_not_answer_is_left, serve(close_first))
{
    open_websocket(client);
    cr_expect(upgraded_receives(
        client, "\x88\x05\x0f\xa0"
                "why"));
    cr_expect(server_logs(&server, "closed: 0, 0, again: 0"));
    cr_expect(raw_ended(client));
}

/*
 * Time.
 */

static int ping_often(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    int err = hob_websocket(req, res, &(hob_ws_options){.ping_interval = 0.3}, &ws);
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
        err = hob_ws_send(ws, message.type, message.data, message.size);
    hob_log(HOB_LOG_INFO, "ended by %d", err);
    return err;
}

ClientTest(websocket, a_silent_client_gets_a_ping_and_is_lost, serve(ping_often))
{
    open_websocket(client);
    cr_expect(upgraded_receives(client, "\x89")); /* a ping of 0 bytes */
    raw_send_bytes(client, "\x8a\x80\0\0\0\0", 6);
    char rest[3];
    cr_expect_eq(upgraded_receive(client, rest, sizeof(rest)), 3);
    cr_expect_arr_eq(rest, "\0\x89\0", 3, "another one");
    cr_expect(server_logs(&server, "ended by -104"));
    cr_expect(raw_ended(client));
}

static int send_much(hob_request *req, hob_response *res)
{
    static char block[256 * 1024];
    hob_ws *ws;
    int err = hob_websocket(req, res, &(hob_ws_options){.send_timeout = 0.3}, &ws);
    while (err == 0)
        err = hob_ws_send(ws, HOB_WS_BINARY, block, sizeof(block));
    hob_log(HOB_LOG_INFO, "sending ended by %d, then %d", err, hob_ws_send_text(ws, "x"));
    return err;
}

ClientTest(websocket, a_client_that_takes_nothing_is_lost, serve(send_much))
{
    open_websocket(client);
    cr_expect(server_logs(&server, "sending ended by -32, then -32"));
}

/*
 * Several coroutines.
 */

static int tick(void *ws)
{
    static char block[100 * 1000];
    memset(block, 't', sizeof(block));
    for (int i = 0; i < 20; i++) {
        int err = hob_ws_send(ws, HOB_WS_TEXT, block, sizeof(block));
        if (err < 0)
            return err;
    }
    return 0;
}

static int tick_and_echo(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    int err = hob_websocket(req, res, NULL, &ws);
    if (err < 0)
        return err;
    hob_future *ticking[] = {hob_async(tick, ws), hob_async(tick, ws)};
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0)
        err = hob_ws_send(ws, message.type, message.data, message.size);
    return err < 0 ? err : hob_join_all(ticking, COUNT(ticking));
}

/* The pong and the echo come between the large messages, and not within. */
ClientTest(websocket, messages_of_several_coroutines_are_not_mixed, serve(tick_and_echo))
{
    static const char head[] = "\x81\x7f\0\0\0\0\0\x01\x86\xa0";
    static char frame[10 + 100 * 1000];
    size_t ticks = 0, pongs = 0;
    open_websocket(client);
    raw_send_bytes(client, "\x89\x80\0\0\0\0", 6);
    while (ticks + pongs < 41 && upgraded_receive(client, frame, 2) == 2) {
        if (memcmp(frame, "\x8a\0", 2) == 0) {
            pongs++;
            continue;
        }
        cr_assert_eq(upgraded_receive(client, frame + 2, sizeof(frame) - 2), sizeof(frame) - 2);
        cr_assert_arr_eq(frame, head, 10);
        cr_assert_eq(frame[10], 't');
        cr_assert_eq(frame[sizeof(frame) - 1], 't');
        ticks++;
    }
    cr_expect_eq(ticks, 40);
    cr_expect_eq(pongs, 1);
}

/*
 * Broadcast.
 */

static hob_topic *topic;

/* POST publishes the body, and GET subscribes, by a WebSocket if the client asks for one. */
static int serve_topic(hob_request *req, hob_response *res)
{
    const char *text;
    size_t size;
    hob_ws *ws;
    hob_subscription *subscription;
    topic = topic ? topic : hob_topic_new(3);
    if (strcmp(hob_request_method(req), "POST") == 0) {
        int err = hob_body_all(req, 1000, &text, &size);
        if (err == 0)
            err = hob_topic_publish(topic, "news", text, size);
        return err < 0 ? err : reply(res, 200, "%zu", hob_topic_subscribers(topic));
    }
    if (!hob_request_header(req, "Upgrade"))
        return hob_topic_stream(topic, req, res, &(hob_topic_options){.replay = 1});
    int err = hob_websocket(req, res, NULL, &ws);
    if (err == 0)
        err = hob_topic_subscribe(topic, NULL, &subscription);
    if (err == 0)
        err = hob_ws_send_text(ws, "subscribed");
    return err < 0 ? err : hob_topic_feed(subscription, ws);
}

static const char *publish(const struct server *server, const char *text)
{
    static char subscribers[20];
    struct raw_client client = raw_connect(server);
    struct response response = raw_exchange_printf(
        &client, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(text), text);
    snprintf(subscribers, sizeof(subscribers), "%s", response.body);
    raw_close(&client);
    return subscribers;
}

ProcessTest(websocket, a_topic_reaches_sockets_and_streams)
{
    struct server server = serve(serve_topic);
    struct raw_client clients[3];
    publish(&server, "before");
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = raw_connect(&server);
        open_websocket(&clients[i]);
        cr_expect(upgraded_receives(&clients[i], "\x81\x0asubscribed"));
    }
    struct stream *events = follow(&server, "/", "");
    cr_expect(wait_for_text(events, "event: news\ndata: before\n\n"));
    cr_expect_str_eq(publish(&server, "hello"), "4");
    for (size_t i = 0; i < COUNT(clients); i++)
        cr_expect(upgraded_receives(&clients[i], "\x81\x05hello"));
    cr_expect(wait_for_text(events, "event: news\ndata: hello\n\n"));
    raw_send_bytes(&clients[0], "\x81\x81\0\0\0\0x\x88\x82\0\0\0\0\x03\xe8", 15);
    cr_expect(upgraded_receives(&clients[0], "\x88\x02\x03\xe8"));
    cr_expect(raw_ended(&clients[0]));
    cr_expect_str_eq(publish(&server, "again"), "3");
    cr_expect(upgraded_receives(
        &clients[1], "\x81\x05"
                     "again"));
    for (size_t i = 0; i < COUNT(clients); i++)
        raw_close(&clients[i]);
    leave(events);
    cr_expect_eq(server_stop(&server), 0);
}

ProcessTest(websocket, a_stream_goes_on_behind_the_last_event)
{
    char fields[100];
    struct server server = serve(serve_topic);
    publish(&server, "one");
    struct stream *events = follow(&server, "/", "");
    const char *id = wait_for_text(events, "id: ");
    cr_assert(id && wait_for_text(events, "data: one\n\n"));
    snprintf(fields, sizeof(fields), "Last-Event-ID: %.*s\r\n", (int)strcspn(id + 4, "\n"), id + 4);
    leave(events);
    publish(&server, "two");
    publish(&server, "three");
    events = follow(&server, "/", fields);
    cr_expect(wait_for_text(events, "data: two\n\n"));
    cr_expect(wait_for_text(events, "data: three\n\n"));
    cr_expect_null(strstr(events->text, "data: one"));
    leave(events);
    cr_expect_eq(server_stop(&server), 0, "the stop ends streams");
}

/*
 * A client that others have written. tests/browser has more of them.
 */

static int run_python(const char *argument, const char *value)
{
    const char *const run[] = {"/usr/bin/env", "python3", argument, value, NULL};
    struct process *process = process_start(run);
    int result = process_result(process);
    if (result != 0)
        cr_log_info("%s", process_errors(process));
    return result;
}

ServerTest(websocket, the_client_of_python_exchanges_messages, serve(echo))
{
    char path[] = REAL_CLIENTS "/websocket.py";
    if (run_python("-c", "import websockets") != 0)
        cr_skip("there is no python3-websockets");
    cr_expect_eq(run_python(path, server_port(&server)), 0);
}
