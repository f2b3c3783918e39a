/*
 * Parses a request in every way that its bytes can arrive: all at once, cut in two at each place,
 * and one by one.
 */
#ifndef HOB_TESTS_SUPPORT_PARSE_EVERY_WAY_H
#define HOB_TESTS_SUPPORT_PARSE_EVERY_WAY_H

#include <stddef.h>

#include "http/parser.h"

struct parsed {
    struct parser parser; /* as it is at the end */
    struct head head;
    char *body;
    size_t body_length;
    size_t taken; /* how many of the bytes */
};

/* Ends the test unless the outcome is always the same. */
struct parsed parse_every_way(const char *bytes, size_t length, const struct parser_limits *limits);

void parsed_free(struct parsed *self);

#endif
