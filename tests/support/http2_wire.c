#include "tests/support/http2_wire.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned char *http2_put_number(unsigned char *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(number >> (24 - 8 * i));
    return at + 4;
}

unsigned char *
http2_put_header(unsigned char *at, int type, int flags, uint32_t stream, size_t length)
{
    http2_put_number(at, (uint32_t)length << 8);
    at[3] = (unsigned char)type;
    at[4] = (unsigned char)flags;
    return http2_put_number(at + 5, stream);
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

unsigned char *http2_put_field(
    unsigned char *at, const char *name, size_t name_length, const char *value, size_t value_length)
{
    *at++ = 0; /* it is not indexed */
    return put_string(put_string(at, name, name_length), value, value_length);
}

size_t http2_encode(const char *fields, unsigned char *block, size_t size)
{
    unsigned char *at = block;
    while (*fields) {
        const char *end = strchr(fields, '\n');
        const char *colon = strstr(fields + 1, ": ");
        assert(end && colon && colon < end && (size_t)(at - block + end - fields) + 12 <= size);
        at = http2_put_field(
            at, fields, (size_t)(colon - fields), colon + 2, (size_t)(end - colon - 2));
        fields = end + 1;
    }
    (void)size;
    return (size_t)(at - block);
}

uint32_t http2_number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct http2_received http2_header_at(const unsigned char *at)
{
    return (struct http2_received){
        .type = at[3],
        .flags = at[4],
        .stream = http2_number_at(at + 5) & 0x7fffffff,
        .length = http2_number_at(at) >> 8,
    };
}

static void add_field(struct http2_result *self, const nghttp2_nv *field)
{
    size_t length = strlen(self->fields);
    snprintf(
        self->fields + length, sizeof(self->fields) - length, "%.*s: %.*s\n", (int)field->namelen,
        (const char *)field->name, (int)field->valuelen, (const char *)field->value);
    if (field->namelen == 7 && memcmp(field->name, ":status", 7) == 0)
        self->status = (int)strtol((const char *)field->value, NULL, 10);
}

static bool add_head(
    struct http2_result *self, nghttp2_hd_inflater *inflater, const struct http2_received *frame)
{
    const unsigned char *at = frame->payload;
    size_t left = frame->length;
    int flags = 0;
    while (!(flags & NGHTTP2_HD_INFLATE_FINAL)) {
        nghttp2_nv field;
        ssize_t read = nghttp2_hd_inflate_hd2(inflater, &field, &flags, at, left, 1);
        if (read < 0)
            return false;
        at += read;
        left -= (size_t)read;
        if (flags & NGHTTP2_HD_INFLATE_EMIT)
            add_field(self, &field);
    }
    nghttp2_hd_inflate_end_headers(inflater);
    self->continued |= self->status == 100;
    return true;
}

static void add_content(struct http2_result *self, const struct http2_received *frame)
{
    if (self->length < sizeof(self->content) - 1) {
        size_t room = sizeof(self->content) - 1 - self->length;
        memcpy(
            self->content + self->length, frame->payload,
            frame->length < room ? frame->length : room);
    }
    self->length += frame->length;
}

bool http2_result_add(
    struct http2_result *self, nghttp2_hd_inflater *inflater, const struct http2_received *frame)
{
    if (frame->type == HTTP2_DATA) {
        add_content(self, frame);
    } else if (frame->type == HTTP2_HEADERS) {
        if (!add_head(self, inflater, frame))
            return false;
    } else if (frame->type == HTTP2_RST_STREAM) {
        self->reset = true;
        self->error = http2_number_at(frame->payload);
    } else if (frame->type == HTTP2_WINDOW_UPDATE) {
        self->window += http2_number_at(frame->payload);
    }
    if (frame->type <= HTTP2_HEADERS && (frame->flags & END_STREAM))
        self->ended = true;
    return true;
}
