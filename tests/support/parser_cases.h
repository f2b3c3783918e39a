/*
 * Requests for the parser, and whether it must accept or refuse them. Each is parsed whole, cut in
 * two at each place, and byte by byte.
 */
#ifndef HOB_TESTS_SUPPORT_PARSER_CASES_H
#define HOB_TESTS_SUPPORT_PARSER_CASES_H

#include <stddef.h>

#include "http/parser.h"
#include "tests/support/parse_every_way.h"

/* The strings are joined by the compiler, so that a case shows the bytes as they are sent. */
#define GET       "GET / HTTP/1.1\r\n"
#define POST      "POST / HTTP/1.1\r\n"
#define HOST      "Host: h\r\n"
#define CHUNKED   "Transfer-Encoding: chunked\r\n"
#define PIPELINED "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"

enum { HEAD_LIMIT = 16 * 1024 }; /* its default */

/* The limits of the parser. A test may change them. */
extern struct parser_limits limits;

/* For the beginning of each test of a suite: .init = set_default_limits */
void set_default_limits(void);

/* Parses what must be a good request. The one that follows it must be left alone. */
struct parsed accept_bytes(const char *request, size_t length);
struct parsed accept_request(const char *request);

/* Parses what must be refused with this status, for a reason that contains these words. */
void refuse_bytes(const char *request, size_t length, int status, const char *words);

struct bad_request {
    const char *request;
    int status;
    const char *words;
};

void refuse_all(const struct bad_request *cases, size_t count);

#endif
