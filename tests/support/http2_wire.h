/*
 * Frames of HTTP/2 as bytes, written and read as they are: also those that no library would write.
 * Fields are encoded without compression. Programs that do not link Criterion use this as well.
 */
#ifndef HOB_TESTS_SUPPORT_HTTP2_WIRE_H
#define HOB_TESTS_SUPPORT_HTTP2_WIRE_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http2/framing.h"

#define HTTP2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

/* Other types of frames than those of http2/framing.h, and flags (RFC 9113 section 6). */
enum {
    PRIORITY = 2,
    SETTINGS = 4,
    PUSH_PROMISE = 5,
    PING = 6,
    GOAWAY = 7,

    END_STREAM = 0x1,
    ACK = 0x1,
    END_HEADERS = 0x4,
    PADDED = 0x8,
    PRIORITISED = 0x20,
};

enum { HTTP2_FRAME_HEADER = 9, HTTP2_PAYLOAD_MOST = 64 * 1024 };

/*
 * Writing. Each function returns the end of what it wrote.
 */

unsigned char *http2_put_number(unsigned char *at, uint32_t number);

/* The header of a frame. */
unsigned char *
http2_put_header(unsigned char *at, int type, int flags, uint32_t stream, size_t length);

/* A field (RFC 7541 section 6.2.2). */
unsigned char *http2_put_field(
    unsigned char *at, const char *name, size_t name_length, const char *value,
    size_t value_length);

/* Encodes fields, lines "name: value" ended by LF. Returns the bytes written to `block`. */
size_t http2_encode(const char *fields, unsigned char *block, size_t size);

/*
 * Reading.
 */

struct http2_received {
    int type; /* -1 if the connection has ended */
    int flags;
    uint32_t stream;
    const unsigned char *payload; /* valid until the next frame is received */
    size_t length;
};

/* The response on a stream, as far as it has come. */
struct http2_result {
    int status;        /* of the last head */
    bool continued;    /* there was one with status 100 */
    bool ended;        /* by END_STREAM */
    bool reset;        /* by RST_STREAM */
    uint32_t error;    /* the code of that */
    uint64_t window;   /* bytes by which the server has opened the stream's window */
    size_t length;     /* bytes of content */
    char content[512]; /* the first ones, ended by NUL */
    char fields[1024]; /* lines "name: value", ended by LF */
};

uint32_t http2_number_at(const unsigned char *at);

/* Reads the header of a frame. Its payload is not set. */
struct http2_received http2_header_at(const unsigned char *at);

/*
 * Adds a frame of a stream to the response on it. All heads of a connection have to be added in
 * their order, with one inflater. Returns false if a head cannot be decoded.
 */
bool http2_result_add(
    struct http2_result *self, nghttp2_hd_inflater *inflater, const struct http2_received *frame);

#endif
