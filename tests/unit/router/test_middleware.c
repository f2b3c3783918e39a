/* Functions around the handlers, and routes that finish. */

#include "hob/router.h"
#include "server/request.h"
#include "tests/support/ask.h"
#include "tests/support/make_router.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/trace.h"

TestSuite(middleware, .fini = expect_no_leaks, .timeout = 20);

static void expect_status(const hob_router *router, const char *line, int status)
{
    hob_test_reply *reply = ask(router, line);
    cr_expect_eq(reply->status, status, "%s: %d", line, reply->status);
    hob_test_reply_free(reply);
}

static int handle(hob_request *req, hob_response *res)
{
    trace('h');
    return hob_reply_text(res, 200, "handled");
}

static int fail(hob_request *req, hob_response *res)
{
    trace('f');
    return -EIO;
}

static const hob_route routes[] = {{"GET /{name}", handle}, {"GET /fail", fail}};

static int outer(hob_request *req, hob_response *res)
{
    trace('(');
    int result = hob_next(req, res);
    trace(')');
    return result;
}

static int inner(hob_request *req, hob_response *res)
{
    trace('[');
    int result = hob_next(req, res);
    trace(']');
    return result;
}

RouterTest(middleware, is_called_around_the_handler_in_order, routes)
{
    cr_expect_eq(hob_router_use(router, outer), 0);
    cr_expect_eq(hob_router_use(router, inner), 0);
    expect_status(router, "GET /a", 200);
    cr_expect_str_eq(traced(), "([h])", "%s", traced());
    expect_status(router, "GET /a", 200);
    cr_expect_str_eq(traced(), "([h])([h])", "%s", traced());
}

/* So that it can count or log them. */
RouterTest(middleware, is_called_around_the_routers_own_answers_too, routes)
{
    static const struct {
        const char *line;
        int status;
    } cases[] = {
        {"GET /a/b", 404},
        {"POST /a", 405},
        {"OPTIONS /a", 204},
        {"OPTIONS *", 204},
    };
    cr_expect_eq(hob_router_use(router, outer), 0);
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_status(router, cases[i].line, cases[i].status);
    cr_expect_str_eq(traced(), "()()()()", "%s", traced());
}

static int forbid(hob_request *req, hob_response *res)
{
    if (strcmp(hob_request_method(req), "HEAD") == 0)
        return hob_reply_text(res, 403, "none of your business");
    return hob_next(req, res);
}

RouterTest(middleware, may_answer_instead, routes)
{
    cr_expect_eq(hob_router_use(router, forbid), 0);
    cr_expect_eq(hob_router_use(router, outer), 0);
    expect_status(router, "HEAD /a", 403);
    cr_expect_str_eq(traced(), "", "%s", traced());
    expect_status(router, "GET /a", 200);
    cr_expect_str_eq(traced(), "(h)", "%s", traced());
}

static int mend(hob_request *req, hob_response *res)
{
    int result = hob_next(req, res);
    return result == -EIO ? hob_reply_text(res, 503, "later") : result;
}

RouterTest(middleware, gets_what_the_handler_returned, routes)
{
    cr_expect_eq(hob_router_use(router, mend), 0);
    expect_status(router, "GET /fail", 503);
    expect_status(router, "GET /a", 200);
}

static int try_twice(hob_request *req, hob_response *res)
{
    int result = hob_next(req, res);
    return result == -EIO ? hob_next(req, res) : result;
}

RouterTest(middleware, may_try_again_all_that_is_behind_it, routes)
{
    cr_expect_eq(hob_router_use(router, outer), 0);
    cr_expect_eq(hob_router_use(router, try_twice), 0);
    cr_expect_eq(hob_router_use(router, inner), 0);
    expect_status(router, "GET /fail", 500);
    cr_expect_str_eq(traced(), "([f][f])", "%s", traced());
}

static int look_at_name(hob_request *req, hob_response *res)
{
    const char *name = hob_path_value(req, "name");
    trace(name ? *name : '-');
    return hob_next(req, res);
}

RouterTest(middleware, knows_the_values_of_the_path, routes)
{
    cr_expect_eq(hob_router_use(router, look_at_name), 0);
    expect_status(router, "GET /a", 200);
    expect_status(router, "GET /a/b", 404);
    cr_expect_str_eq(traced(), "ah-", "%s", traced());
}

static hob_handler *const layers[] = {inner, look_at_name, NULL};
static const hob_route layered_routes[] = {
    HOB_ROUTE("GET /a", handle, .middleware = layers),
    HOB_ROUTE("GET /b", handle),
};

RouterTest(middleware, of_a_route_is_called_behind_that_of_the_router, layered_routes)
{
    cr_expect_eq(hob_router_use(router, outer), 0);
    expect_status(router, "GET /a", 200);
    cr_expect_str_eq(traced(), "([-h])", "%s", traced());
    expect_status(router, "GET /b", 200);
    expect_status(router, "GET /c", 404);
    cr_expect_str_eq(traced(), "([-h])(h)()", "%s", traced());
}

static int tell_whether_it_can_be_cancelled(hob_request *req, hob_response *res)
{
    trace(req->cancellable ? 'c' : 'f');
    return hob_reply(res, 204, NULL, NULL, 0);
}

static int look_and_go_on(hob_request *req, hob_response *res)
{
    trace(req->cancellable ? 'c' : 'f');
    return hob_next(req, res);
}

static const hob_route finishing_routes[] = {
    {"GET /pay", tell_whether_it_can_be_cancelled, .finishes = true},
    {"GET /eat", tell_whether_it_can_be_cancelled},
};

RouterTest(middleware, can_be_cancelled_even_if_the_route_finishes, finishing_routes)
{
    cr_expect_eq(hob_router_use(router, look_and_go_on), 0);
    expect_status(router, "GET /pay", 204);
    expect_status(router, "GET /eat", 204);
    expect_status(router, "HEAD /pay", 204);
    cr_expect_str_eq(traced(), "cfcccf", "%s", traced());
}

/* Uses so many KiB of stack. */
static int use_stack(int size)
{
    volatile char local[1024];
    local[0] = 1;
    return size == 0 ? 0 : use_stack(size - 1) + local[0];
}

static int use_a_megabyte(hob_request *req, hob_response *res)
{
    const char *name = hob_path_value(req, "name");
    hob_sleep(0);
    return name && use_stack(1000) == 1000 ? hob_reply_text(res, 200, name) : -EIO;
}

static const hob_route deep_routes[] = {
    {"GET /deep/{name}", use_a_megabyte, .stack = (size_t)2 * 1024 * 1024},
};

RouterTest(middleware, goes_before_a_handler_that_has_a_larger_stack, deep_routes)
{
    cr_expect_eq(hob_router_use(router, outer), 0);
    expect_status(router, "GET /deep/a", 200);
    cr_expect_str_eq(traced(), "()");
}
