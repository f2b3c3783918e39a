/* Requests that were answered, counted by route, method and status. */
#ifndef HOB_OBSERVE_REQUESTS_H
#define HOB_OBSERVE_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "hob/metrics.h"

/* A method and status of a route's requests. */
struct series {
    const char *method; /* its one name in requests.c, or "other": clients may send any token */
    int status;
    uint64_t count;
    struct series *next;
};

struct route_count {
    const char *pattern; /* NULL for those without one, and those of one too many */
    struct series *series;
    struct histogram seconds;
    struct route_count *next;
    struct {
        size_t used; /* bytes, the most that was measured */
        size_t size; /* 0 if it was not measured yet */
    } stack;
};

/*
 * A request's route is found by the address of its pattern, in a table whose entries the newest
 * takes over: only the first request of a route, or one whose place another has taken, is searched
 * for by its text. Of the methods GET is looked for in the same way.
 */
#define RECENT_ROUTES 1024

struct requests {
    struct route_count *recent[RECENT_ROUTES]; /* never NULL */
    struct route_count others;
    struct route_count *routes; /* all but the others, the newest first */
    size_t route_count;
};

void requests_init(struct requests *self);
void requests_free(struct requests *self);

void requests_add(struct requests *self, const hob_exchange *exchange);

/*
 * Notes how much stack a request of a route has used. Warns in the log when that is more than three
 * quarters of it, and more than ever.
 */
void requests_note_stack(struct requests *self, const char *pattern, size_t used, size_t size);

void requests_tell(const struct requests *self, hob_exposition *out);

#endif
