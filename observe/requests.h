/* Counts completed requests by route, method and status, and measures them by route. */
#ifndef HOB_OBSERVE_REQUESTS_H
#define HOB_OBSERVE_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "hob/metrics.h"

/* The requests of a route with one method and status. */
struct series {
    const char *method; /* one of the constants of requests.c; "other" if it is unknown */
    int status;
    uint64_t count;
    struct series *next;
};

struct route_count {
    const char *pattern; /* NULL for requests without a route, and for routes above the limit */
    struct series *series;
    struct histogram seconds;
    struct route_count *next;
    struct {
        size_t used; /* bytes, the maximum of all measurements */
        size_t size; /* 0 before the first measurement */
    } stack;
};

/*
 * A cache finds the route of a request by the address of its pattern; a newer route replaces an
 * older one in the same entry. Other requests are searched for by the text of the pattern. The
 * method GET is also compared by its address.
 */
#define RECENT_ROUTES 1024

struct requests {
    struct route_count *recent[RECENT_ROUTES]; /* the cache; no entry is NULL */
    struct route_count others;
    struct route_count *routes; /* without `others`, the newest first */
    size_t route_count;
};

void requests_init(struct requests *self);
void requests_free(struct requests *self);

void requests_add(struct requests *self, const hob_exchange *exchange);

/*
 * Records how much stack a request of a route has used. Logs a warning if that is a new maximum and
 * more than three quarters of the stack.
 */
void requests_record_stack(struct requests *self, const char *pattern, size_t used, size_t size);

/* Adds the metrics of requests to an exposition. */
void requests_expose(const struct requests *self, hob_exposition *out);

#endif
