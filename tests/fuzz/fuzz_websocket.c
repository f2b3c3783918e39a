/*
 * Fuzzes WebSockets: the same frames are sent to servers that send each message back, at once and
 * in pieces, and received as messages and as streams. All must answer the same. The first byte of
 * the input says how it is cut.
 *
 * Time is virtual (hob_virtual_time), so that time-outs pass at once.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "hob/websocket.h"
#include "tests/fuzz/one_connection.h"

/* Bytes of a message. */
#define LIMIT 1000

struct run {
    hob_handler *handler;
    const uint8_t *input;
    size_t input_size;
    size_t piece; /* bytes that are sent at once */
    char room[64 * 1024];
    struct output output;
};

static int open_websocket(hob_request *req, hob_response *res, hob_ws **ws)
{
    const hob_ws_options options = {.message_limit = LIMIT, .ping_interval = INFINITY};
    return hob_websocket(req, res, &options, ws);
}

static int echo_messages(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    int err = open_websocket(req, res, &ws);
    while (err == 0 && (err = hob_ws_receive(ws, &message)) > 0) {
        CHECK(message.size <= LIMIT && message.data[message.size] == '\0');
        err = hob_ws_send(ws, message.type, message.data, message.size);
    }
    return err;
}

/* With a future that is ready at once, so that a wait may end without a message. */
static int echo_what_is_there(hob_request *req, hob_response *res)
{
    hob_ws *ws;
    hob_ws_message message;
    int err = open_websocket(req, res, &ws);
    int found = 1;
    while (err == 0 && found != 0) {
        err = hob_ws_wait(ws, hob_timer(0.001));
        found = err < 0 ? err : hob_ws_try_receive(ws, &message);
        if (found > 0)
            err = hob_ws_send(ws, message.type, message.data, message.size);
        else if (found != -EAGAIN)
            err = found;
    }
    return err;
}

static void send_input(int client, void *arg)
{
    static const char handshake[] =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    struct run *run = arg;
    CHECK(send(client, handshake, strlen(handshake), MSG_NOSIGNAL) == (ssize_t)strlen(handshake));
    if (send_pieces(client, run->input, run->input_size, run->piece, &run->output))
        shutdown(client, SHUT_WR);
    while (settle(client, &run->output))
        ;
}

static void run_with(struct run *run)
{
    const hob_server_options options = {.handler = run->handler};
    run->output = (struct output){.bytes = run->room, .capacity = sizeof(run->room)};
    serve_one_connection(&options, send_input, run);
}

static void expect_same(const struct run *one, const struct run *other)
{
    CHECK(one->output.size == other->output.size);
    CHECK(memcmp(one->output.bytes, other->output.bytes, one->output.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run whole, cut, tried;
    if (size < 2 || size > 4000)
        return 0;
    whole.handler = cut.handler = echo_messages;
    tried.handler = echo_what_is_there;
    whole.input = cut.input = tried.input = data + 1;
    whole.input_size = cut.input_size = tried.input_size = size - 1;
    whole.piece = size;
    cut.piece = tried.piece = 1 + data[0] % 64;
    run_with(&whole);
    run_with(&cut);
    run_with(&tried);
    CHECK(
        whole.output.size >= strlen("HTTP/1.1 101") &&
        memcmp(whole.output.bytes, "HTTP/1.1 101", 12) == 0);
    expect_same(&whole, &cut);
    expect_same(&whole, &tried);
    return 0;
}
