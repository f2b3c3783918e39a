/*
 * A client of HTTP/2 that sends just the given frames, and reads responses frame by frame.
 *
 *     struct http2_client client = http2_connect(&server);
 *     http2_request(&client, 1, "GET /ping", "");
 *     cr_expect_eq(http2_response(&client, 1)->status, 200);
 *     http2_close(&client);
 */
#ifndef HOB_TESTS_SUPPORT_HTTP2_CLIENT_H
#define HOB_TESTS_SUPPORT_HTTP2_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/http2_wire.h"
#include "tests/support/raw_client.h"

#define HTTP2_CLIENT_STREAMS 2048

struct http2_client {
    struct raw_client raw;
    struct nghttp2_hd_inflater *inflater;
    unsigned char *payload;
    struct http2_result *results; /* of the streams 1, 3, 5 and so on */
    bool gone;                    /* the connection has ended */
    int goaways;                  /* frames GOAWAY that came */
    uint32_t goaway_error;        /* of the last one */
    uint32_t goaway_stream;       /* its last stream */
    int pings;                    /* acknowledged ones */
};

/* Connects, and sends the preface with no settings. */
struct http2_client http2_connect(const struct server *server);

/* The same without the preface. */
struct http2_client http2_connect_silently(const struct server *server);

void http2_close(struct http2_client *self);

void http2_send(
    struct http2_client *self, int type, int flags, uint32_t stream, const void *payload,
    size_t length);

/* A frame whose payload is a number of 32 bits: RST_STREAM, WINDOW_UPDATE. */
void http2_send_number(struct http2_client *self, int type, uint32_t stream, uint32_t number);

/* A setting (RFC 9113 section 6.5.1). */
void http2_send_setting(struct http2_client *self, uint16_t setting, uint32_t value);

/*
 * Sends a request without a body: "GET /path", and more fields. The authority is localhost.
 */
void http2_request(
    struct http2_client *self, uint32_t stream, const char *method_and_path, const char *fields);

/* The same with a body to follow. */
void http2_begin_request(
    struct http2_client *self, uint32_t stream, const char *method_and_path, const char *fields);

/* Sends a head of these fields alone. */
void http2_send_fields(struct http2_client *self, uint32_t stream, int flags, const char *fields);

/* Receives a frame. */
struct http2_received http2_receive(struct http2_client *self);

/* Receives until a frame of this type has come, or the connection has ended. */
struct http2_received http2_await(struct http2_client *self, int type);

/* Receives until the stream, or the connection, has ended. */
const struct http2_result *http2_response(struct http2_client *self, uint32_t stream);

/* The response on a stream, as far as it has come. */
struct http2_result *http2_result(const struct http2_client *self, uint32_t stream);

/* Receives until the connection has ended. */
void http2_receive_all(struct http2_client *self);

#endif
