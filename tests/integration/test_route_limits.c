/*
 * Limits that routes have in place of the server's: hob_route.body_limit and hob_route.timeout.
 */

#include "tests/support/integration.h"
#include "tests/support/make_router.h"

TestSuite(route_limits, .timeout = 60);

static int reply_size(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, SIZE_MAX, &body, &size);
    return err < 0 ? err : reply(res, 200, "%zu", size);
}

static int wait_some(hob_request *req, hob_response *res)
{
    const double *seconds = hob_state(req);
    int err = hob_sleep(*seconds);
    return err < 0 ? err : reply(res, 200, "waited");
}

static struct server serve_routes(const hob_route *routes, size_t count)
{
    return serve_with(
        hob_router_handle, .router = make_router(routes, count), .body_limit = 100,
        .handler_timeout = 1);
}

static struct order *post(const struct server *server, const char *path, const char *body)
{
    struct order *order = order_prepare(server, path);
    curl_easy_setopt(order->easy, CURLOPT_COPYPOSTFIELDS, body);
    order_complete(order);
    return order;
}

ProcessTest(route_limits, of_bodies_are_smaller_or_larger_than_the_servers)
{
    static const hob_route routes[] = {
        HOB_ROUTE("POST /usual", reply_size),
        HOB_ROUTE("POST /small", reply_size, .body_limit = 10),
        HOB_ROUTE("POST /large", reply_size, .body_limit = 1000),
    };
    static const struct {
        const char *path;
        size_t size;
        long status;
    } cases[] = {
        {"/usual", 100, 200}, {"/usual", 101, 413}, {"/small", 10, 200},
        {"/small", 11, 413},  {"/large", 999, 200}, {"/large", 1001, 413},
    };
    struct server server = serve_routes(routes, COUNT(routes));
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[1100] = "";
        memset(body, 'a', cases[i].size);
        struct order *order = post(&server, cases[i].path, body);
        cr_expect_eq(order->status, cases[i].status, "%s %zu", cases[i].path, cases[i].size);
    }
}

static double forever = 3600, longer = 1.5;

ProcessTest(route_limits, of_time_are_shorter_or_longer_than_the_servers)
{
    static const hob_route routes[] = {
        HOB_ROUTE("GET /usual", wait_some, &longer),
        HOB_ROUTE("GET /short", wait_some, &forever, .timeout = 0.25),
        HOB_ROUTE("GET /long", wait_some, &longer, .timeout = 50),
        HOB_ROUTE("GET /endless", wait_some, &longer, .timeout = INFINITY),
    };
    struct server server = serve_routes(routes, COUNT(routes));
    struct order *usual = order(&server, "/usual");
    struct order *brief = order(&server, "/short");
    struct order *lasting = order(&server, "/long");
    struct order *endless = order(&server, "/endless");
    wait_for_orders();
    cr_expect_eq(usual->status, 504);
    cr_expect(strstr(usual->body.bytes, "longer than 1 s (handler_timeout)"));
    cr_expect_eq(brief->status, 504);
    cr_expect(strstr(brief->body.bytes, "longer than 0.25 s (handler_timeout)"));
    cr_expect_eq(lasting->status, 200);
    cr_expect_eq(endless->status, 200);
}

/*
 * Hooks of the head, where the server replies.
 */

static void note_status(void *unused, hob_response *res, const hob_head *head)
{
    const char *text = formatted("%d", head->status);
    hob_response_add_header(res, "X-Seen", text);
}

static int tell_status(hob_request *req, hob_response *res)
{
    int err = hob_response_before_head(res, note_status, NULL);
    return err < 0 ? err : hob_next(req, res);
}

static int fail(hob_request *req, hob_response *res)
{
    return -EINVAL;
}

static int forget_to_reply(hob_request *req, hob_response *res)
{
    return 0;
}

ProcessTest(route_limits, middleware_adds_headers_to_what_the_server_replies)
{
    static const hob_route routes[] = {
        HOB_ROUTE("GET /fail", fail),
        HOB_ROUTE("GET /forget", forget_to_reply),
        HOB_ROUTE("GET /late", wait_some, &forever, .timeout = 0.1),
    };
    static const struct {
        const char *path, *field;
    } cases[] = {
        {"/fail", "X-Seen: 400"},
        {"/forget", "X-Seen: 500"},
        {"/late", "X-Seen: 504"},
        {"/none", "X-Seen: 404"},
    };
    hob_router *router = make_router(routes, COUNT(routes));
    cr_assert_eq(hob_router_use(router, tell_status), 0);
    struct server server = serve_with(hob_router_handle, .router = router);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = get(&server, cases[i].path);
        cr_expect(order_has_field(order, cases[i].field), "%s", order->head.bytes);
    }
}
