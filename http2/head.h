/*
 * The head of a request of HTTP/2 (RFC 9113 section 8.3): its fields become the strings of a head,
 * as a parser of HTTP/1.1 makes them, within the same limits and by the same rules.
 */
#ifndef HOB_HTTP2_HEAD_H
#define HOB_HTTP2_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "http/buffer.h"
#include "http/head.h"
#include "http/parser_limits.h"
#include "server/request.h"

/* The beginning of a request. */
struct http2_head {
    struct head head; /* its strings lie in memory of malloc(3), NULL without a target */
    char method[24];
    uint64_t body_length; /* of Content-Length; 0 if there is none */
    bool expects_continue;
    struct refusal refusal; /* the rule or limit that it breaks, if any */
};

/*
 * The fields of a head that is being received. The pseudo-fields are the first ones, which the
 * framing checks.
 */
struct http2_fields {
    struct head strings;     /* without cookies; its data has limits->head bytes, or is NULL */
    size_t size;             /* of all that has come */
    size_t path;             /* the offset of the value of :path; 0 if there is none */
    size_t authority;        /* ... of :authority */
    size_t host;             /* ... of Host */
    struct buffer cookies;   /* the values of all fields Cookie, as one */
    struct http2_head begun; /* what the head is made of besides the strings */
};

/* Forgets the fields of the previous head. Returns 0 or -ENOMEM. */
int http2_fields_begin(struct http2_fields *self, const struct parser_limits *limits);

void http2_fields_add(
    struct http2_fields *self, const struct parser_limits *limits, const char *name,
    size_t name_length, const char *value, size_t value_length);

void http2_fields_free(struct http2_fields *self);

/* Makes the head of all its fields. */
void http2_head_make(
    struct http2_head *self, const struct http2_fields *fields, const struct parser_limits *limits);

#endif
