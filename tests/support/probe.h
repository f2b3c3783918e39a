/*
 * A future that does nothing by itself. It counts its cancellations and releases.
 */
#ifndef HOB_TESTS_SUPPORT_PROBE_H
#define HOB_TESTS_SUPPORT_PROBE_H

#include "hob/runtime.h"
#include "runtime/future.h"
#include "tests/support/current.h"

struct probe {
    hob_future future;
    int cancels;
    int releases;
};

static inline void cancel_probe(hob_future *future, int reason)
{
    ((struct probe *)future)->cancels++;
    future_complete(future, reason);
}

static inline void release_probe(hob_future *future)
{
    ((struct probe *)future)->releases++;
}

static const struct future_kind probe_kind = {cancel_probe, release_probe};

/* A cancelled probe of this kind is not ready before a test completes it. */
static inline void cancel_probe_slowly(hob_future *future, int reason)
{
    ((struct probe *)future)->cancels++;
}

static const struct future_kind slow_probe_kind = {cancel_probe_slowly, release_probe};

static inline hob_future *probe_init(struct probe *probe, const struct future_kind *kind)
{
    *probe = (struct probe){0};
    future_init(&probe->future, kind, this_task());
    return &probe->future;
}

#endif
