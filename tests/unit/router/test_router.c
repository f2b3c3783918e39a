#include "hob/router.h"
#include "http/status.h"
#include "tests/support/ask.h"
#include "tests/support/make_router.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(router, .fini = expect_no_leaks, .timeout = 20);

/* Handlers that can be told apart. */

static int reply_a(hob_request *req, hob_response *res)
{
    return hob_reply(res, 200, NULL, "a", 1);
}

static int reply_b(hob_request *req, hob_response *res)
{
    return hob_reply(res, 200, NULL, "b", 1);
}

static int reply_c(hob_request *req, hob_response *res)
{
    return hob_reply(res, 200, NULL, "c", 1);
}

Test(router, routes_are_counted_up_to_the_empty_one)
{
    cr_expect_eq(hob_routes_count((hob_route[]){{0}}), 0);
    cr_expect_eq(hob_routes_count((hob_route[]){{"GET /a", reply_a}, {"GET /b", reply_b}, {0}}), 2);
}

Test(router, takes_any_path_and_patterns_that_overlap)
{
    static const hob_route routes[] = {
        {"GET /", reply_a},        {"GET //", reply_a},     {"GET /a", reply_a},
        {"GET /a/", reply_a},      {"GET /A", reply_a},     {"GET /a/b.c-d_e~f", reply_a},
        {"GET /%20", reply_a},     {"GET /*", reply_a},     {"GET /a:b@c;d=e,f", reply_a},
        {"GET /%7Ba%7D", reply_a}, {"GET /|", reply_a},     {"GET /~", reply_a},
        {"GET /{a}", reply_a},     {"POST /{b}", reply_a},  {"GET /a/{b...}", reply_a},
        {"GET /{a...}", reply_a},  {"GET /{a}/", reply_a},  {"GET /{a}/{b}", reply_a},
        {"GET /a/{b}", reply_a},   {"GET /{a}/b", reply_a}, {"GET //{a...}", reply_a},
        {"HEAD /{a...}", reply_a},
    };
    hob_router_free(make_router(routes, COUNT(routes)));
}

/* Expects the error, and that this pattern is named. */
static void expect_refused(const hob_route *routes, size_t count, int err, const char *pattern)
{
    hob_router *router = NULL;
    const char *refused = "(none)";
    cr_expect_eq(hob_router_new(routes, count, &router, &refused), err, "'%s'", pattern);
    cr_expect_eq(refused, pattern, "'%s' instead of '%s'", refused, pattern);
    cr_expect_null(router);
}

static void expect_all_refused(const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const hob_route routes[] = {
            {"GET /", reply_a}, {patterns[i], reply_b}, {"GET /c", reply_c}};
        expect_refused(routes, COUNT(routes), -EINVAL, patterns[i]);
    }
}

Test(router, refuses_a_bad_pattern_and_returns_it)
{
    static const char *const methods[] = {
        "",        " ",         "GET",   "GET ",          "/",         " /",    "GET/",   "GET  /",
        "GET\t/",  " GET /",    "GET a", "GET *",         "get /",     "Get /", "GETS /", "GE /",
        "TRACE /", "CONNECT /", "* /",   "GET http://h/", "OPTIONS *",
    };
    static const char *const bytes[] = {
        "GET /a ", "GET /a b", "GET /a?",   "GET /?b",
        "GET /a#", "GET /a\t", "GET /\x7f", "GET /\xc3\xbc",
    };
    static const char *const not_normal[] = {
        "GET /%", "GET /%0", "GET /%xx", "GET /%00", "GET /..", "GET /a/../..", "GET /%2e%2E",
    };
    static const char *const braces[] = {
        "GET /{",    "GET /}",     "GET /{}",       "GET /}{",     "GET /{a",
        "GET /a}",   "GET /{{a}}", "GET /{a}}",     "GET /{a}{b}", "GET /{a/b}",
        "GET /a{b}", "GET /{a}b",  "GET /{a}.json", "GET /{a}/{b",
    };
    static const char *const names[] = {
        "GET /{ }",     "GET /{a b}",     "GET /{a-b}",      "GET /{a.b}",
        "GET /{a%20}",  "GET /{*}",       "GET /{...}",      "GET /{..}",
        "GET /{a..}",   "GET /{a....}",   "GET /{a... }",    "GET /{...a}",
        "GET /{a}/{a}", "GET /{a}/b/{a}", "GET /{a}/{a...}", "GET /{a}/{b}/{%61}",
    };
    static const char *const behind_the_rest[] = {
        "GET /{a...}/",
        "GET /{a...}/b",
        "GET /{a...}/{b}",
        "GET /{a...}/{b...}",
    };
    expect_all_refused(methods, COUNT(methods));
    expect_all_refused(bytes, COUNT(bytes));
    expect_all_refused(not_normal, COUNT(not_normal));
    expect_all_refused(braces, COUNT(braces));
    expect_all_refused(names, COUNT(names));
    expect_all_refused(behind_the_rest, COUNT(behind_the_rest));
}

Test(router, refuses_a_pattern_that_stands_twice)
{
    static const hob_route routes[] = {
        {"GET /a", reply_a},  {"POST /a", reply_a}, {"GET /b", reply_a},
        {"POST /a", reply_b}, {"GET /a", reply_b},
    };
    expect_refused(routes, COUNT(routes), -EEXIST, routes[3].pattern);
}

Test(router, refuses_patterns_that_match_the_same)
{
    static const struct {
        const char *first, *second;
    } cases[] = {
        {"GET /a", "GET /%61"},
        {"GET /a", "GET /b/../a"},
        {"GET /%2f", "GET /%2F"},
        {"GET /{a}", "GET /{b}"},
        {"GET /a/{b}/c", "GET /a/{c}/c"},
        {"GET /{a...}", "GET /{b...}"},
        {"DELETE /{a}/{b...}", "DELETE /{b}/{a...}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const hob_route routes[] = {
            {cases[i].first, reply_a}, {"GET /x", reply_b}, {cases[i].second, reply_c}};
        expect_refused(routes, COUNT(routes), -EEXIST, cases[i].second);
    }
}

#define EIGHT      "/a/b/c/d/e/f/g/h"
#define THIRTY_TWO EIGHT EIGHT EIGHT EIGHT

Test(router, refuses_a_pattern_of_more_than_32_segments)
{
    static const hob_route routes[] = {
        {"GET " THIRTY_TWO, reply_a}, {"GET " THIRTY_TWO "/", reply_a}};
    expect_refused(routes, COUNT(routes), -EINVAL, routes[1].pattern);
}

Test(router, refuses_a_stack_that_is_too_large)
{
    static const hob_route routes[] = {
        {"GET /a", reply_a, .stack = HOB_STACK_MAX},
        {"GET /b", reply_b, .stack = HOB_STACK_MAX + 1}};
    expect_refused(routes, COUNT(routes), -EINVAL, routes[1].pattern);
}

Test(router, needs_no_more_of_its_routes_once_it_is_made)
{
    char pattern[] = "GET /{name}";
    hob_route route = {pattern, reply_a};
    hob_router *router = make_router(&route, 1);
    memset(pattern, 'x', sizeof(pattern) - 1);
    memset(&route, 0, sizeof(route));
    hob_test_reply *reply = ask(router, "GET /a");
    cr_expect_eq(reply->status, 200);
    hob_test_reply_free(reply);
    hob_router_free(router);
    hob_router_free(NULL);
}

struct exchange {
    const char *line;     /* the request line without its version */
    const char *response; /* without the lines that are the same in all */
};

static char *put_header(char *at, const hob_test_reply *reply, const char *name)
{
    const char *value = hob_test_header(reply, name);
    return value ? at + sprintf(at, "%s: %s\r\n", name, value) : at;
}

static void expect_exchanges(
    const hob_route *routes, size_t route_count, const struct exchange *cases, size_t count)
{
    hob_router *router = make_router(routes, route_count);
    for (size_t i = 0; i < count; i++) {
        char text[300];
        hob_test_reply *reply = ask(router, cases[i].line);
        char *end = text + sprintf(text, "%d %s\r\n", reply->status, status_reason(reply->status));
        end = put_header(end, reply, "Content-Length");
        end = put_header(end, reply, "Allow");
        sprintf(end, "\r\n%s", reply->content);
        cr_expect_str_eq(text, cases[i].response, "%s: %s", cases[i].line, text);
        cr_expect_geq(reply->result, 0);
        hob_test_reply_free(reply);
    }
    hob_router_free(router);
}

#define A         "200 OK\r\nContent-Length: 1\r\n\r\na"
#define B         "200 OK\r\nContent-Length: 1\r\n\r\nb"
#define C         "200 OK\r\nContent-Length: 1\r\n\r\nc"
#define ONLY_HEAD "200 OK\r\nContent-Length: 1\r\n\r\n"
#define NOT_FOUND "404 Not Found\r\nContent-Length: 14\r\n\r\n404 Not Found\n"
#define NOT_ALLOWED(methods)                                                                       \
    "405 Method Not Allowed\r\nContent-Length: 23\r\nAllow: " methods                              \
    "\r\n\r\n405 Method Not Allowed\n"
#define ALLOWED(methods) "204 No Content\r\nAllow: " methods "\r\n\r\n"

/* RFC 9110 section 9.3.2: HEAD as GET. */
Test(router, calls_the_handler_of_method_and_path)
{
    static const hob_route routes[] = {
        {"GET /", reply_c}, {"GET /a", reply_a}, {"POST /a", reply_b}, {"GET /b", reply_b}};
    static const struct exchange cases[] = {
        {"GET /", C},           {"GET /a", A},          {"POST /a", B},
        {"GET /b", B},          {"GET /?", C},          {"GET /?b", C},
        {"GET /b?/c?d", B},     {"GET http://i/b", B},  {"GET http://i", C},
        {"GET http://i?/b", C}, {"HEAD /a", ONLY_HEAD}, {"HEAD /b?c", ONLY_HEAD},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

/* RFC 3986 section 6.2.2: what differs after that may be another place. */
Test(router, takes_the_normalised_path_to_the_letter)
{
    static const hob_route routes[] = {
        {"GET /a", reply_a},
        {"GET /A", reply_b},
        {"GET /a/", reply_c},
    };
    static const struct exchange cases[] = {
        {"GET /a", A},          {"GET /A", B},           {"GET /a/", C},
        {"GET /A/", NOT_FOUND}, {"GET //a", NOT_FOUND},  {"GET /a//", NOT_FOUND},
        {"GET /%61", A},        {"GET /b/../a", A},      {"GET /ab", NOT_FOUND},
        {"GET /", NOT_FOUND},   {"GET /a;b", NOT_FOUND},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

Test(router, normalises_patterns_as_it_does_paths)
{
    static const hob_route routes[] = {
        {"GET /%61", reply_a},
        {"GET /x/../%7e/.", reply_b},
        {"GET /%2f/{%69d}", reply_c},
    };
    static const struct exchange cases[] = {
        {"GET /a", A},
        {"GET /%61", A},
        {"GET /~/", B},
        {"GET /%2F/x", C},
        {"GET /%2f/x", C},
        {"GET ///x", NOT_FOUND},
        {"GET /%2561", NOT_FOUND},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

static int reply_route(hob_request *req, hob_response *res)
{
    const char *route = hob_request_route(req);
    return hob_reply(res, 200, NULL, route, strlen(route));
}

Test(router, has_the_pattern_of_the_route)
{
    static const hob_route routes[] = {
        {"GET /", reply_route},
        {"GET /a/{b}/{c...}", reply_route},
        {"POST /%7e/./{d}", reply_route}};
    static const struct exchange cases[] = {
        {"GET /", "200 OK\r\nContent-Length: 5\r\n\r\nGET /"},
        {"GET /a/1/2/3?d", "200 OK\r\nContent-Length: 17\r\n\r\nGET /a/{b}/{c...}"},
        {"HEAD /a/1/", "200 OK\r\nContent-Length: 17\r\n\r\n"},
        {"POST /~/1", "200 OK\r\nContent-Length: 11\r\n\r\nPOST /~/{d}"},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

static int expect_no_route(hob_request *req, hob_response *res)
{
    int result = hob_next(req, res);
    cr_expect_null(hob_request_route(req));
    return result;
}

Test(router, has_no_pattern_without_a_route)
{
    static const hob_route routes[] = {{"GET /a", reply_a}};
    static const char *const lines[] = {"GET /b", "POST /a", "OPTIONS /a", "OPTIONS *"};
    hob_router *router = make_router(routes, COUNT(routes));
    cr_expect_eq(hob_router_use(router, expect_no_route), 0);
    for (size_t i = 0; i < COUNT(lines); i++)
        hob_test_reply_free(ask(router, lines[i]));
    hob_router_free(router);
}

Test(router, does_not_find_what_is_not_there)
{
    static const hob_route routes[] = {{"GET /a", reply_a}};
    static const struct exchange cases[] = {
        {"GET /", NOT_FOUND},       {"GET /b", NOT_FOUND},
        {"POST /b", NOT_FOUND},     {"OPTIONS /b", NOT_FOUND},
        {"PROPFIND /b", NOT_FOUND}, {"HEAD /b", "404 Not Found\r\nContent-Length: 14\r\n\r\n"},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

/* RFC 9110 sections 15.5.6 and 9.3.7. */
Test(router, lists_the_methods_of_a_path)
{
    static const hob_route routes[] = {
        {"GET /a", reply_a},  {"POST /b", reply_b}, {"DELETE /c", reply_c}, {"GET /c", reply_a},
        {"HEAD /d", reply_a}, {"PUT /e", reply_b},  {"PATCH /e", reply_c},
    };
    static const struct exchange cases[] = {
        {"POST /a", NOT_ALLOWED("GET, HEAD, OPTIONS")},
        {"GET /b", NOT_ALLOWED("POST, OPTIONS")},
        {"PUT /c", NOT_ALLOWED("GET, HEAD, DELETE, OPTIONS")},
        {"GET /d", NOT_ALLOWED("HEAD, OPTIONS")},
        {"PROPFIND /a", NOT_ALLOWED("GET, HEAD, OPTIONS")},
        {"TRACE /b", NOT_ALLOWED("POST, OPTIONS")},
        {"HEAD /b", "405 Method Not Allowed\r\nContent-Length: 23\r\nAllow: POST, OPTIONS\r\n\r\n"},
        {"OPTIONS /a", ALLOWED("GET, HEAD, OPTIONS")},
        {"OPTIONS /e?c", ALLOWED("PUT, PATCH, OPTIONS")},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

static int reply_text(hob_request *req, hob_response *res)
{
    return hob_reply_text(res, 201, "own");
}

/* Whichever of the two is registered first. */
Test(router, prefers_a_handler_to_its_own_answer)
{
    static const hob_route routes[] = {
        {"GET /a", reply_a},     {"HEAD /a", reply_text}, {"OPTIONS /a", reply_text},
        {"HEAD /b", reply_text}, {"GET /b", reply_b},
    };
    static const struct exchange cases[] = {
        {"GET /a", A},
        {"HEAD /a", "201 Created\r\nContent-Length: 3\r\n\r\n"},
        {"OPTIONS /a", "201 Created\r\nContent-Length: 3\r\n\r\nown"},
        {"GET /b", B},
        {"HEAD /b", "201 Created\r\nContent-Length: 3\r\n\r\n"},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

Test(router, answers_options_with_all_methods_there_are)
{
    static const hob_route routes[] = {
        {"OPTIONS /", reply_a}, {"DELETE /", reply_a}, {"PATCH /", reply_a}, {"PUT /", reply_a},
        {"POST /", reply_a},    {"HEAD /", reply_a},   {"GET /", reply_a},
    };
    static const struct exchange cases[] = {
        {"OPTIONS *", ALLOWED("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")},
        {"TRACE /", NOT_ALLOWED("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")},
    };
    static const struct exchange without_routes[] = {
        {"GET /", NOT_FOUND},
        {"OPTIONS *", ALLOWED("OPTIONS")},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
    expect_exchanges(NULL, 0, without_routes, COUNT(without_routes));
}

Test(router, takes_the_most_specific_route)
{
    static const hob_route routes[] = {
        {"GET /{a...}", reply_a}, {"GET /{a}", reply_b},       {"GET /a", reply_c},
        {"GET /a/{b}", reply_a},  {"GET /{a}/b", reply_b},     {"GET /d/{b...}", reply_b},
        {"GET /d/{b}", reply_a},  {"GET /d/{b}/{c}", reply_a}, {"GET /d/{b}/c", reply_c},
        {"GET /e/", reply_c},     {"GET /e/{b...}", reply_b},
    };
    static const struct exchange cases[] = {
        {"GET /", A},     {"GET /x", B},    {"GET /a", C},       {"GET /a/", A},
        {"GET /a/x", A},  {"GET /a/b", A},  {"GET /x/b", B},     {"GET /x/x", A},
        {"GET /d/", B},   {"GET /d/x", A},  {"GET /d/x/c", C},   {"GET /d/x/x", A},
        {"GET /d/x/", B}, {"GET /d//c", B}, {"GET /d/x/x/x", B}, {"GET /e/", C},
        {"GET /e/x", B},  {"GET /e", B},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

/* Only patterns have a limit. */
Test(router, finds_a_path_of_many_segments)
{
    static const hob_route routes[] = {
        {"GET " THIRTY_TWO, reply_a}, {"GET " EIGHT "/{x...}", reply_b}, {"GET /{x...}", reply_c}};
    static const struct exchange cases[] = {
        {"GET " THIRTY_TWO, A},
        {"GET " THIRTY_TWO "/", B},
        {"GET " THIRTY_TWO THIRTY_TWO, B},
        {"GET /x" THIRTY_TWO THIRTY_TWO THIRTY_TWO, C},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

/* RFC 9110 section 15.5.6: all of them are about the same resource. */
Test(router, looks_at_all_routes_that_match_the_path)
{
    static const hob_route routes[] = {
        {"GET /a", reply_a},         {"PUT /{x}", reply_b},
        {"DELETE /{x...}", reply_c}, {"HEAD /b/{x...}", reply_text},
        {"GET /b/c", reply_a},
    };
    static const struct exchange cases[] = {
        {"PUT /a", B},
        {"DELETE /a", C},
        {"POST /a", NOT_ALLOWED("GET, HEAD, PUT, DELETE, OPTIONS")},
        {"OPTIONS /a", ALLOWED("GET, HEAD, PUT, DELETE, OPTIONS")},
        {"GET /x", NOT_ALLOWED("PUT, DELETE, OPTIONS")},
        {"GET /x/y", NOT_ALLOWED("DELETE, OPTIONS")},
        {"OPTIONS /b/c", ALLOWED("GET, HEAD, DELETE, OPTIONS")},
        /* The GET route counts as one for HEAD, and is the more specific one. */
        {"HEAD /b/c", ONLY_HEAD},
        {"HEAD /b/d", "201 Created\r\nContent-Length: 3\r\n\r\n"},
    };
    expect_exchanges(routes, COUNT(routes), cases, COUNT(cases));
}

static int fail(hob_request *req, hob_response *res)
{
    return -EIO;
}

Test(router, returns_what_the_handler_returned)
{
    static const hob_route routes[] = {{"GET /", fail}};
    hob_router *router = make_router(routes, COUNT(routes));
    hob_test_reply *reply = ask(router, "GET /");
    cr_expect_eq(reply->result, -EIO);
    cr_expect_eq(reply->status, 500);
    hob_test_reply_free(reply);
    hob_router_free(router);
}

/* In an order that is not the sorted one, and with paths that begin alike. */
Test(router, finds_each_of_many)
{
    enum { MANY = 1000, STEP = 617 }; /* no common divisor: each number comes once */
    static hob_handler *const handlers[] = {reply_a, reply_b, reply_c};
    static const char *const responses[] = {A, B, C};
    static char patterns[MANY][16];
    static hob_route routes[MANY];
    static struct exchange cases[MANY];
    for (size_t i = 0; i < MANY; i++) {
        size_t number = i * STEP % MANY;
        snprintf(patterns[i], sizeof(patterns[i]), "GET /%zu", number);
        routes[i] = (hob_route){patterns[i], handlers[number % COUNT(handlers)]};
        cases[i] = (struct exchange){patterns[i], responses[number % COUNT(handlers)]};
    }
    expect_exchanges(routes, MANY, cases, MANY);
}
