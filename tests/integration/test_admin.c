/*
 * --admin: metrics, health and traces on a listener of their own.
 */

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/metrics_page.h"

TestSuite(admin, .timeout = 60);

#define ADMIN "--admin", "127.0.0.1:0"

static int status_of(const struct server *server, const char *path)
{
    struct raw_client client = raw_connect(server);
    const char *request = formatted(GET("%s"), path);
    int status = raw_exchange(&client, request).status;
    raw_close(&client);
    return status;
}

ServerTest(
    admin, serves_operators_there_and_guests_here, server_start(ADMIN, "--time-scale", "0.001"))
{
    static const char *const for_operators[] = {"/metrics", "/healthz", "/readyz"};
    static const char *const for_guests[] = {
        "/", "/ping", "/french-fries", "/recipes/noodles", "/kitchen/events"};
    struct server admin = admin_of(&server);
    cr_expect_neq(admin.port, server.port);
    for (size_t i = 0; i < COUNT(for_operators); i++) {
        cr_expect_eq(status_of(&admin, for_operators[i]), 200, "%s", for_operators[i]);
        cr_expect_eq(status_of(&server, for_operators[i]), 404, "%s", for_operators[i]);
    }
    for (size_t i = 0; i < COUNT(for_guests); i++)
        cr_expect_eq(status_of(&admin, for_guests[i]), 404, "%s", for_guests[i]);
    cr_expect_eq(status_of(&server, "/ping"), 200);
    cr_expect_eq(status_of(&server, "/trace.json?seconds=1"), 404);
    cr_expect_eq(get(&admin, "/trace.json?seconds=1")->status, 200);
    cr_expect_eq(status_of(&admin, "/trace.json?seconds=x"), 400);
}

ServerTest(admin, tells_of_the_guests_alone, server_start(ADMIN))
{
    struct server admin = admin_of(&server);
    cr_expect_eq(status_of(&server, "/ping"), 200);
    cr_expect(eventually(metric(&admin, "hob_http_connections") == 0));
    const char *page = metrics_page(&admin);
    cr_expect_eq(metric_in(page, "hob_http_connections_accepted_total"), 1);
    cr_expect_eq(metric_in(page, "hob_http_requests_in_progress"), 0);
    cr_expect(strstr(page, "route=\"GET /ping\""));
    cr_expect_not(strstr(page, "/metrics"), "%s", page);
}

ProcessTest(admin, the_kitchen_page_does_not_offer_what_is_not_there)
{
    static const struct {
        const char *option, *hello;
    } cases[] = {{"--admin=127.0.0.1:0", "\"trace\":false"}, {"--demo", "\"trace\":true"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server server = server_start(cases[i].option);
        struct order *feed = order_prepare(&server, "/kitchen/events");
        order_begin(feed);
        cr_expect(
            eventually((get(&server, "/ping"), strstr(feed->body.bytes, cases[i].hello) != NULL)));
        cr_expect_eq(server_stop(&server), 0);
    }
}

ServerTest(admin, is_what_the_health_check_asks, server_start(ADMIN))
{
    char address[32];
    snprintf(address, sizeof(address), "127.0.0.1:%u", admin_of(&server).port);
    struct process *check = program_start("healthcheck", "--admin", address);
    cr_expect_eq(process_result(check), 0);
    snprintf(address, sizeof(address), "127.0.0.1:%u", server.port);
    check = program_start("healthcheck", "--admin", address);
    cr_expect_eq(process_result(check), 1, "there it is not");
}

ServerTest(admin, sees_how_the_guests_leave, start_slow_kitchen(ADMIN, "--grace", "1"))
{
    struct server admin = admin_of(&server);
    cook_noodles(&server, 3);
    cr_expect_eq(status_of(&admin, "/readyz"), 200);
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "stopping"));
    cr_expect_eq(status_of(&admin, "/readyz"), 503);
    cr_expect_eq(status_of(&admin, "/healthz"), 200);
    cr_expect_eq(metric(&admin, "hob_orders_cooking"), 3);
    cr_expect_eq(process_result(server.process), 0);
}

ServerTest(admin, does_not_hold_up_the_end, server_start(ADMIN, "--grace", "1000"))
{
    struct server admin = admin_of(&server);
    struct raw_client client = raw_connect(&admin);
    raw_send(&client, GET("/trace.json?seconds=60"));
    cr_expect(eventually(metric(&admin, "hob_coroutines") > 5));
    double begin = clock_seconds();
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_lt(clock_seconds() - begin, PATIENCE);
}

ServerTest(admin, is_handed_over_by_a_restart, server_start(ADMIN))
{
    struct server admin = admin_of(&server);
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(status_of(&admin, "/readyz"), 200);
        cr_expect_eq(status_of(&server, "/ping"), 200);
        server_restart(&server);
    }
    cr_expect(eventually(metric(&admin, "process_start_time_seconds") > 0));
    cr_expect_eq(
        metric(&admin, "hob_http_connections_accepted_total"), 0, "the new one has its own");
    cr_expect_eq(status_of(&server, "/ping"), 200);
}

ProcessTest(admin, may_be_a_unix_socket)
{
    char folder[] = "/tmp/hob-admin-XXXXXX";
    cr_assert_not_null(mkdtemp(folder), "%m");
    const char *address = formatted("unix:%s/admin", folder);
    struct server server = server_start("--admin", address);
    server_restart(&server);
    struct process *check = program_start("healthcheck", "--admin", address);
    cr_expect_eq(process_result(check), 0);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(access(strchr(address, '/'), F_OK), -1, "the last one removes it");
    cr_expect_eq(rmdir(folder), 0);
}

ServerTest(admin, an_address_that_is_taken_is_named, server_start())
{
    const char *address = server_address(&server);
    struct process *other = program_start("--port", "0", "--admin", address);
    cr_expect_eq(process_result(other), 1);
    cr_expect(strstr(process_errors(other), address), "%s", process_errors(other));
    cr_expect(strstr(process_errors(other), "--admin"), "%s", process_errors(other));
}
