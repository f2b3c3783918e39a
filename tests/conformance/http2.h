/*
 * The behaviour of a server of HTTP/2 for exactly these frames, one case per rule of RFC 9113 and
 * RFC 7541. Each case is the beginning of a connection of its own. The tables show what hob does,
 * and against_http2.c compares
 * other servers with them.
 *
 * The cases of case.h are requests too: http2_request_bytes() writes those that HTTP/2 can express.
 */
#ifndef HOB_TESTS_CONFORMANCE_HTTP2_H
#define HOB_TESTS_CONFORMANCE_HTTP2_H

#include "case.h"
#include "tests/support/http2_wire.h"

/* The result of the request on stream 1. */
enum http2_end {
    ANSWERED, /* with a status; 0 if there is no response yet */
    RESET,    /* the stream is reset with an error code */
    ENDED,    /* the connection ends with an error code; 0 if it ends without one */
};

struct http2_outcome {
    enum http2_end end;
    unsigned code; /* the status or the error code */
};

struct http2_sent {
    int type;
    int flags;
    uint32_t stream;
    const char *fields; /* to be encoded, or else: */
    const char *bytes;
    size_t length; /* if there are no bytes, of zeros */
};

enum { HTTP2_FRAMES_MOST = 6 };

struct http2_case {
    const char *name;
    const char *section; /* 9113, 7541 or 9110, and the section */
    struct http2_outcome outcome;
    struct http2_sent frames[HTTP2_FRAMES_MOST];
    bool without_settings; /* nothing but the preface comes before the frames */
    const char *note;      /* why hob does not do what one expects */
};

struct http2_table {
    const char *name;
    const struct http2_case *cases;
    size_t count;
};

extern const struct http2_table http2_frame_cases;
extern const struct http2_table http2_stream_cases;
extern const struct http2_table http2_head_cases;
extern const struct http2_table http2_compression_cases;

/* The bytes to send on a new connection. Free them. */
char *http2_case_bytes(const struct http2_case *self, size_t *size);

/*
 * The same for a request of HTTP/1.1. NULL if HTTP/2 has no such request: with a transfer coding,
 * in another version of HTTP, not separated into lines and fields, or more than one.
 */
char *http2_request_bytes(const struct http_case *self, size_t *size);

/* A case of either kind, as bytes that a client sends. */
struct http2_exchange {
    const char *table;
    const char *name;
    const char *section;
    const char *note; /* or NULL */
    struct http2_outcome outcome;
    bool routing; /* as that of struct http_case */
    char *bytes;
    size_t size;
};

/* Makes all of them. */
struct http2_exchange *http2_exchanges_make(size_t *count);
void http2_exchanges_free(struct http2_exchange *self, size_t count);

/*
 * The outcome of a request, by the response on its stream and the error code with which the
 * connection ended (0 if it did not).
 */
struct http2_outcome http2_outcome_of(const struct http2_result *result, uint32_t connection_error);

/* "200", "reset PROTOCOL_ERROR" or "GOAWAY PROTOCOL_ERROR". */
enum { HTTP2_OUTCOME_SIZE = 40 };
const char *http2_outcome_text(const struct http2_outcome *self, char text[HTTP2_OUTCOME_SIZE]);

#endif
