/* The values of {name} and {name...} for handlers. */

#include "hob/router.h"
#include "server/request.h"
#include "tests/support/ask.h"
#include "tests/support/make_router.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(path_values, .fini = expect_no_leaks, .timeout = 20);

static int tell_values(hob_request *req, hob_response *res)
{
    char text[128];
    snprintf(
        text, sizeof(text), "a=%s b=%s c=%s", or_none(hob_path_value(req, "a")),
        or_none(hob_path_value(req, "b")), or_none(hob_path_value(req, "c")));
    return hob_reply_text(res, 200, text);
}

struct told {
    const char *line, *text; /* NULL where no route matches */
};

static void expect_told(hob_router *router, const struct told *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hob_test_reply *reply = ask(router, cases[i].line);
        cr_expect_str_eq(
            reply->content, cases[i].text ? cases[i].text : "404 Not Found\n", "%s: %s",
            cases[i].line, reply->content);
        hob_test_reply_free(reply);
    }
}

Test(path_values, has_the_values_of_the_names_of_a_pattern)
{
    static const hob_route routes[] = {
        {"GET /one/{a}", tell_values},           {"GET /two/{a}/{b}", tell_values},
        {"GET /mid/{b}/end", tell_values},       {"GET /rest/{a...}", tell_values},
        {"GET /both/{a}/{b...}", tell_values},   {"GET /none", tell_values},
        {"GET /three/{c}/{b}/{a}", tell_values},
    };
    static const struct told cases[] = {
        {"GET /none", "a=(none) b=(none) c=(none)"},
        {"GET /one/x", "a=x b=(none) c=(none)"},
        {"GET /one/x?a=y", "a=x b=(none) c=(none)"},
        {"HEAD /one/x", ""},
        {"GET /two/x/y", "a=x b=y c=(none)"},
        {"GET /mid/x/end", "a=(none) b=x c=(none)"},
        {"GET /three/x/y/z", "a=z b=y c=x"},
        {"GET http://h/one/x", "a=x b=(none) c=(none)"},
        /* One segment, and not an empty one. */
        {"GET /one", NULL},
        {"GET /one/", NULL},
        {"GET /one/x/", NULL},
        {"GET /one/x/y", NULL},
        {"GET /one//", NULL},
        {"GET /two//y", NULL},
        {"GET /two/x/", NULL},
        {"GET /two//x/y", NULL},
        /* The rest, which may be empty. */
        {"GET /rest", NULL},
        {"GET /rest/", "a= b=(none) c=(none)"},
        {"GET /rest/x", "a=x b=(none) c=(none)"},
        {"GET /rest/x/", "a=x/ b=(none) c=(none)"},
        {"GET /rest//x//y", "a=/x//y b=(none) c=(none)"},
        {"GET /both/x/", "a=x b= c=(none)"},
        {"GET /both/x/y/z", "a=x b=y/z c=(none)"},
        {"GET /both/x", NULL},
        {"GET /both//", NULL},
        /* Decoded. */
        {"GET /one/x%2fy", "a=x/y b=(none) c=(none)"},
        {"GET /one/%2E%2E%2f", "a=../ b=(none) c=(none)"},
        {"GET /one/%78+%20%25", "a=x+ % b=(none) c=(none)"},
        {"GET /one/%2541", "a=%41 b=(none) c=(none)"},
        {"GET /one/{a}", "a={a} b=(none) c=(none)"},
        {"GET /two/x%2Fy/z", "a=x/y b=z c=(none)"},
        {"GET /rest/x%2fy/%2e./z", "a=z b=(none) c=(none)"},
        {"GET /rest/%3F%23", "a=?# b=(none) c=(none)"},
        /* Dot segments are none. */
        {"GET /one/..", NULL},
        {"GET /one/.", NULL},
        {"GET /one/x/../y", "a=y b=(none) c=(none)"},
        {"GET /rest/../one/y", "a=y b=(none) c=(none)"},
    };
    hob_router *router = make_router(routes, COUNT(routes));
    expect_told(router, cases, COUNT(cases));
    hob_router_free(router);
}

/* A name is that of the route that was taken, not of another with the same path. */
Test(path_values, keeps_the_names_of_methods_apart)
{
    static const hob_route routes[] = {
        {"GET /{a}", tell_values},
        {"PUT /{b}", tell_values},
        {"DELETE /{c...}", tell_values},
    };
    static const struct told cases[] = {
        {"GET /x", "a=x b=(none) c=(none)"},
        {"PUT /x", "a=(none) b=x c=(none)"},
        {"DELETE /x", "a=(none) b=(none) c=x"},
        {"DELETE /x/y", "a=(none) b=(none) c=x/y"},
    };
    hob_router *router = make_router(routes, COUNT(routes));
    expect_told(router, cases, COUNT(cases));
    hob_router_free(router);
}

static int expect_no_value(hob_request *req, hob_response *res)
{
    cr_expect_null(hob_path_value(req, "a"));
    return hob_reply_text(res, 200, "");
}

Test(path_values, has_no_values_for_a_handler_that_it_did_not_call)
{
    const hob_server_options server = {.handler = expect_no_value};
    hob_test_reply_free(hob_test_request(&server, "GET /a", NULL));
}
