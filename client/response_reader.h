/*
 * Parses the bytes of a response, in pieces of any size, like http/parser.h those of a request. It
 * does no I/O.
 *
 *     RESPONSE_HEAD --> RESPONSE_BODY --> RESPONSE_DONE
 *       |      ^   '---------+----------> RESPONSE_FAILED
 *       v      |
 *     RESPONSE_INTERIM
 *
 * It reads the status line and the fields itself, and leaves chunked bodies to llhttp: llhttp
 * accepts RTSP, ICE and HTTP/2.0 as HTTP/1, refuses HTTP/1.2 and folded fields (RFC 9112 section
 * 5.2), and returns a chunked body as content if a tab follows "chunked".
 */
#ifndef HOB_CLIENT_RESPONSE_READER_H
#define HOB_CLIENT_RESPONSE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chunked.h"
#include "http/head.h"
#include "http/syntax.h"

/* The limits of a response, above which it is refused. */
struct response_limits {
    size_t head;          /* bytes of status line and fields, in each head */
    size_t header_count;  /* fields in each head */
    size_t interim_count; /* responses with status 1xx before the final one */
    size_t framing;       /* see struct parser_limits */
};

/* The kind of request: some responses have no body because of it (RFC 9112 section 6.3). */
enum response_to { RESPONSE_TO_ANY, RESPONSE_TO_HEAD, RESPONSE_TO_CONNECT };

enum response_state {
    RESPONSE_HEAD,
    RESPONSE_INTERIM, /* a head with status 1xx is complete: the next feed begins the next head */
    RESPONSE_BODY,
    RESPONSE_DONE,
    RESPONSE_FAILED,
};

/* How the body ends. */
enum response_framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_CLOSE };

struct response_reader {
    const struct response_limits *limits;
    struct trailers *trailers; /* of a chunked body; NULL drops them */
    enum response_to to;
    enum response_state state;
    struct head head; /* the reason phrase, then the fields; it has no target */
    int status;
    int minor;       /* of the version: 0, or 1 for any later one */
    bool keep_alive; /* the connection can be used again when the body has been read */
    enum response_framing framing;
    uint64_t length;    /* the Content-Length, also of a response to HEAD; if length_known */
    uint64_t left;      /* bytes of a FRAMING_LENGTH body that are to come */
    size_t body_length; /* content that the last feed returned */

    size_t head_bytes;    /* read of this head so far */
    size_t line_length;   /* read of this line so far: it lies behind the strings of the head */
    size_t interim_count; /* responses with status 1xx so far */
    bool over_limit;      /* when failed: it was a limit, not a rule */
    bool length_known;
    bool coding_seen; /* Transfer-Encoding */
    bool chunked_seen;
    struct connection_options connection;
    struct chunked chunked;
    char reason[96]; /* when failed: the rule that was broken, or the limit */
};

/* `room` has limits->head bytes for the strings of the head. The limits are not copied. */
void response_reader_init(
    struct response_reader *self, char *room, const struct response_limits *limits,
    enum response_to to);

/*
 * Reads up to `size` bytes and returns how many it took. It stops where the state changes. In
 * RESPONSE_BODY it writes self->body_length bytes of content to `content`, which has room for
 * `size` bytes and may be the same memory as `data`; else `content` may be NULL.
 */
size_t
response_reader_feed(struct response_reader *self, const char *data, size_t size, char *content);

/* The connection has ended: this completes a FRAMING_CLOSE body, and is an error otherwise. */
void response_reader_end(struct response_reader *self);

#endif
