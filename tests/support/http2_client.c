#include "tests/support/http2_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/test.h"

struct http2_client http2_connect_silently(const struct server *server)
{
    struct http2_client self = {
        .raw = raw_connect(server),
        .payload = malloc(HTTP2_PAYLOAD_MOST),
        .results = calloc(HTTP2_CLIENT_STREAMS, sizeof(struct http2_result)),
    };
    cr_assert(self.payload && self.results);
    cr_assert_eq(nghttp2_hd_inflate_new(&self.inflater), 0);
    return self;
}

struct http2_client http2_connect(const struct server *server)
{
    struct http2_client self = http2_connect_silently(server);
    raw_send(&self.raw, HTTP2_PREFACE);
    http2_send(&self, SETTINGS, 0, 0, NULL, 0);
    return self;
}

void http2_close(struct http2_client *self)
{
    raw_close(&self->raw);
    nghttp2_hd_inflate_del(self->inflater);
    free(self->payload);
    free(self->results);
}

/*
 * Sending. A server that has closed the connection is no error: the test sees that when it
 * receives.
 */

static void send_bytes(const struct http2_client *self, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(self->raw.fd, at, size, MSG_NOSIGNAL);
        if (sent < 0)
            return;
        at += sent;
        size -= (size_t)sent;
    }
}

void http2_send(
    struct http2_client *self, int type, int flags, uint32_t stream, const void *payload,
    size_t length)
{
    unsigned char frame[HTTP2_FRAME_HEADER + HTTP2_PAYLOAD_MOST];
    cr_assert_leq(length, (size_t)HTTP2_PAYLOAD_MOST);
    http2_put_header(frame, type, flags, stream, length);
    if (length > 0)
        memcpy(frame + HTTP2_FRAME_HEADER, payload, length);
    send_bytes(self, frame, HTTP2_FRAME_HEADER + length);
}

void http2_send_number(struct http2_client *self, int type, uint32_t stream, uint32_t number)
{
    unsigned char payload[4];
    http2_put_number(payload, number);
    http2_send(self, type, 0, stream, payload, sizeof(payload));
}

void http2_send_setting(struct http2_client *self, uint16_t setting, uint32_t value)
{
    unsigned char payload[6] = {(unsigned char)(setting >> 8), (unsigned char)setting};
    http2_put_number(payload + 2, value);
    http2_send(self, SETTINGS, 0, 0, payload, sizeof(payload));
}

void http2_send_fields(struct http2_client *self, uint32_t stream, int flags, const char *fields)
{
    unsigned char block[HTTP2_PAYLOAD_MOST];
    size_t length = http2_encode(fields, block, sizeof(block));
    http2_send(self, HTTP2_HEADERS, flags, stream, block, length);
}

static void send_head(
    struct http2_client *self, uint32_t stream, int flags, const char *line, const char *fields)
{
    char text[20000];
    const char *path = strchr(line, ' ') + 1;
    int length = snprintf(
        text, sizeof(text), ":method: %.*s\n:scheme: http\n:authority: localhost\n:path: %s\n%s",
        (int)(path - 1 - line), line, path, fields);
    cr_assert_lt((size_t)length, sizeof(text));
    http2_send_fields(self, stream, flags, text);
}

void http2_request(
    struct http2_client *self, uint32_t stream, const char *method_and_path, const char *fields)
{
    send_head(self, stream, END_HEADERS | END_STREAM, method_and_path, fields);
}

void http2_begin_request(
    struct http2_client *self, uint32_t stream, const char *method_and_path, const char *fields)
{
    send_head(self, stream, END_HEADERS, method_and_path, fields);
}

/*
 * Receiving.
 */

static bool receive_bytes(struct http2_client *self, unsigned char *room, size_t size)
{
    while (size > 0) {
        ssize_t received = recv(self->raw.fd, room, size, 0);
        if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            cr_assert_fail("nothing came");
        if (received <= 0)
            return false;
        room += received;
        size -= (size_t)received;
    }
    return true;
}

struct http2_result *http2_result(const struct http2_client *self, uint32_t stream)
{
    cr_assert(stream % 2 == 1 && stream / 2 < HTTP2_CLIENT_STREAMS);
    return &self->results[stream / 2];
}

static void note(struct http2_client *self, const struct http2_received *frame)
{
    if (frame->stream > 0)
        cr_assert(
            http2_result_add(http2_result(self, frame->stream), self->inflater, frame),
            "the server sends a head that cannot be decoded");
    if (frame->type == PING)
        self->pings += frame->flags & ACK;
    if (frame->type == GOAWAY) {
        self->goaways++;
        self->goaway_stream = http2_number_at(frame->payload);
        self->goaway_error = http2_number_at(frame->payload + 4);
    }
}

struct http2_received http2_receive(struct http2_client *self)
{
    unsigned char head[HTTP2_FRAME_HEADER];
    if (self->gone || !receive_bytes(self, head, sizeof(head))) {
        self->gone = true;
        return (struct http2_received){.type = -1};
    }
    struct http2_received frame = http2_header_at(head);
    cr_assert_leq(frame.length, (size_t)HTTP2_PAYLOAD_MOST);
    if (!receive_bytes(self, self->payload, frame.length)) {
        self->gone = true;
        return (struct http2_received){.type = -1};
    }
    frame.payload = self->payload;
    note(self, &frame);
    return frame;
}

struct http2_received http2_await(struct http2_client *self, int type)
{
    struct http2_received frame;
    do
        frame = http2_receive(self);
    while (frame.type != type && frame.type >= 0);
    return frame;
}

const struct http2_result *http2_response(struct http2_client *self, uint32_t stream)
{
    const struct http2_result *result = http2_result(self, stream);
    while (!result->ended && !result->reset && !self->gone)
        http2_receive(self);
    return result;
}

void http2_receive_all(struct http2_client *self)
{
    while (!self->gone)
        http2_receive(self);
}
