/*
 * Fuzzes a connection of HTTP/2: the input is the frames behind the preface, and the first byte
 * says how they are cut. The server must neither break an assertion nor keep the connection.
 *
 * Time is virtual (hob_virtual_time), so that time-outs pass at once.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hob/hob.h"
#include "hob/http2.h"
#include "runtime/loop.h"
#include "server/connection.h"
#include "server/server.h"

struct input {
    const uint8_t *bytes;
    size_t size;
    size_t piece; /* bytes that are sent at once */
};

struct run {
    hob_server *server;
    struct input input;
};

/* The path chooses what it does. */
static int handle(hob_request *req, hob_response *res)
{
    static const char much[100 * 1000];
    char piece[100];
    const char *body;
    size_t size;
    int length = 0;
    hob_header trailer;
    const char *path = hob_request_path(req);
    hob_request_header(req, "cookie");
    switch (path[0] == '/' ? path[1] : '\0') {
    case 'm': /* more than the window */
        return hob_reply(res, 200, "text/plain", much, sizeof(much));
    case 's': /* streams the body back */
        length = hob_stream(res, 200, "text/plain");
        while (length >= 0 && (length = hob_body_read(req, piece, sizeof(piece))) > 0)
            length = hob_send(res, piece, (size_t)length);
        for (size_t at = 0; length >= 0 && hob_request_next_trailer(req, &at, &trailer);)
            length = hob_response_add_trailer(res, trailer.name, trailer.value);
        return length;
    case 'l': /* streams more than the window */
        length = hob_stream(res, 200, "text/plain");
        return length < 0 ? length : hob_send(res, much, sizeof(much));
    case 'w': /* waits */
        hob_sleep(1);
        return hob_reply(res, 204, NULL, NULL, 0);
    case 'e':
        return -EIO;
    default:
        length = hob_body_all(req, 1000, &body, &size);
        return length < 0 ? length : hob_reply(res, 200, "text/plain", body, size);
    }
}

/* Lets the server do what it can do now, and drops what it has sent. Returns false at the end. */
static bool settle(int client)
{
    char output[64 * 1024];
    ssize_t received;
    for (int i = 0; i < 4; i++)
        hob_sleep(0.002);
    do
        received = recv(client, output, sizeof(output), 0);
    while (received > 0);
    return received < 0;
}

static bool send_bytes(int client, const void *bytes, size_t size, size_t piece)
{
    for (const char *at = bytes; size > 0;) {
        ssize_t sent = send(client, at, piece < size ? piece : size, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        at += sent;
        size -= (size_t)sent;
        if (!settle(client))
            return false;
    }
    return true;
}

/* A server without listeners that has one connection, and the client at the other end. */
static int serve_and_send(void *arg)
{
    static const char begin[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
    const struct run *run = arg;
    const union peer peer = {.any.sa_family = AF_UNIX};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        abort();
    hob_future *running = hob_server_start(run->server);
    while (!run->server->task)
        hob_yield();
    if (connection_open(run->server, ends[0], &peer, NULL) < 0)
        abort();
    if (send_bytes(ends[1], begin, sizeof(begin) - 1, sizeof(begin)))
        send_bytes(ends[1], run->input.bytes, run->input.size, run->input.piece);
    if (run->input.piece % 2 == 0) /* the server ends it, by its time-outs */
        while (settle(ends[1]))
            hob_sleep(10);
    close(ends[1]);
    for (int i = 0; i < 1000 && run->server->connection_count > 0; i++)
        hob_sleep(1);
    if (run->server->connection_count > 0)
        abort();
    hob_server_stop(run->server);
    return hob_await(running);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const hob_server_options options = {.handler = handle, .http2 = hob_http2()};
    struct run run;
    if (size < 2 || size > 20000)
        return 0;
    run.input = (struct input){data + 1, size - 1, data[0] < 8 ? data[0] + 1u : data[0] * 80u};
    if (server_new(&options, &run.server) < 0)
        abort();
    acceptor_init(&run.server->acceptor, 0);
    if (hob_block_on(serve_and_send, &run) < 0)
        abort();
    acceptor_free(&run.server->acceptor);
    server_free(run.server);
    return 0;
}
