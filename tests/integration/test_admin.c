/*
 * --admin: metrics, health and traces on a listener of their own.
 */

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/metrics_page.h"

TestSuite(admin, .timeout = 60);

#define ADMIN "--admin", "127.0.0.1:0"

static int status_of(const struct server *server, const char *path)
{
    return raw_ask(server, formatted(GET("%s"), path)).status;
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
        struct order *feed = order(&server, "/kitchen/events");
        cr_expect(
            eventually((get(&server, "/ping"), strstr(feed->body.bytes, cases[i].hello) != NULL)));
        cr_expect_eq(server_stop(&server), 0);
    }
}

static int health_of(const char *address)
{
    return process_result(program_start("healthcheck", "--admin", address));
}

ServerTest(admin, is_what_the_health_check_asks, server_start(ADMIN))
{
    struct server admin = admin_of(&server);
    cr_expect_eq(health_of(server_address(&admin)), 0);
    cr_expect_eq(health_of(server_address(&server)), 1, "there it is not");
}

ServerTest(admin, sees_how_the_guests_leave, start_slow_kitchen(ADMIN, "--grace", "1"))
{
    struct server admin = admin_of(&server);
    cook_noodles(&server, 3);
    cr_expect_eq(status_of(&admin, "/readyz"), 200);
    server_begin_stop(&server);
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
    cr_expect_lt(server_seconds_to_stop(&server), PATIENCE);
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

ServerTest(admin, may_be_a_unix_socket, server_start("--admin", folder_socket()))
{
    server_restart(&server);
    cr_expect_eq(health_of(folder_socket()), 0);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(folder_is_empty(), "the last one removes it");
}

ServerTest(admin, an_address_that_is_taken_is_named, server_start())
{
    struct process *other = program_start("--port", "0", "--admin", server_address(&server));
    cr_expect_eq(process_result(other), 1);
    cr_expect(strstr(process_errors(other), server_address(&server)), "%s", process_errors(other));
    cr_expect(strstr(process_errors(other), "--admin"), "%s", process_errors(other));
}
