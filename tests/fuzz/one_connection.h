/*
 * A server without listeners that serves one connection, and the client at its other end, for
 * fuzzers. They link hob_virtual_time, so that time-outs pass at once.
 */
#ifndef HOB_TESTS_FUZZ_ONE_CONNECTION_H
#define HOB_TESTS_FUZZ_ONE_CONNECTION_H

#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hob/hob.h"
#include "server/connection.h"
#include "server/server.h"
#include "tests/fuzz/check.h"

/* The bytes that the server has sent. Without memory for them, they are dropped. */
struct output {
    char *bytes;
    size_t capacity; /* more than it ever is */
    size_t size;
};

/* Takes what the server has sent. Returns false at the end of it. */
static inline bool receive(int client, struct output *output)
{
    char dropped[16 * 1024];
    for (;;) {
        char *room = output->bytes ? output->bytes + output->size : dropped;
        size_t size = output->bytes ? output->capacity - output->size : sizeof(dropped);
        CHECK(size > 0);
        ssize_t received = recv(client, room, size, 0);
        if (received <= 0)
            return received < 0;
        output->size += output->bytes ? (size_t)received : 0;
    }
}

/* Lets the server do what it can do now. Returns false when it has ended the connection. */
static inline bool settle(int client, struct output *output)
{
    for (int i = 0; i < 4; i++)
        hob_sleep(0.002);
    return receive(client, output);
}

/* Sends bytes, `piece` at once, and settles behind each. Returns false at the end. */
static inline bool
send_pieces(int client, const void *bytes, size_t size, size_t piece, struct output *output)
{
    for (const char *at = bytes; size > 0;) {
        ssize_t sent = send(client, at, piece < size ? piece : size, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        at += sent;
        size -= (size_t)sent;
        if (!settle(client, output))
            return false;
    }
    return true;
}

struct one_connection {
    hob_server *server;
    void (*run_client)(int client, void *context);
    void *context;
};

static inline int serve_client(void *arg)
{
    const struct one_connection *self = arg;
    const union peer peer = {.any.sa_family = AF_UNIX};
    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    hob_future *running = hob_server_start(self->server);
    while (!self->server->task)
        hob_yield();
    CHECK(connection_open(self->server, ends[0], &peer, NULL) == 0);
    self->run_client(ends[1], self->context);
    close(ends[1]);
    for (int i = 0; i < 1000 && self->server->connection_count > 0; i++)
        hob_sleep(1);
    CHECK(self->server->connection_count == 0); /* the server has not kept it */
    hob_server_stop(self->server);
    return hob_await(running);
}

/* Runs the client while a server with these options serves it. */
static inline void serve_one_connection(
    const hob_server_options *options, void (*run_client)(int client, void *context), void *context)
{
    struct one_connection self = {.run_client = run_client, .context = context};
    CHECK(server_new(options, &self.server) == 0);
    acceptor_init(&self.server->acceptor, 0);
    CHECK(hob_block_on(serve_client, &self) >= 0);
    acceptor_free(&self.server->acceptor);
    server_free(self.server);
}

#endif
