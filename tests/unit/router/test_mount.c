/* Routers below a prefix of another one. */

#include "hob/log.h"
#include "hob/router.h"
#include "tests/support/ask.h"
#include "tests/support/make_router.h"
#include "tests/support/or_none.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/trace.h"

TestSuite(mount, .fini = expect_no_leaks, .timeout = 20);

/* Replies with the route, the values of its path and its state. */
static int tell(hob_request *req, hob_response *res)
{
    char text[200];
    const char *state = hob_state(req);
    snprintf(
        text, sizeof(text), "%s %s %s %s", hob_request_route(req),
        or_none(hob_path_value(req, "version")), or_none(hob_path_value(req, "id")),
        state ? state : "-");
    return hob_reply_text(res, 200, text);
}

static int outer(hob_request *req, hob_response *res)
{
    trace('(');
    return hob_next(req, res);
}

static int inner(hob_request *req, hob_response *res)
{
    trace('[');
    return hob_next(req, res);
}

static int own(hob_request *req, hob_response *res)
{
    trace('<');
    return hob_next(req, res);
}

static char shop[] = "shop";
static hob_handler *const own_middleware[] = {own, NULL};

static const hob_route api_routes[] = {
    HOB_ROUTE("GET /", tell, shop),
    HOB_ROUTE("GET /orders/{id}", tell, shop, .middleware = own_middleware),
    HOB_ROUTE("POST /orders", tell, shop),
};

static const hob_route site_routes[] = {HOB_ROUTE("GET /", tell), HOB_ROUTE("GET /{id...}", tell)};

static void expect_text(const hob_router *router, const char *path, const char *expected)
{
    char line[128];
    snprintf(line, sizeof(line), "GET %s", path);
    hob_test_reply *reply = ask(router, line);
    cr_expect_str_eq(reply->content, expected, "%s: %s", path, reply->content);
    hob_test_reply_free(reply);
}

/* The prefix has a name; the mounted router is freed at once. */
static hob_router *make_site(void)
{
    hob_router *site = make_router(site_routes, COUNT(site_routes));
    hob_router *api = make_router(api_routes, COUNT(api_routes));
    cr_expect_eq(hob_router_use(api, inner), 0);
    cr_expect_eq(hob_router_use(site, outer), 0);
    cr_expect_eq(hob_router_mount(site, "/api/{version}", api), 0);
    cr_expect_eq(hob_router_mount(site, "/beta", api), 0);
    hob_router_free(api);
    return site;
}

Test(mount, adds_routes_below_a_prefix_with_their_state)
{
    hob_router *site = make_site();
    expect_text(site, "/", "GET / (none) (none) -");
    expect_text(site, "/api/2/orders/7", "GET /api/{version}/orders/{id} 2 7 shop");
    expect_text(site, "/api/2/", "GET /api/{version}/ 2 (none) shop");
    expect_text(site, "/beta/orders/7", "GET /beta/orders/{id} (none) 7 shop");
    expect_text(site, "/beta/", "GET /beta/ (none) (none) shop");
    expect_text(site, "/beta", "GET /{id...} (none) beta -");
    expect_text(site, "/beta/orders", "GET /{id...} (none) beta/orders -");
    hob_router_free(site);
}

Test(mount, adds_routes_without_a_prefix)
{
    static const hob_route more[] = {HOB_ROUTE("GET /more", tell, shop)};
    hob_router *site = make_site();
    hob_router *other = make_router(more, COUNT(more));
    cr_expect_eq(hob_router_mount(site, "", other), 0);
    hob_router_free(other);
    expect_text(site, "/more", "GET /more (none) (none) shop");
    hob_router_free(site);
}

Test(mount, passes_requests_through_the_middleware_of_both)
{
    hob_router *site = make_site();
    cr_expect_eq(hob_router_use(site, inner), 0, "added behind outer");
    expect_text(site, "/api/2/orders/7", "GET /api/{version}/orders/{id} 2 7 shop");
    cr_expect_str_eq(traced(), "([[<", "%s", traced());
    expect_text(site, "/beta/", "GET /beta/ (none) (none) shop");
    expect_text(site, "/", "GET / (none) (none) -");
    cr_expect_str_eq(traced(), "([[<([[([", "%s", traced());
    hob_router_free(site);
}

Test(mount, refuses_prefixes_and_routes_that_are_there_already)
{
    static const struct {
        const char *prefix;
        int err;
    } cases[] = {
        {"/", -EINVAL},     {"/a/", -EINVAL}, {"a", -EINVAL},  {"/{", -EINVAL},
        {"/{id}", -EINVAL}, {"/..", -EINVAL}, {"/a", -EEXIST},
    };
    static const hob_route taken[] = {HOB_ROUTE("GET /a/orders/{number}", tell)};
    hob_router *api = make_router(api_routes, COUNT(api_routes));
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_router *router = make_router(taken, COUNT(taken));
        cr_expect_eq(
            hob_router_mount(router, cases[i].prefix, api), cases[i].err, "%s", cases[i].prefix);
        hob_router_free(router);
    }
    hob_router_free(api);
}
