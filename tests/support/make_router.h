/* A router of routes that must be good. */
#ifndef HOB_TESTS_SUPPORT_MAKE_ROUTER_H
#define HOB_TESTS_SUPPORT_MAKE_ROUTER_H

#include <string.h>

#include "hob/router.h"
#include "tests/support/criterion.h"

static inline hob_router *make_router(const hob_route *routes, size_t count)
{
    hob_router *router = NULL;
    const char *refused = "(none)";
    int err = hob_router_new(routes, count, &router, &refused);
    cr_assert_eq(err, 0, "%s: %s", refused, strerror(-err));
    return router;
}

/* A Test with a router of this array of routes, that its body uses as `router`. */
#define RouterTest(suite, name, routes)                                                            \
    static void suite##_##name##_of(hob_router *router);                                           \
    Test(suite, name)                                                                              \
    {                                                                                              \
        hob_router *router = make_router(routes, sizeof(routes) / sizeof((routes)[0]));            \
        suite##_##name##_of(router);                                                               \
        hob_router_free(router);                                                                   \
    }                                                                                              \
    static void suite##_##name##_of(hob_router *router)

#endif
