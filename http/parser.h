/*
 * Parses the bytes of a request, in pieces of any size. Wraps llhttp, adds the rules that llhttp
 * does not check, and does no I/O.
 *
 *     PARSER_HEAD --> PARSER_BODY --> PARSER_DONE
 *          '---------------+------------> PARSER_FAILED
 */
#ifndef HOB_HTTP_PARSER_H
#define HOB_HTTP_PARSER_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chunk_rules.h"
#include "head.h"
#include "parser_limits.h"
#include "request_line.h"
#include "syntax.h"

enum parser_state { PARSER_HEAD, PARSER_BODY, PARSER_DONE, PARSER_FAILED };

struct parser {
    llhttp_t http;
    struct head *head; /* the result, which belongs to the caller */
    const struct parser_limits *limits;

    /* From here to chunks.trailer: all 0 at the beginning, but for chunks.framing_left. */
    struct request_line line;
    enum parser_state state;
    int status; /* when failed: the status to answer */
    char *body; /* the output for body bytes, NULL to drop them */
    size_t body_length;
    size_t head_bytes; /* bytes of the head so far */
    size_t name;       /* offset of the name of the header being read */
    bool line_ends;    /* the CR of the line being read was read */
    bool framed;       /* llhttp was given a field: otherwise there is no body */
    bool chunked;      /* and this and the next are llhttp's */
    uint64_t content_length;
    bool keep_alive;      /* the client keeps the connection open (RFC 9112 9.3) */
    bool expect_continue; /* the client waits for 100 before it sends the body */
    bool host_seen;
    struct connection_options connection;
    bool unknown_coding;  /* a transfer coding other than chunked */
    bool too_many_fields; /* when failed: the limit of the number of headers was exceeded */
    struct chunk_rules chunks;

    char reason[96]; /* when failed: the rule that was broken, or the limit */
};

/*
 * Begins a new request, whose head is written to *head. Its strings go to `room`, which has
 * parser_room(limits) bytes. The limits are not copied.
 */
void parser_init(
    struct parser *self, struct head *head, char *room, const struct parser_limits *limits);

/*
 * Reads up to `size` bytes and returns how many. It stops where the state changes: call it again
 * for the body. In PARSER_BODY, it writes at most as many bytes to self->body as it reads.
 */
size_t parser_feed(struct parser *self, const char *data, size_t size);

/* Returns whether the body would end correctly within these bytes, without reading them. */
bool parser_body_ends_within(const struct parser *self, const char *data, size_t size);

#endif
