/*
 * Mistakes of those who use the router: the log says what is wrong and where, and nothing crashes.
 */

#include "hob/router.h"
#include "tests/support/ask.h"
#include "tests/support/child.h"
#include "tests/support/make_router.h"
#include "tests/support/test.h"

TestSuite(mistakes, .timeout = 20);

static int say_hello(hob_request *req, hob_response *res)
{
    return hob_reply_text(res, 200, "hello");
}

struct refused_route {
    hob_route route;
    const char *line; /* in the log */
};

static void make_bad_router(void *arg)
{
    const struct refused_route *bad = arg;
    const hob_route routes[] = {{"GET /{a}", say_hello}, bad->route};
    hob_router *router;
    const char *refused = "(none)";
    int err = hob_router_new(routes, COUNT(routes), &router, &refused);
    _exit((err != -EINVAL && err != -EEXIST) || refused != bad->route.pattern);
}

static void expect_logged(void (*fn)(void *arg), void *arg, const char *line)
{
    struct child_end end = run_in_child(fn, arg);
    cr_expect(child_returned(&end), "%s: status %#x", line, end.status);
    cr_expect(strstr(end.output, line), "%s\n%s", line, end.output);
}

Test(mistakes, in_a_route_are_named_with_their_place)
{
    static struct refused_route cases[] = {
        {{"GET orders", say_hello}, "\"GET orders\" is refused: the method is not followed by"},
        {{"GET orders", say_hello}, "at \" orders\""},
        {{"BREW /tea", say_hello}, "the method is not one of GET, HEAD, POST"},
        {{"GET /a b", say_hello}, "cannot have this byte, at \" b\""},
        {{"GET /a/{id}x/b", say_hello}, "braces must enclose a whole segment"},
        {{"GET /a/{id}x/b", say_hello}, "at \"/{id}x/b\""},
        {{"GET /{id}/b/{id}", say_hello}, "the name occurs twice, at \"/{id}\""},
        {{"GET /{p...}/b", say_hello}, "{name...} is not at the end, at \"/{p...}/b\""},
        {{"GET /../a", say_hello}, "the path cannot be normalised, at \"/../a\""},
        {{"GET /{b}", say_hello},
         "\"GET /{b}\" is refused: it matches the same requests as \"GET /{a}\""},
        {{"GET /b"}, "\"GET /b\" is refused: it has no handler"},
        {{"GET /b", say_hello, .timeout = -1}, "its timeout is negative or not a number"},
        {{0}, "route 2 of 2 is refused: it has no pattern"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_logged(make_bad_router, &cases[i], cases[i].line);
}

static int call_next(hob_request *req, hob_response *res)
{
    return hob_next(req, res);
}

static int take_another_route(hob_request *req, hob_response *res)
{
    int mine;
    hob_request_set_route(req, "GET /mine", &mine);
    return hob_next(req, res);
}

static int ask_for_another_name(hob_request *req, hob_response *res)
{
    const char *value = hob_path_value(req, "ID");
    return hob_reply_text(res, value ? 200 : 404, "");
}

static int add_header_behind(hob_request *req, hob_response *res)
{
    int err = hob_reply_text(res, 200, "");
    hob_response_add_header(res, "X-Late", req ? "yes" : "no");
    return err;
}

struct mistaken {
    hob_handler *handler;
    hob_handler *middleware; /* NULL for none */
    int result;
};

static void answer(void *arg)
{
    const struct mistaken *self = arg;
    const hob_route routes[] = {{"GET /orders/{id}", self->handler}, {"GET /{name}", say_hello}};
    hob_router *router = make_router(routes, COUNT(routes));
    if (self->middleware)
        hob_router_use(router, self->middleware);
    hob_test_reply *reply = ask(router, "GET /orders/1");
    bool expected = reply->result == self->result;
    hob_test_reply_free(reply);
    hob_router_free(router);
    _exit(!expected);
}

Test(mistakes, in_a_handler_or_middleware_are_logged)
{
    static struct {
        struct mistaken mistaken;
        const char *line;
    } cases[] = {
        {{call_next, NULL, -EPROTO},
         "hob_next() was called by the handler of \"GET /orders/{id}\""},
        {{call_next, call_next, -EPROTO}, "hob_next() was called by the handler of"},
        {{ask_for_another_name, NULL, 0},
         "neither \"GET /orders/{id}\" nor another route has {ID}"},
        {{add_header_behind, NULL, 0},
         "the header X-Late was added after the reply to GET /orders/1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_logged(answer, &cases[i].mistaken, cases[i].line);
}

static int ask_for_the_name_of_another_route(hob_request *req, hob_response *res)
{
    const char *value = hob_path_value(req, "name");
    return hob_reply_text(res, value ? 200 : 404, "");
}

Test(mistakes, a_name_that_only_another_route_has_is_none)
{
    struct mistaken mistaken = {ask_for_the_name_of_another_route, NULL, 0};
    struct child_end end = run_to_return(answer, &mistaken);
    cr_expect_str_empty(end.output);
}

Test(mistakes, replacing_the_route_ends_the_process)
{
    struct mistaken mistaken = {say_hello, take_another_route, 0};
    struct child_end end = run_to_abort(answer, &mistaken);
    cr_expect(
        strstr(end.output, "hob_request_set_route(): a router has set the route"), "%s",
        end.output);
}
