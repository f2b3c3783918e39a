/* The functions of a route: middleware, each of which calls the next one, and the handler. */
#ifndef HOB_ROUTER_CHAIN_H
#define HOB_ROUTER_CHAIN_H

#include <stddef.h>

#include "hob/server.h"

/*
 * The last function of a chain: hob_next() calls it if the handler calls hob_next(). Logs that and
 * returns -EPROTO.
 */
hob_handler refuse_next;

struct chain {
    hob_handler **functions; /* the outermost first; refuse_next() behind the last one */
    size_t count;
};

/* Makes room for one more function. Returns 0 or -ENOMEM. */
int chain_reserve(struct chain *self);

/* Inserts a function at an index, for which chain_reserve() has made room. */
void chain_insert(struct chain *self, size_t index, hob_handler *function);

/* Appends a function. Returns 0 or -ENOMEM. */
int chain_append(struct chain *self, hob_handler *function);

void chain_free(struct chain *self);

#endif
