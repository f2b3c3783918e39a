/*
 * Reads a response in every way that its bytes can arrive: all at once, cut in two at each place,
 * and one by one; with the content in memory of its own and in place.
 */
#ifndef HOB_TESTS_SUPPORT_READ_EVERY_WAY_H
#define HOB_TESTS_SUPPORT_READ_EVERY_WAY_H

#include <stddef.h>

#include "client/response_reader.h"

struct read_response {
    struct response_reader reader; /* as it is at the end */
    char *body;                    /* ended by NUL; "" if there is none */
    size_t body_length;
    char *interim; /* the statuses 1xx, such as "100 103 " */
    size_t taken;  /* how many of the bytes */
};

/* How the bytes of a case are read. */
struct reading {
    struct response_limits limits;
    enum response_to to;
    bool ends; /* the connection ends behind the bytes */
};

/* With the limits that a client has by default. */
extern const struct reading usual_reading;

/* Ends the test unless the outcome is always the same. */
struct read_response read_every_way(const char *bytes, size_t length, const struct reading *how);

void read_response_free(struct read_response *self);

#endif
