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
#include <sys/socket.h>
#include <unistd.h>

#include "hob/hob.h"
#include "hob/websocket.h"
#include "server/connection.h"
#include "server/server.h"
#include "tests/fuzz/check.h"

/* Bytes of a message. */
#define LIMIT 1000

struct run {
    hob_handler *handler;
    const uint8_t *input;
    size_t input_size;
    size_t piece; /* bytes that are sent at once */
    char output[64 * 1024];
    size_t output_size;
};

static struct run *current;

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

/* Takes what the server has sent. Returns false at the end of it. */
static bool receive(int client)
{
    struct run *run = current;
    ssize_t received;
    do {
        size_t room = sizeof(run->output) - run->output_size;
        CHECK(room > 0);
        received = recv(client, run->output + run->output_size, room, 0);
        run->output_size += received > 0 ? (size_t)received : 0;
    } while (received > 0);
    return received < 0;
}

/* Lets the server do what it can do now. */
static bool settle(int client)
{
    for (int i = 0; i < 4; i++)
        hob_sleep(0.002);
    return receive(client);
}

static bool send_input(int client)
{
    static const char handshake[] =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    CHECK(send(client, handshake, strlen(handshake), MSG_NOSIGNAL) == (ssize_t)strlen(handshake));
    for (size_t at = 0; at < current->input_size;) {
        size_t left = current->input_size - at;
        size_t size = left < current->piece ? left : current->piece;
        ssize_t sent = send(client, current->input + at, size, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        at += (size_t)sent;
        if (!settle(client))
            return false;
    }
    return true;
}

/* A server without listeners that has one connection, and the client at the other end. */
static int serve_and_send(void *arg)
{
    hob_server *server = arg;
    const union peer peer = {.any.sa_family = AF_UNIX};
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    hob_future *running = hob_server_start(server);
    while (!server->task)
        hob_yield();
    CHECK(connection_open(server, ends[0], &peer, NULL) == 0);
    if (send_input(ends[1]))
        shutdown(ends[1], SHUT_WR);
    while (settle(ends[1]))
        ;
    close(ends[1]);
    while (server->connection_count > 0)
        hob_sleep(1);
    hob_server_stop(server);
    return hob_await(running);
}

static void run_with(struct run *run)
{
    const hob_server_options options = {.handler = run->handler};
    hob_server *server;
    run->output_size = 0;
    current = run;
    CHECK(server_new(&options, &server) == 0);
    acceptor_init(&server->acceptor, 0);
    CHECK(hob_block_on(serve_and_send, server) >= 0);
    acceptor_free(&server->acceptor);
    server_free(server);
}

static void expect_same(const struct run *one, const struct run *other)
{
    CHECK(one->output_size == other->output_size);
    CHECK(memcmp(one->output, other->output, one->output_size) == 0);
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
        whole.output_size >= strlen("HTTP/1.1 101") &&
        memcmp(whole.output, "HTTP/1.1 101", 12) == 0);
    expect_same(&whole, &cut);
    expect_same(&whole, &tried);
    return 0;
}
