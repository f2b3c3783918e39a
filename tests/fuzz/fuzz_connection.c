/*
 * Fuzzes a whole connection: the same bytes are sent to two servers, at once to one of them and in
 * pieces to the other, and both must answer the same and have called their handlers with the same
 * requests. The first byte of the input says how it is cut.
 *
 * Time is virtual (hob_virtual_time), so that time-outs pass at once and the Date is always the
 * same.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hob/hob.h"
#include "runtime/loop.h"
#include "server/connection.h"
#include "server/server.h"

/* The results of a run. */
struct run {
    const uint8_t *input;
    size_t input_size;
    uint32_t cuts; /* seeds the sizes of the pieces; 0 is all at once */

    char output[256 * 1024];
    size_t output_size;
    char calls[256 * 1024]; /* what the handlers were called with, as text */
    size_t calls_size;
    bool replied_early; /* to a request whose chunked body was not read */
};

static struct run whole, cut;
static struct run *current;

static void note(const void *bytes, size_t size)
{
    struct run *run = current;
    if (size > sizeof(run->calls) - run->calls_size)
        size = sizeof(run->calls) - run->calls_size;
    memcpy(run->calls + run->calls_size, bytes, size);
    run->calls_size += size;
}

static void note_text(const char *text)
{
    note(text ? text : "-", text ? strlen(text) + 1 : 1);
}

/* Whether the handler of a path that begins so replies before it has read the body. */
static bool may_reply_early(char kind)
{
    return kind != '\0' && strchr("isne", kind);
}

/* The path chooses what it does; each part of the interface is used by one. */
static int handle(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    const char *body;
    size_t size;
    char piece[7];
    int length = 0;
    hob_header trailer;
    note_text(hob_request_method(req));
    note_text(path);
    note_text(hob_request_query(req));
    note_text(hob_request_header(req, "host"));
    bool chunked = hob_request_header(req, "transfer-encoding");
    current->replied_early |= chunked && path && may_reply_early(path[1]);
    switch (path ? path[1] : '\0') {
    case 'i': /* ignores the body */
        return hob_reply_text(res, 200, "ignored");
    case 'p': /* takes it in pieces */
        while ((length = hob_body_read(req, piece, sizeof(piece))) > 0)
            note(piece, (size_t)length);
        for (size_t position = 0; hob_request_next_trailer(req, &position, &trailer);) {
            note_text(trailer.name);
            note_text(trailer.value);
        }
        return length < 0 ? length : hob_reply_text(res, 200, "read");
    case 's': /* streams it back, a byte at a time: how many come at once depends on the cuts */
        length = hob_stream(res, 200, "text/plain");
        while (length >= 0 && (length = hob_body_read(req, piece, 1)) > 0)
            length = hob_send(res, piece, 1);
        return length < 0 ? length : hob_response_add_trailer(res, "X-Sum", "7");
    case 'w': /* waits before and after */
        hob_sleep(0.001);
        length = hob_body_all(req, 1000, &body, &size);
        hob_sleep(0.001);
        return length < 0 ? length : hob_reply(res, 200, "text/plain", body, size);
    case 'n': /* none */
        return hob_reply(res, 204, NULL, NULL, 0);
    case 'e':
        return -EIO;
    default:
        length = hob_body_all(req, 1000, &body, &size);
        if (length < 0)
            return length;
        note(body, size);
        return hob_reply(res, 200, "text/plain", body, size);
    }
}

/* Takes what the server has sent. Returns false at the end of it. */
static bool receive(int client)
{
    struct run *run = current;
    for (;;) {
        size_t room = sizeof(run->output) - run->output_size;
        ssize_t received = recv(client, run->output + run->output_size, room, 0);
        if (received <= 0)
            return received < 0;
        run->output_size += (size_t)received;
    }
}

/* Lets the server do what it can do now. */
static bool settle(int client)
{
    for (int i = 0; i < 4; i++)
        hob_sleep(0.002);
    return receive(client);
}

static uint32_t random_below(uint32_t *random, uint32_t limit)
{
    *random = *random * 1664525 + 1013904223;
    return (*random >> 8) % limit;
}

static bool send_input(int client)
{
    uint32_t random = current->cuts;
    for (size_t at = 0; at < current->input_size;) {
        size_t piece = current->input_size - at;
        if (current->cuts > 0) {
            size_t limit = 1 + random_below(&random, random_below(&random, 4) == 0 ? 64 : 4);
            piece = piece < limit ? piece : limit;
        }
        ssize_t sent = send(client, current->input + at, piece, MSG_NOSIGNAL);
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
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        abort();
    hob_future *running = hob_server_start(server);
    while (!server->task)
        hob_yield();
    if (connection_open(server, ends[0], &peer, NULL) < 0)
        abort();
    if (send_input(ends[1]))
        shutdown(ends[1], SHUT_WR);
    while (settle(ends[1]))
        ; /* until the server has had enough, too */
    close(ends[1]);
    while (server->connection_count > 0)
        hob_sleep(1);
    hob_server_stop(server);
    return hob_await(running);
}

static void run_with(struct run *run, const uint8_t *input, size_t size, uint32_t cuts)
{
    /* Time-outs are far away: they would depend on how many pieces there are. */
    const hob_server_options options = {
        .handler = handle, .head_timeout = 1e6, .body_timeout = 1e6};
    hob_server *server;
    run->input = input;
    run->input_size = size;
    run->cuts = cuts;
    run->output_size = run->calls_size = 0;
    run->replied_early = false;
    current = run;
    if (server_new(&options, &server) < 0)
        abort();
    acceptor_init(&server->acceptor, 0);
    if (hob_block_on(serve_and_send, server) < 0)
        abort();
    acceptor_free(&server->acceptor);
    server_free(server);
}

/* Whether "100 Continue" is sent depends on whether the body is there already. And the time. */
static void drop_what_may_differ(struct run *run)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    static const char date[] = "\r\nDate: ";
    char *end = run->output + run->output_size;
    char *to = run->output;
    for (const char *from = run->output; from < end;) {
        size_t left = (size_t)(end - from);
        if (left >= sizeof(interim) - 1 && memcmp(from, interim, sizeof(interim) - 1) == 0)
            from += sizeof(interim) - 1;
        else if (left >= sizeof(date) + 30 && memcmp(from, date, sizeof(date) - 1) == 0)
            from += sizeof(date) - 1 + strlen("Sun, 09 Sep 2001 01:46:40 GMT");
        else
            *to++ = *from++;
    }
    run->output_size = (size_t)(to - run->output);
}

static void expect_same(
    const char *what, const char *one, size_t one_size, const char *other, size_t other_size)
{
    if (one_size == other_size && memcmp(one, other, one_size) == 0)
        return;
    fprintf(
        stderr, "the %s differ. At once:\n%.*s\nIn pieces:\n%.*s\n", what, (int)one_size, one,
        (int)other_size, other);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 20000)
        return 0;
    run_with(&whole, data + 1, size - 1, 0);
    run_with(&cut, data + 1, size - 1, data[0] + 1u);
    if (whole.replied_early || cut.replied_early)
        return 0; /* the connection is kept only if the end of the body is there already */
    drop_what_may_differ(&whole);
    drop_what_may_differ(&cut);
    expect_same("responses", whole.output, whole.output_size, cut.output, cut.output_size);
    expect_same("calls", whole.calls, whole.calls_size, cut.calls, cut.calls_size);
    return 0;
}
