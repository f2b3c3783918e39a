/*
 * Bytes in, one request out. Wraps llhttp, adds the rules that llhttp leaves to its user, and does
 * no I/O. Bytes may be fed in pieces of any size.
 *
 *     PARSER_HEAD --> PARSER_BODY --> PARSER_DONE
 *          '---------------+------------> PARSER_FAILED
 */
#ifndef HOB_SERVER_PARSER_H
#define HOB_SERVER_PARSER_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The strings of a request's head, one after the other, each ended by NUL:
 *
 *     target  name value  name value  ...
 *
 * They never take more room than the head had on the wire.
 */
struct head {
    char *data;
    size_t length;
    size_t path;    /* offset of the path within the target, normalised and ended by NUL */
    size_t query;   /* offset of what follows the '?', or 0 */
    size_t headers; /* offset of the first name */
    size_t header_count;
};

enum {
    HEAD_LIMIT = 16 * 1024, /* bytes of request line and headers on the wire */
    HEADER_COUNT_LIMIT = 100,
};

enum parser_state { PARSER_HEAD, PARSER_BODY, PARSER_DONE, PARSER_FAILED };

struct parser {
    llhttp_t http;
    struct head head;
    enum parser_state state;
    int status;           /* when failed: the status to answer */
    const char *reason;   /* when failed: the rule that was broken */
    bool keep_alive;      /* the client wants the connection to stay open (RFC 9112 9.3) */
    bool expect_continue; /* the client waits for 100 before it sends the body */

    char *body; /* where body bytes go, NULL to drop them */
    size_t body_length;

    size_t head_bytes; /* read of the head so far */
    size_t name;       /* offset of the header being read */
    size_t value;
    size_t protocol; /* these four: see sound_request_line() */
    unsigned spaces;
    bool in_request_line;
    bool after_space;
    bool host_seen;
    bool unknown_coding; /* a transfer coding other than chunked */
};

/* Starts on a new request. `room` has HEAD_LIMIT bytes for the head's strings. */
void parser_init(struct parser *self, char *room);

/*
 * Reads up to `size` bytes and returns how many it took. It stops where the state changes, so the
 * body and the next request are left to be fed again. In PARSER_BODY, at most as many bytes come
 * out, at self->body, as went in.
 */
size_t parser_feed(struct parser *self, const char *data, size_t size);

/* The value of the first header of this name, or NULL. */
const char *head_find(const struct head *head, const char *name);

#endif
