/*
 * The behaviour of a server for exactly these bytes, one case per rule of RFC 9110 and RFC 9112:
 * first on its connection, sent as a whole or byte by byte. The tables are hob's, and are held
 * against other servers by against.c.
 */
#ifndef HOB_TESTS_CONFORMANCE_CASE_H
#define HOB_TESTS_CONFORMANCE_CASE_H

#include <stdbool.h>
#include <stddef.h>

/* The state of the connection after all responses. */
enum fate {
    KEPT,   /* another request is answered on it */
    CLOSED, /* by the server, and nothing more was answered */
    WAITS,  /* the server waits for the rest of the request */
};

enum { RESPONSES_MAX = 4 };

/* Over HTTP/2 the stream is reset with PROTOCOL_ERROR (RFC 9113 section 8.1.1). */
enum { HTTP2_RESETS = -1 };

struct http_case {
    const char *name;
    const char *section; /* 9110 or 9112, and the section */
    const char *bytes;
    size_t size;
    int statuses[RESPONSES_MAX]; /* of the responses in their order; 0 ends them */
    enum fate fate;

    size_t times;       /* unless 0: the first "~" stands for so many times... */
    const char *repeat; /* ...this text; NULL is "x" */
    int http2; /* unless 0: the status over HTTP/2, or HTTP2_RESETS. Otherwise it is the same, but
                  HTTP2_RESETS for 400 */
    bool routing;     /* it is the routes that decide, so other servers are not compared */
    const char *note; /* why hob is more lenient than another server, or not as one expects */
};

struct case_table {
    const char *name;
    const struct http_case *cases;
    size_t count;
};

extern const struct case_table request_line_cases;
extern const struct case_table path_cases;
extern const struct case_table field_cases;
extern const struct case_table framing_cases;
extern const struct case_table smuggling_cases;
extern const struct case_table semantics_cases;

/* All of them. */
enum { TABLE_COUNT = 6 };
extern const struct case_table *const case_tables[TABLE_COUNT];

/* The bytes to send. Free them. NULL without memory. */
char *case_bytes(const struct http_case *self, size_t *size);

#endif
