/*
 * Error pages (hob_server_options.error_page): of the router, of handlers and of the server.
 */

#include "tests/support/integration.h"
#include "tests/support/make_router.h"

TestSuite(error_pages, .timeout = 60);

static int fail(hob_request *req, hob_response *res)
{
    return -EIO;
}

static int refuse(hob_request *req, hob_response *res)
{
    return hob_reply_error(res, 409, "it is sold");
}

static int wait_for_long(hob_request *req, hob_response *res)
{
    return hob_sleep(3600);
}

static int block(void *arg)
{
    sleep(3);
    return 0;
}

/* Waits for what its deadline does not end. */
static int wait_for_thread(hob_request *req, hob_response *res)
{
    int err = hob_await(hob_offload(block, NULL));
    return err < 0 ? err : hob_reply_text(res, 200, "late");
}

static const hob_route routes[] = {
    HOB_ROUTE("GET /fail", fail),
    HOB_ROUTE("GET /refuse", refuse),
    HOB_ROUTE("GET /slow", wait_for_long, .timeout = 0.1),
    HOB_ROUTE("GET /stuck", wait_for_thread, .timeout = 0.1),
};

static int show_page(hob_request *req, hob_response *res, int status, const char *detail)
{
    const char *path = hob_request_peek_path(req);
    const char *shop = hob_request_context(req);
    if (path && strcmp(path, "/plain") == 0)
        return -ENOENT;
    return reply(
        res, status, "%s: %d %s (%s)", shop ? shop : "no context", status, path ? path : "?",
        detail ? detail : "");
}

static struct server serve_pages(void)
{
    static char shop[] = "shop";
    hob_server_options options = {
        .router = make_router(routes, COUNT(routes)),
        .context = shop,
        .error_page = show_page,
    };
    return serve_within(hob_router_handle, options);
}

ServerTest(error_pages, stand_for_all_error_replies, serve_pages())
{
    static const struct {
        const char *method, *path, *page;
    } cases[] = {
        {"GET", "/none", "shop: 404 /none ()"},
        {"POST", "/fail", "shop: 405 /fail ()"},
        {"GET", "/fail", "shop: 500 /fail ()"},
        {"GET", "/refuse", "shop: 409 /refuse (it is sold)"},
        {"GET", "/slow", "shop: 504 /slow (it took longer than 0.1 s (handler_timeout))"},
        {"GET", "/plain", "404 Not Found\n"},
        {"BREW", "/fail", "shop: 501 ? (the method is not known (RFC 9110 section 9.1))"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order *order = request(&server, cases[i].method, cases[i].path);
        cr_expect_str_eq(order->body.bytes, cases[i].page, "%s", order->body.bytes);
    }
    cr_expect(order_has_field(request(&server, "POST", "/fail"), "Allow: GET, HEAD, OPTIONS"));
}

ClientTest(error_pages, stand_for_refusals_of_what_cannot_be_understood, serve_pages())
{
    struct response response = raw_exchange(client, "GET /bad HTTP/1.1\r\nNo colon\r\n\r\n");
    cr_expect_eq(response.status, 400);
    cr_expect(strstr(response.body, "shop: 400 /bad ("), "%s", response.body);
}

ServerTest(error_pages, are_not_called_for_uninterruptible_handlers, serve_pages())
{
    struct order *order = get(&server, "/stuck");
    cr_expect_eq(order->status, 504);
    cr_expect(strstr(order->body.bytes, "504 Gateway Timeout: it took"), "%s", order->body.bytes);
}

/*
 * Problem details (RFC 9457), without an error page.
 */

ProcessTest(error_pages, are_problem_details_for_clients_that_prefer_json)
{
    static const struct {
        const char *request, *json;
    } cases[] = {
        {REQUEST("GET /none", "Accept: application/json\r\n"),
         "{\"status\":404,\"title\":\"Not Found\"}\n"},
        {REQUEST("POST /fail", "Accept: application/problem+json, text/plain;q=0.5\r\n"),
         "{\"status\":405,\"title\":\"Method Not Allowed\"}\n"},
        {REQUEST("GET /refuse", "Accept: */*;q=0.1\r\nAccept: application/json\r\n"),
         "{\"status\":409,\"title\":\"Conflict\",\"detail\":\"it is sold\"}\n"},
        {REQUEST("GET /stuck", "Accept: application/json\r\n"),
         "{\"status\":504,\"title\":\"Gateway Timeout\",\"detail\":"
         "\"it took longer than 0.1 s (handler_timeout)\"}\n"},
        {"GET / HTTP/1.1\r\nAccept: application/json\r\nHost: h\r\nHost: h\r\n\r\n",
         "{\"status\":400,\"title\":\"Bad Request\",\"detail\":"
         "\"more than one Host header (RFC 9112 section 3.2)\"}\n"},
    };
    const hob_server_options options = {.router = make_router(routes, COUNT(routes))};
    struct server server = serve_within(hob_router_handle, options);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *request = cases[i].request;
        struct response response = raw_ask(&server, request);
        cr_expect(has_field(&response, "Content-Type: application/problem+json"), "%s", request);
        cr_expect(has_field(&response, "Vary: Accept"), "%s", request);
        cr_expect_str_eq(response.body, cases[i].json, "%s", response.body);
    }
}
