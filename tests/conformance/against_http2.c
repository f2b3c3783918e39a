/*
 * usage: against_http2 HOST PORT NAME
 *
 * Runs the cases of HTTP/2 on any server that speaks it without TLS, by prior knowledge, and prints
 * the lines that against.c prints. The server has to answer the path / with 200.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http2.h"
#include "talk.h"

enum { PROBE = 21 }; /* a stream behind those of all cases */

/* The responses on a connection. */
struct received {
    struct http2_result request;
    struct http2_result probe;
    struct http2_result others;
    uint32_t error; /* of GOAWAY */
};

static void
note(struct received *self, nghttp2_hd_inflater *inflater, const struct http2_received *frame)
{
    struct http2_result *result = frame->stream == 1       ? &self->request
                                  : frame->stream == PROBE ? &self->probe
                                                           : &self->others;
    if (frame->type == GOAWAY)
        self->error = http2_number_at(frame->payload + 4);
    else if (frame->stream > 0 && !http2_result_add(result, inflater, frame)) {
        fprintf(stderr, "against_http2: the server sends a head that cannot be decoded\n");
        exit(EXIT_FAILURE);
    }
}

static void read_frames(struct received *self, const struct talk *talk)
{
    nghttp2_hd_inflater *inflater;
    if (nghttp2_hd_inflate_new(&inflater) != 0)
        abort();
    const unsigned char *at = (const unsigned char *)talk->input;
    size_t left = talk->length;
    while (left >= HTTP2_FRAME_HEADER) {
        struct http2_received frame = http2_header_at(at);
        frame.payload = at + HTTP2_FRAME_HEADER;
        if (left < HTTP2_FRAME_HEADER + frame.length)
            break;
        note(self, inflater, &frame);
        at += HTTP2_FRAME_HEADER + frame.length;
        left -= HTTP2_FRAME_HEADER + frame.length;
    }
    nghttp2_hd_inflate_del(inflater);
}

static struct http2_outcome outcome_of(const struct talk *talk)
{
    struct received *received = calloc(1, sizeof(*received));
    if (!received)
        abort();
    read_frames(received, talk);
    struct http2_outcome outcome = {ENDED, received->error};
    if (received->probe.status > 0)
        outcome = http2_outcome_of(&received->request, 0);
    free(received);
    return outcome;
}

/* The more is served, the more lenient. */
static int leniency(const struct http2_outcome *self)
{
    if (self->end == ENDED)
        return 0;
    return self->end == RESET || self->code >= 400 ? 1 : 2;
}

static const char *compare(const struct http2_exchange *self, const struct http2_outcome *seen)
{
    int difference = leniency(seen) - leniency(&self->outcome);
    if (self->routing)
        return "not compared";
    if (difference != 0)
        return difference > 0 ? "more lenient" : "stricter";
    bool same = seen->end == self->outcome.end && seen->code == self->outcome.code;
    return same ? "same" : "another status";
}

static void
print_exchange(const struct http2_exchange *self, const struct talk *talk, const char *name)
{
    char expected[HTTP2_OUTCOME_SIZE], found[HTTP2_OUTCOME_SIZE];
    struct http2_outcome seen = outcome_of(talk);
    printf(
        "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", self->table, self->name, self->section,
        http2_outcome_text(&self->outcome, expected), name, http2_outcome_text(&seen, found),
        compare(self, &seen), self->note ? self->note : "");
}

static bool run(struct http2_exchange *exchanges, size_t count, char **argv)
{
    unsigned char bytes[256];
    struct talk *talks = calloc(count, sizeof(*talks));
    if (!talks)
        abort();
    for (size_t i = 0; i < count; i++) {
        talks[i].size = exchanges[i].size;
        talks[i].bytes = exchanges[i].bytes;
        exchanges[i].bytes = NULL; /* talks_free() frees it */
    }
    size_t length = http2_encode(
        ":method: GET\n:scheme: http\n:authority: h\n:path: /\n", bytes + HTTP2_FRAME_HEADER,
        sizeof(bytes) - HTTP2_FRAME_HEADER);
    http2_put_header(bytes, HTTP2_HEADERS, END_HEADERS | END_STREAM, PROBE, length);
    bool reached = talks_hold(
        talks, count, argv[1], argv[2], (const char *)bytes, HTTP2_FRAME_HEADER + length);
    for (size_t i = 0; reached && i < count; i++)
        print_exchange(&exchanges[i], &talks[i], argv[3]);
    talks_free(talks, count);
    free(talks);
    return reached;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: against_http2 HOST PORT NAME\n");
        return 2;
    }
    size_t count;
    struct http2_exchange *exchanges = http2_exchanges_make(&count);
    bool reached = run(exchanges, count, argv);
    if (!reached)
        fprintf(stderr, "against_http2: cannot connect to %s port %s\n", argv[1], argv[2]);
    http2_exchanges_free(exchanges, count);
    return reached ? EXIT_SUCCESS : EXIT_FAILURE;
}
