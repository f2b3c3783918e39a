#include "hob/router.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/coroutine.h"
#include "tests/support/lone_request.h"

TestSuite(router, .timeout = 20);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int reply_get(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "get");
}

static int reply_post(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "post");
}

static int reply_head(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 299, "head");
}

static int reply_options(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 299, "options");
}

static int fail_to_reply(hob_request *req, hob_response *res)
{
    (void)req;
    (void)res;
    return -ETIMEDOUT;
}

static const hob_route menu[] = {
    {"GET /", reply_get},          {"GET /dishes", reply_get},
    {"POST /dishes", reply_post},  {"DELETE /dishes", reply_post},
    {"POST /orders", reply_post},  {"GET /head", reply_get},
    {"HEAD /head", reply_head},    {"OPTIONS /options", reply_options},
    {"GET /fails", fail_to_reply},
};

static hob_router *make_router(const hob_route *routes, size_t count)
{
    hob_router *router = NULL;
    const char *culprit = NULL;
    cr_expect_eq(hob_router_new(routes, count, &router, &culprit), 0, "%s", culprit);
    return router;
}

/* Making one. */

Test(router, refuses_patterns_that_are_none)
{
    static const char *const patterns[] = {
        "",         "GET",        "/",      "GET/",      "get /",         "GET  /",    " GET /",
        "GET / ",   "GET dishes", "GET *",  "GETT /",    "GE /",          "BREW /tea", "GET /a b",
        "GET /a?b", "GET /a#b",   "GET\t/", "CONNECT /", "GET http://h/",
    };
    for (size_t i = 0; i < COUNT(patterns); i++) {
        const hob_route routes[] = {{"GET /good", reply_get}, {patterns[i], reply_get}};
        hob_router *router = NULL;
        const char *culprit = NULL;
        cr_expect_eq(hob_router_new(routes, 2, &router, &culprit), -EINVAL, "'%s'", patterns[i]);
        cr_expect_eq(culprit, patterns[i]);
        cr_expect_null(router);
    }
}

Test(router, refuses_the_same_pattern_twice)
{
    const hob_route routes[] = {
        {"GET /a", reply_get},
        {"POST /a", reply_post},
        {"GET /b", reply_get},
        {"GET /a", reply_post}};
    hob_router *router = NULL;
    const char *culprit = NULL;
    cr_expect_eq(hob_router_new(routes, COUNT(routes), &router, &culprit), -EEXIST);
    cr_expect_eq(culprit, routes[3].pattern);
    cr_expect_null(router);
}

Test(router, that_is_none_can_be_freed)
{
    hob_router_free(NULL);
}

/* Asking one. */

static void expect_answer(
    hob_router *router, const char *method, const char *target, int status, const char *content,
    const char *allow)
{
    struct lone_request lone;
    char text[256];
    char status_line[32];
    char allow_line[128];
    snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: h\r\n\r\n", method, target);
    snprintf(status_line, sizeof(status_line), "HTTP/1.1 %d ", status);
    snprintf(allow_line, sizeof(allow_line), "\r\nAllow: %s\r\n", allow ? allow : "");

    lone_request_init(&lone, text, router);
    cr_expect_eq(hob_router_handle(&lone.req, &lone.res), 0, "%s %s", method, target);
    const char *response = lone_response(&lone);
    cr_expect_eq(strncmp(response, status_line, strlen(status_line)), 0, "%s%s", text, response);
    cr_expect_str_eq(lone_content(&lone), content, "%s", text);
    const char *line = allow ? allow_line : "\r\nAllow:";
    cr_expect_eq(strstr(response, line) != NULL, allow != NULL, "%s%s", text, response);
    lone_request_free(&lone);
}

CoroutineTest(router, finds_the_handler_of_method_and_path)
{
    static const struct {
        const char *method, *target;
        int status;
        const char *content, *allow;
    } cases[] = {
        {"GET", "/", 200, "get", NULL},
        {"GET", "/dishes", 200, "get", NULL},
        {"POST", "/dishes", 200, "post", NULL},
        {"DELETE", "/dishes", 200, "post", NULL},
        {"GET", "/dishes?hot=1", 200, "get", NULL}, /* the query is not part of the path */
        {"GET", "/dishes?", 200, "get", NULL},
        {"GET", "http://h/dishes", 200, "get", NULL}, /* RFC 9112 section 3.2.2 */
        {"GET", "http://h", 200, "get", NULL},

        /* HEAD is GET without content (RFC 9110 section 9.3.2), unless there is a route for it. */
        {"HEAD", "/dishes", 200, "", NULL},
        {"HEAD", "/head", 299, "", NULL},
        {"HEAD", "/orders", 405, "", "POST, OPTIONS"},

        {"GET", "/none", 404, "404 Not Found\n", NULL},
        {"GET", "/Dishes", 404, "404 Not Found\n", NULL}, /* RFC 9110 section 4.2.3 */
        {"GET", "/dishes/", 404, "404 Not Found\n", NULL},
        {"GET", "/dish", 404, "404 Not Found\n", NULL},
        {"GET", "//", 404, "404 Not Found\n", NULL},
        {"OPTIONS", "/none", 404, "404 Not Found\n", NULL},

        /* RFC 9110 sections 15.5.6 and 10.2.1. */
        {"PUT", "/dishes", 405, "405 Method Not Allowed\n", "GET, HEAD, POST, DELETE, OPTIONS"},
        {"GET", "/orders", 405, "405 Method Not Allowed\n", "POST, OPTIONS"},
        {"PROPFIND", "/", 405, "405 Method Not Allowed\n", "GET, HEAD, OPTIONS"},

        /* RFC 9110 section 9.3.7. */
        {"OPTIONS", "/dishes", 204, "", "GET, HEAD, POST, DELETE, OPTIONS"},
        {"OPTIONS", "/options", 299, "options", NULL},
        {"OPTIONS", "*", 204, "", "GET, HEAD, POST, DELETE, OPTIONS"},
    };
    hob_router *router = make_router(menu, COUNT(menu));
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_answer(
            router, cases[i].method, cases[i].target, cases[i].status, cases[i].content,
            cases[i].allow);
    hob_router_free(router);
}

CoroutineTest(router, passes_on_what_the_handler_returns)
{
    struct lone_request lone;
    hob_router *router = make_router(menu, COUNT(menu));
    lone_request_init(&lone, "GET /fails HTTP/1.1\r\nHost: h\r\n\r\n", router);
    cr_expect_eq(hob_router_handle(&lone.req, &lone.res), -ETIMEDOUT);
    cr_expect_str_eq(lone_response(&lone), "");
    lone_request_free(&lone);
    hob_router_free(router);
}

CoroutineTest(router, without_routes_knows_no_path)
{
    hob_router *router = make_router(NULL, 0);
    expect_answer(router, "GET", "/", 404, "404 Not Found\n", NULL);
    expect_answer(router, "OPTIONS", "*", 204, "", "OPTIONS");
    hob_router_free(router);
}

CoroutineTest(router, finds_each_of_many)
{
    enum { MANY = 500 };
    static char patterns[MANY][32];
    static hob_route routes[MANY];
    for (int i = 0; i < MANY; i++) {
        /* 7 and MANY have no common factor: every number once, but not in order. */
        snprintf(patterns[i], sizeof(patterns[i]), "GET /dish/%d", i * 7 % MANY);
        routes[i] = (hob_route){patterns[i], reply_get};
    }
    hob_router *router = make_router(routes, MANY);
    for (int i = 0; i < MANY; i++)
        expect_answer(router, "GET", patterns[i] + strlen("GET "), 200, "get", NULL);
    expect_answer(router, "GET", "/dish/500", 404, "404 Not Found\n", NULL);
    hob_router_free(router);
}
