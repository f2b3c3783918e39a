/*
 * How often a client may do something that costs the server more than the client: a number at once,
 * and so many more each second.
 */
#ifndef HOB_HTTP2_BUDGET_H
#define HOB_HTTP2_BUDGET_H

#include <stdbool.h>

struct http2_budget {
    double left;
    double most;
    double each_second;
    double at; /* the time of `left`, by hob_now() */
};

static inline struct http2_budget http2_budget_of(double most, double each_second)
{
    return (struct http2_budget){.left = most, .most = most, .each_second = each_second};
}

/* Takes 1 at the time `now`. Returns false if nothing is left. */
static inline bool http2_budget_take(struct http2_budget *self, double now)
{
    double refilled = self->left + (now - self->at) * self->each_second;
    self->left = refilled < self->most ? refilled : self->most;
    self->at = now;
    if (self->left < 1)
        return false;
    self->left--;
    return true;
}

#endif
