/*
 * Requests that a page of another site can have a browser send (include/hob/cross_site.h). The
 * headers are those that browsers send.
 */

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/metrics_page.h"

TestSuite(cross_site, .timeout = 60);

#define OWN     "Host: localhost:8080\r\n"
#define ORIGIN  "Origin: http://localhost:8080\r\n"
#define FOREIGN "Origin: http://evil.example\r\n"
#define REBOUND "Host: rebound.example\r\nOrigin: http://rebound.example\r\n"

static int serve_own_pages(hob_request *req, hob_response *res)
{
    return hob_refuse_cross_site(req, res) ? 0 : hob_reply_text(res, 200, "done");
}

/* The status of a request of HTTP/1.1, unless the method names another version. */
static int status_of(const struct server *server, const char *method, const char *fields)
{
    const char *version = strstr(method, "HTTP/") ? "" : " HTTP/1.1";
    return raw_ask(server, formatted("%s%s\r\n%s\r\n", method, version, fields)).status;
}

ServerTest(cross_site, pages_of_the_same_origin_and_programs_are_served, serve(serve_own_pages))
{
    static const struct {
        const char *method, *fields;
        int status;
    } cases[] = {
        /* curl and the like */
        {"POST /", OWN, 200},
        {"POST / HTTP/1.0", "", 200},
        /* browsers, over https and to loopback */
        {"POST /", OWN ORIGIN "Sec-Fetch-Site: same-origin\r\n", 200},
        {"POST /", OWN "Sec-Fetch-Site: none\r\n", 200},
        {"POST /", OWN FOREIGN "Sec-Fetch-Site: cross-site\r\n", 403},
        {"POST /", OWN FOREIGN "Sec-Fetch-Site: same-site\r\n", 403},
        {"POST /", OWN "Sec-Fetch-Site: \r\n", 403},
        {"POST /", OWN "Sec-Fetch-Site: same-origin, cross-site\r\n", 403},
        {"DELETE /", OWN ORIGIN "Sec-Fetch-Site: cross-site\r\n", 403},
        /* over plain http to anything else, and older ones */
        {"POST /", OWN ORIGIN, 200},
        {"POST /", OWN "Origin: HTTP://LOCALHOST:8080\r\n", 200},
        {"POST /", OWN FOREIGN, 403},
        {"POST /", OWN "Origin: null\r\n", 403},
        {"POST /", OWN "Origin: \r\n", 403},
        {"POST /", OWN "Origin: http://localhost\r\n", 403},
        {"POST /", OWN "Origin: http://localhost:8081\r\n", 403},
        {"POST /", OWN "Origin: http://localhost:80800\r\n", 403},
        {"POST /", OWN "Origin: https://localhost:8080\r\n", 403},
        {"POST / HTTP/1.0", ORIGIN, 403},
        {"PUT /", OWN FOREIGN, 403},
        {"PATCH /", OWN FOREIGN, 403},
        {"DELETE /", OWN FOREIGN, 403},
        /* behind a proxy that speaks TLS */
        {"POST /", OWN "Origin: https://localhost:8080\r\nX-Forwarded-Proto: https\r\n", 200},
        {"POST /", OWN "Origin: https://localhost:8080\r\nX-Forwarded-Proto: https, http\r\n", 200},
        {"POST /", OWN ORIGIN "X-Forwarded-Proto: https\r\n", 403},
        {"POST /", OWN FOREIGN "X-Forwarded-Proto: \r\n", 403},
        /* the target's host counts, not that of Host (RFC 9112 section 3.2.2) */
        {"POST http://localhost:8080/", "Host: evil.example\r\n" ORIGIN, 200},
        {"POST http://localhost:8080/", "Host: evil.example\r\n" FOREIGN, 403},
        /* what only asks */
        {"GET /", OWN FOREIGN "Sec-Fetch-Site: cross-site\r\n", 200},
        {"OPTIONS /", OWN FOREIGN, 200},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int status = status_of(&server, cases[i].method, cases[i].fields);
        cr_expect_eq(
            status, cases[i].status, "%s %s: %d", cases[i].method, cases[i].fields, status);
    }
}

static const char *const loopback_hosts[] = {
    "localhost",
    "localhost:1",
    "LocalHost:80",
    "shop.localhost:80",
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.9.9.9:80",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::1]:8080",
    "[::ffff:127.0.0.1]:8080",
};
static const char *const other_hosts[] = {
    "rebound.example",    "localhost.example", "notlocalhost", "127.0.0.1.example",
    "128.0.0.1",          "10.0.0.1:80",       "[::2]:8080",   "[::ffff:10.0.0.1]",
    "[2001:db8::1]",      "0.0.0.0",           "hob",          "[::]",
    "example.com:127001", "127.0.0.1.1:80",    "1.127.0.0",
};

static int ask_as(const struct server *server, const char *host)
{
    return status_of(server, "GET /", formatted("Host: %s\r\n", host));
}

/* The page of a name that was made to lead to 127.0.0.1 is of the same origin as its requests. */
ServerTest(cross_site, a_server_on_loopback_answers_to_loopback_names, serve(serve_own_pages))
{
    for (size_t i = 0; i < COUNT(loopback_hosts); i++)
        cr_expect_eq(ask_as(&server, loopback_hosts[i]), 200, "%s", loopback_hosts[i]);
    for (size_t i = 0; i < COUNT(other_hosts); i++)
        cr_expect_eq(ask_as(&server, other_hosts[i]), 403, "%s", other_hosts[i]);
    cr_expect_eq(status_of(&server, "POST /", REBOUND "Sec-Fetch-Site: same-origin\r\n"), 403);
    cr_expect_eq(status_of(&server, "GET / HTTP/1.0", ""), 200, "a page always names a host");
}

static struct server serve_on(const char *first, const char *second)
{
    const int sockets[] = {hob_listen(first), hob_listen(second)};
    cr_assert(sockets[0] >= 0 && sockets[1] >= 0, "%s, %s", first, second);
    return serve_with(serve_own_pages, .sockets = sockets, .socket_count = 2);
}

ServerTest(
    cross_site, a_server_on_any_loopback_address_is_one,
    serve_on("[::ffff:127.0.0.1]:0", "127.0.0.2:0"))
{
    cr_expect_eq(ask_as(&server, "[::ffff:127.0.0.1]"), 200);
    cr_expect_eq(ask_as(&server, "rebound.example"), 403);
}

ProcessTest(cross_site, a_server_on_loopback_answers_to_allowed_names_too)
{
    static const char *const allowed[] = {"hob", "shop.example", "[2001:db8::1]"};
    struct server server =
        serve_with(serve_own_pages, .allowed_hosts = allowed, .allowed_host_count = 3);
    cr_expect_eq(ask_as(&server, "hob"), 200);
    cr_expect_eq(ask_as(&server, "Shop.Example:8080"), 200);
    cr_expect_eq(ask_as(&server, "[2001:db8::1]:80"), 200);
    cr_expect_eq(ask_as(&server, "localhost"), 200);
    cr_expect_eq(ask_as(&server, "shop.example.org"), 403);
    cr_expect_eq(ask_as(&server, "op.example"), 403);
}

ServerTest(
    cross_site, a_server_that_others_reach_answers_to_any_name,
    serve_on("127.0.0.1:0", "0.0.0.0:0"))
{
    cr_expect_eq(ask_as(&server, "rebound.example"), 200);
    cr_expect_eq(status_of(&server, "POST /", "Host: a.example\r\n" FOREIGN), 403);
}

/* No browser leads there: a proxy on the same machine does. */
ProcessTest(cross_site, clients_of_a_unix_socket_may_name_any_host)
{
    struct server server = serve_on("127.0.0.1:0", folder_socket());
    cr_expect_eq(ask_as(&server, "shop.example"), 403, "the other socket");
    struct order *order = order_prepare(&server, "/");
    curl_easy_setopt(order->easy, CURLOPT_UNIX_SOCKET_PATH, folder_path("sock"));
    curl_easy_setopt(order->easy, CURLOPT_URL, "http://shop.example/");
    order_complete(order);
    cr_expect_eq(order->status, 200);
}

ServerTest(
    cross_site, no_page_of_another_site_orders_or_sees_who_does,
    server_start("--time-scale", "0.001", "--allow-host", "shop.example"))
{
    static const char *const rebound[] = {
        "POST /orders?dish=noodles", "DELETE /orders/1",    "GET /metrics",
        "GET /trace.json?seconds=1", "GET /kitchen/events",
    };
    for (size_t i = 0; i < COUNT(rebound); i++)
        cr_expect_eq(status_of(&server, rebound[i], REBOUND), 403, "%s", rebound[i]);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(status_of(&server, rebound[i], OWN FOREIGN), 403, "%s", rebound[i]);
        cr_expect_eq(status_of(&server, rebound[i], OWN "Origin: null\r\n"), 403, "%s", rebound[i]);
        cr_expect_neq(status_of(&server, rebound[i], OWN ORIGIN), 403, "%s", rebound[i]);
    }
    cr_expect_eq(status_of(&server, "GET /metrics", "Host: shop.example\r\n"), 200);
    cr_expect_eq(status_of(&server, "GET /readyz", "Host: 10.0.0.1\r\n"), 200, "for balancers");
}

ServerTest(
    cross_site, the_operators_listener_has_checks_of_its_own,
    server_start("--admin", "127.0.0.1:0", "--allow-host", "a,shop.example"))
{
    struct server admin = admin_of(&server);
    cr_expect_eq(status_of(&admin, "GET /metrics", "Host: rebound.example\r\n"), 403);
    cr_expect_eq(status_of(&admin, "GET /metrics", "Host: shop.example:81\r\n"), 200);
}
