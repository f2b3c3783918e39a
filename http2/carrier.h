/* The carrier of exchanges on a stream of HTTP/2. */
#ifndef HOB_HTTP2_CARRIER_H
#define HOB_HTTP2_CARRIER_H

#include "server/exchange.h"
#include "stream.h"

/* An exchange that a stream carries. */
struct http2_exchange {
    struct exchange exchange;
    struct http2_stream *stream;
};

_Static_assert(offsetof(struct http2_exchange, exchange.req) == 0, "for http2_stream_of()");

static inline struct http2_stream *http2_stream_of(const struct hob_request *req)
{
    return ((const struct http2_exchange *)req)->stream;
}

extern const struct carrier http2_carrier;

/* An event of the framing: see there. */
int http2_list_trailers(struct http2_stream *stream, const struct http2_field **fields);

#endif
