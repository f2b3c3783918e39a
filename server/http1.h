/* The carrier of exchanges on an HTTP/1.1 connection (RFC 9112). */
#ifndef HOB_SERVER_HTTP1_H
#define HOB_SERVER_HTTP1_H

#include <stdbool.h>

#include "connection.h"
#include "exchange.h"
#include "http/parser.h"

enum {
    /* Bytes of a body that are read and dropped to keep the connection, if no handler did. */
    DRAIN_LIMIT = 64 * 1024,
};

/* A request and its response on a connection. */
struct http1 {
    struct exchange exchange;
    struct connection *connection;
    struct parser parser;
    bool continued;  /* 100 Continue was sent */
    bool chunked;    /* the response is sent in chunks */
    bool keep_alive; /* the response says that the connection stays open */
};

_Static_assert(offsetof(struct http1, exchange.req) == 0, "for http1_of()");

static inline struct http1 *http1_of(struct hob_request *req)
{
    return (struct http1 *)req;
}

extern const struct carrier http1_carrier;

/* Inline, since it is a part of every request. */
static inline void http1_init(struct http1 *self, struct connection *connection)
{
    hob_server *server = connection->server;
    struct hob_request *req = &self->exchange.req;
    exchange_init(
        &self->exchange, &http1_carrier, server, connection->task, connection_now(connection));
    self->connection = connection;
    self->continued = false;
    parser_init(&self->parser, &req->head, server->workspace->head, &server->parser_limits);
    req->method = self->parser.line.name;
}

/* Reads the head. Returns 1 if it is whole or refused, else what connection_fill() returned. */
int http1_read_head(struct http1 *self);

/*
 * Whether a head that was refused is the beginning of HTTP/2 on a new connection (RFC 9113 section
 * 3.4), "PRI * HTTP/2.0", of which the four bytes "PRI " were read.
 */
bool http1_is_http2(const struct http1 *self);

/* Called when no more of the head comes: makes the received part readable, as if it was whole. */
void http1_end_head(struct http1 *self);

/* Reads and drops the rest of the body. Returns whether the next request can follow. */
bool http1_drain(struct http1 *self);

/* The present time as the value of Date, which ends with CR LF. Valid until the next call. */
const char *http1_date(hob_server *server);

/*
 * Whether the rest of the body is worth reading rather than closing the connection. The length of a
 * chunked body, and whether it is well formed, is known only if all of it was received already.
 */
bool http1_can_drain(const struct http1 *self);

#endif
