/* The state of a route and the context of the server. */

#include "hob/log.h"
#include "hob/router.h"
#include "tests/support/ask.h"
#include "tests/support/make_router.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(state, .fini = expect_no_leaks, .timeout = 20);

/* The result of the handler for a GET of this path. */
static int result_of(const hob_router *router, void *context, const char *path)
{
    char line[128];
    const hob_server_options options = {
        .handler = hob_router_handle, .router = router, .context = context};
    snprintf(line, sizeof(line), "GET %s", path);
    hob_test_reply *reply = hob_test_request(&options, line, NULL);
    int result = reply->result;
    hob_test_reply_free(reply);
    return result;
}

static int return_number(hob_request *req, hob_response *res)
{
    const int *number = hob_state(req);
    hob_reply_text(res, 200, "");
    return number ? *number : -ENODATA;
}

static int first = 1, second = 2;

static const hob_route routes[] = {
    HOB_ROUTE("GET /a", return_number, &first),
    HOB_ROUTE("GET /b", return_number, .state = &second),
    HOB_ROUTE("GET /none", return_number),
    HOB_ROUTE("GET /deep", return_number, .state = &second, .stack = (size_t)256 * 1024),
};

RouterTest(state, is_that_of_the_route_which_the_request_takes, routes)
{
    cr_expect_eq(result_of(router, NULL, "/a"), 1);
    cr_expect_eq(result_of(router, NULL, "/b"), 2);
    cr_expect_eq(result_of(router, NULL, "/deep"), 2);
    cr_expect_eq(result_of(router, NULL, "/none"), -ENODATA);
}

static int return_what_middleware_sees(hob_request *req, hob_response *res)
{
    hob_next(req, res);
    return return_number(req, res);
}

RouterTest(state, is_known_to_middleware_and_none_without_a_route, routes)
{
    cr_expect_eq(hob_router_use(router, return_what_middleware_sees), 0);
    cr_expect_eq(result_of(router, NULL, "/b"), 2);
    cr_expect_eq(result_of(router, NULL, "/other"), -ENODATA);
}

static int return_state_and_context(hob_request *req, hob_response *res)
{
    const int *context = hob_request_context(req);
    return return_number(req, res) + *context;
}

Test(state, comes_beside_the_context_of_the_server)
{
    static const hob_route route = HOB_ROUTE("GET /", return_state_and_context, &first);
    int context = 10;
    hob_router *router = make_router(&route, 1);
    cr_expect_eq(result_of(router, &context, "/"), 11);
    hob_router_free(router);
}

static int call_next(hob_request *req, hob_response *res)
{
    return hob_next(req, res);
}

Test(state, a_router_that_the_server_does_not_have_is_reported)
{
    const hob_server_options servers[] = {{.handler = hob_router_handle}, {.handler = call_next}};
    for (size_t i = 0; i < COUNT(servers); i++) {
        hob_test_reply *reply = hob_test_request(&servers[i], "GET /", NULL);
        cr_expect_eq(reply->result, -EPROTO);
        hob_test_reply_free(reply);
    }
}
