#include "tests/support/http2_client.h"

#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/test.h"

enum { PAYLOAD_MOST = 64 * 1024, FRAME_HEADER = 9 };

static void put_number(unsigned char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (24 - 8 * i));
}

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct http2_client http2_connect_silently(const struct server *server)
{
    struct http2_client self = {
        .raw = raw_connect(server),
        .payload = malloc(PAYLOAD_MOST),
        .results = calloc(HTTP2_CLIENT_STREAMS, sizeof(struct http2_result)),
    };
    cr_assert(self.payload && self.results);
    cr_assert_eq(nghttp2_hd_inflate_new(&self.inflater), 0);
    return self;
}

struct http2_client http2_connect(const struct server *server)
{
    struct http2_client self = http2_connect_silently(server);
    raw_send(&self.raw, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
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
    unsigned char frame[FRAME_HEADER + PAYLOAD_MOST];
    cr_assert_leq(length, (size_t)PAYLOAD_MOST);
    put_number(frame, (uint32_t)length << 8);
    frame[3] = (unsigned char)type;
    frame[4] = (unsigned char)flags;
    put_number(frame + 5, stream);
    if (length > 0)
        memcpy(frame + FRAME_HEADER, payload, length);
    send_bytes(self, frame, FRAME_HEADER + length);
}

void http2_send_number(struct http2_client *self, int type, uint32_t stream, uint32_t number)
{
    unsigned char payload[4];
    put_number(payload, number);
    http2_send(self, type, 0, stream, payload, sizeof(payload));
}

void http2_send_setting(struct http2_client *self, uint16_t setting, uint32_t value)
{
    unsigned char payload[6] = {(unsigned char)(setting >> 8), (unsigned char)setting};
    put_number(payload + 2, value);
    http2_send(self, SETTINGS, 0, 0, payload, sizeof(payload));
}

/* A string without Huffman coding (RFC 7541 section 5.2). */
static unsigned char *put_string(unsigned char *at, const char *text, size_t length)
{
    size_t rest = length;
    *at = (unsigned char)(length < 127 ? length : 127);
    at++;
    if (length >= 127) {
        for (rest -= 127; rest >= 128; rest /= 128)
            *at++ = (unsigned char)(rest % 128 + 128);
        *at++ = (unsigned char)rest;
    }
    memcpy(at, text, length);
    return at + length;
}

size_t http2_encode(const char *fields, unsigned char *block, size_t size)
{
    unsigned char *at = block;
    while (*fields) {
        const char *end = strchr(fields, '\n');
        const char *colon = strstr(fields + 1, ": ");
        cr_assert(end && colon && colon < end, "not a field: %s", fields);
        cr_assert_leq((size_t)(at - block) + (size_t)(end - fields) + 12, size);
        *at++ = 0; /* a literal that is not indexed (RFC 7541 section 6.2.2) */
        at = put_string(at, fields, (size_t)(colon - fields));
        at = put_string(at, colon + 2, (size_t)(end - colon - 2));
        fields = end + 1;
    }
    return (size_t)(at - block);
}

void http2_send_fields(struct http2_client *self, uint32_t stream, int flags, const char *fields)
{
    unsigned char block[PAYLOAD_MOST];
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

static void note_fields(struct http2_client *self, const struct http2_received *frame)
{
    struct http2_result *result = http2_result(self, frame->stream);
    const unsigned char *at = frame->payload;
    size_t left = frame->length;
    int flags = 0;
    while (!(flags & NGHTTP2_HD_INFLATE_FINAL)) {
        nghttp2_nv field;
        ssize_t read = nghttp2_hd_inflate_hd2(self->inflater, &field, &flags, at, left, 1);
        cr_assert_geq(read, 0);
        at += read;
        left -= (size_t)read;
        if (!(flags & NGHTTP2_HD_INFLATE_EMIT))
            continue;
        size_t length = strlen(result->fields);
        snprintf(
            result->fields + length, sizeof(result->fields) - length, "%.*s: %.*s\n",
            (int)field.namelen, (const char *)field.name, (int)field.valuelen,
            (const char *)field.value);
        if (field.namelen == 7 && memcmp(field.name, ":status", 7) == 0)
            result->status = (int)strtol((const char *)field.value, NULL, 10);
    }
    nghttp2_hd_inflate_end_headers(self->inflater);
    result->continued |= result->status == 100;
}

static void note_content(struct http2_client *self, const struct http2_received *frame)
{
    struct http2_result *result = http2_result(self, frame->stream);
    if (result->length < sizeof(result->content) - 1) {
        size_t room = sizeof(result->content) - 1 - result->length;
        memcpy(
            result->content + result->length, frame->payload,
            frame->length < room ? frame->length : room);
    }
    result->length += frame->length;
}

static void note(struct http2_client *self, const struct http2_received *frame)
{
    switch (frame->type) {
    case HTTP2_DATA:
        note_content(self, frame);
        break;
    case HTTP2_HEADERS:
        note_fields(self, frame);
        break;
    case HTTP2_RST_STREAM:
        http2_result(self, frame->stream)->reset = true;
        http2_result(self, frame->stream)->error = number_at(frame->payload);
        break;
    case HTTP2_WINDOW_UPDATE:
        if (frame->stream > 0)
            http2_result(self, frame->stream)->window += number_at(frame->payload);
        break;
    case PING:
        self->pings += frame->flags & ACK;
        break;
    case GOAWAY:
        self->goaways++;
        self->goaway_stream = number_at(frame->payload);
        self->goaway_error = number_at(frame->payload + 4);
        break;
    default:
        break;
    }
    if (frame->type <= HTTP2_HEADERS && (frame->flags & END_STREAM))
        http2_result(self, frame->stream)->ended = true;
}

struct http2_received http2_receive(struct http2_client *self)
{
    unsigned char head[FRAME_HEADER];
    struct http2_received frame = {.type = -1};
    if (self->gone || !receive_bytes(self, head, sizeof(head))) {
        self->gone = true;
        return frame;
    }
    frame.length = number_at(head) >> 8;
    cr_assert_leq(frame.length, (size_t)PAYLOAD_MOST);
    if (!receive_bytes(self, self->payload, frame.length)) {
        self->gone = true;
        return frame;
    }
    frame.type = head[3];
    frame.flags = head[4];
    frame.stream = number_at(head + 5) & 0x7fffffff;
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
