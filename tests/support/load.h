/*
 * Clients that ask for GET /ping over and over, each from a thread of its own: half of them keep
 * their connection for as long as the server lets them, half open a new one for each request.
 *
 * They are honest where others are lenient: a request that does not get its whole answer is lost,
 * and is not sent again.
 */
#ifndef HOB_TESTS_SUPPORT_LOAD_H
#define HOB_TESTS_SUPPORT_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "hob/address.h"

struct load;

struct load_result {
    size_t served;
    size_t lost;
    size_t connections;
    char first_loss[128]; /* what became of it */
};

/* Starts so many clients of a server at an address, such as "127.0.0.1:8080". */
struct load *load_start(const char *address, size_t clients);

/* From now on a client that is refused a connection has done its work: the server stops. */
void load_expect_end(struct load *self);

/* How many requests have been answered so far. */
size_t load_served(struct load *self);

/* Waits until the clients have finished their requests, and frees everything. */
struct load_result load_end(struct load *self);

/* The same, for a load of which no request may be lost. */
struct load_result load_end_without_loss(struct load *self);

#endif
