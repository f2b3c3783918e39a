/* A router of routes that must be good. */
#ifndef HOB_TESTS_SUPPORT_MAKE_ROUTER_H
#define HOB_TESTS_SUPPORT_MAKE_ROUTER_H

#include <string.h>

#include "hob/router.h"
#include "tests/support/criterion.h"

static inline hob_router *make_router(const hob_route *routes, size_t count)
{
    hob_router *router = NULL;
    const char *culprit = "(none)";
    int err = hob_router_new(routes, count, &router, &culprit);
    cr_assert_eq(err, 0, "%s: %s", culprit, strerror(-err));
    return router;
}

#endif
