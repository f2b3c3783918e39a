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

#include "tests/fuzz/one_connection.h"

/* The results of a run. */
struct run {
    const uint8_t *input;
    size_t input_size;
    uint32_t cuts; /* seeds the sizes of the pieces; 0 is all at once */

    char room[256 * 1024];
    struct output output;
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

static uint32_t random_below(uint32_t *random, uint32_t limit)
{
    *random = *random * 1664525 + 1013904223;
    return (*random >> 8) % limit;
}

/* Returns the size of the next piece. */
static size_t next_piece(const struct run *run, uint32_t *random, size_t left)
{
    size_t limit = left;
    if (run->cuts > 0)
        limit = 1 + random_below(random, random_below(random, 4) == 0 ? 64 : 4);
    return left < limit ? left : limit;
}

static void send_input(int client, void *arg)
{
    struct run *run = arg;
    uint32_t random = run->cuts;
    size_t at = 0, piece = 0;
    bool open = true;
    for (; open && at < run->input_size; at += piece) {
        piece = next_piece(run, &random, run->input_size - at);
        open = send_pieces(client, run->input + at, piece, piece, &run->output);
    }
    if (open)
        shutdown(client, SHUT_WR);
    while (settle(client, &run->output))
        ; /* until the server has had enough, too */
}

static void run_with(struct run *run, const uint8_t *input, size_t size, uint32_t cuts)
{
    /* Time-outs are far away: they would depend on how many pieces there are. */
    const hob_server_options options = {
        .handler = handle, .head_timeout = 1e6, .body_timeout = 1e6};
    run->input = input;
    run->input_size = size;
    run->cuts = cuts;
    run->output = (struct output){.bytes = run->room, .capacity = sizeof(run->room)};
    run->calls_size = 0;
    run->replied_early = false;
    current = run;
    serve_one_connection(&options, send_input, run);
}

/* Whether "100 Continue" is sent depends on whether the body is there already. And the time. */
static void drop_what_may_differ(struct run *run)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    static const char date[] = "\r\nDate: ";
    char *end = run->output.bytes + run->output.size;
    char *to = run->output.bytes;
    for (const char *from = run->output.bytes; from < end;) {
        size_t left = (size_t)(end - from);
        if (left >= sizeof(interim) - 1 && memcmp(from, interim, sizeof(interim) - 1) == 0)
            from += sizeof(interim) - 1;
        else if (left >= sizeof(date) + 30 && memcmp(from, date, sizeof(date) - 1) == 0)
            from += sizeof(date) - 1 + strlen("Sun, 09 Sep 2001 01:46:40 GMT");
        else
            *to++ = *from++;
    }
    run->output.size = (size_t)(to - run->output.bytes);
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
    expect_same(
        "responses", whole.output.bytes, whole.output.size, cut.output.bytes, cut.output.size);
    expect_same("calls", whole.calls, whole.calls_size, cut.calls, cut.calls_size);
    return 0;
}
