/*
 * GET /metrics: its formats, what it counts, and that it says the same as the kitchen page.
 * script/test metrics has the tools of Prometheus read it.
 */

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/metrics_page.h"
#include "tests/support/stream.h"

TestSuite(metrics, .timeout = 60);

#define REQUESTS(route, method, status)                                                            \
    "hob_http_requests_total{route=\"" route "\",method=\"" method "\",status=\"" status "\"}"

ServerTest(metrics, come_in_the_format_that_is_asked_for, server_start())
{
    static const struct {
        const char *request;
        const char *type;
        const char *end; /* of the page */
    } cases[] = {
        {GET("/metrics"), "Content-Type: text/plain; version=0.0.4; charset=utf-8",
         "hob_build_info{version="},
        {REQUEST("GET /metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n"),
         "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8", "# EOF\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_ask(&server, cases[i].request);
        const char *last = strrchr(response.body, '\n');
        while (last > response.body && last[-1] != '\n')
            last--;
        cr_expect_eq(response.status, 200);
        cr_expect(has_field(&response, cases[i].type), "%s", response.head);
        cr_expect(has_field(&response, "Cache-Control: no-store"));
        cr_expect(has_field(&response, "Vary: Accept"));
        cr_expect_eq(strncmp(last, cases[i].end, strlen(cases[i].end)), 0, "%s", last);
    }
}

ServerTest(
    metrics, count_requests_by_route_and_method_and_status, server_start("--time-scale", "0.001"))
{
    static const struct {
        const char *request, *series;
    } cases[] = {
        {GET("/ping"), REQUESTS("GET /ping", "GET", "200")},
        {GET("/french-fries"), REQUESTS("GET /french-fries", "GET", "200")},
        {GET("/noodles?deadline=x"), REQUESTS("GET /noodles", "GET", "400")},
        {GET("/recipes/noodles"), REQUESTS("GET /recipes/{dish}", "GET", "200")},
        {GET("/recipes/pizza"), REQUESTS("GET /recipes/{dish}", "GET", "404")},
        {GET("/pizza"), REQUESTS("other", "GET", "404")},
        {REQUEST("DELETE /ping", ""), REQUESTS("other", "DELETE", "405")},
        {REQUEST("BREW /ping", ""), REQUESTS("other", "other", "501")},
        {"GET /ping HTTP/1.1\r\n\r\n", REQUESTS("other", "GET", "400")},
        {"\n", REQUESTS("other", "other", "400")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        raw_ask(&server, cases[i].request);
        cr_expect(
            eventually(metric(&server, cases[i].series) == 1), "%s: %s", cases[i].request,
            cases[i].series);
    }
    struct raw_client client = raw_connect(&server);
    raw_send(&client, REQUEST("HEAD /ping", ""));
    cr_expect_eq(raw_receive_head(&client).status, 200);
    raw_close(&client);
    cr_expect_eq(metric(&server, REQUESTS("GET /ping", "HEAD", "200")), 1);
    cr_expect_eq(
        metric(&server, "hob_http_request_duration_seconds_count{route=\"GET /ping\"}"), 2);
}

ServerTest(metrics, tell_how_long_requests_take, server_start("--time-scale", "0.1"))
{
    cr_expect_eq(get(&server, "/french-fries")->status, 200);
    const char *page = metrics_page(&server);
    double seconds =
        metric_in(page, "hob_http_request_duration_seconds_sum{route=\"GET /french-fries\"}");
    cr_expect(seconds >= 0.4 && seconds < 2, "%g", seconds);
    cr_expect_eq(
        metric_in(
            page,
            "hob_http_request_duration_seconds_bucket{route=\"GET /french-fries\",le=\"0.25\"}"),
        0);
    cr_expect_eq(
        metric_in(
            page,
            "hob_http_request_duration_seconds_bucket{route=\"GET /french-fries\",le=\"+Inf\"}"),
        1);
}

ServerTest(metrics, tell_of_clients_that_left, start_slow_kitchen())
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/noodles"));
    cr_expect(server_logs(&server, "boil the egg"));
    cr_expect_eq(metric(&server, "hob_http_requests_in_progress"), 2, "this, and who asks");
    raw_close(&client);
    cr_expect(eventually(metric(&server, REQUESTS("GET /noodles", "GET", "0")) == 1));
    cr_expect_eq(metric(&server, "hob_orders_cooking"), 0);
}

ServerTest(metrics, tell_of_the_process_what_the_kernel_does, server_start())
{
    const char *page = metrics_page(&server);
    double memory = metric_in(page, "process_resident_memory_bytes");
    double real = (double)process_resident_bytes(server.process);
    cr_expect(fabs(memory - real) <= 0.2 * real, "%g instead of %g", memory, real);
    cr_expect_gt(metric_in(page, "process_virtual_memory_bytes"), memory);
    cr_expect_leq(
        metric_in(page, "process_cpu_seconds_total"), process_cpu_seconds(server.process) + 0.02);
    cr_expect_leq(
        metric_in(page, "process_open_fds"), (double)process_descriptors(server.process) + 1);
    cr_expect_gt(metric_in(page, "process_open_fds"), 3);
    cr_expect_gt(metric_in(page, "process_max_fds"), 3);
    cr_expect_float_eq(metric_in(page, "process_start_time_seconds"), (double)time(NULL), PATIENCE);
}

ServerTest(metrics, tell_how_late_the_loop_is, server_start())
{
    cr_expect(eventually(metric(&server, "hob_loop_lag_seconds_count") > 2));
    cr_expect_geq(
        metric(&server, "hob_loop_lag_seconds_bucket{le=\"64.0\"}"), 3, "it was never that late");
}

ServerTest(
    metrics, tell_of_stalls, server_start("--demo", "--time-scale", "0.1", "--stall-limit", "0.02"))
{
    cr_expect_eq(request(&server, "POST", "/orders?dish=blocking")->status, 202);
    cr_expect(eventually(metric(&server, "hob_stalls_total") >= 1));
    cr_expect_gt(
        metric(&server, "hob_loop_lag_seconds_sum"), 0.05, "who was ready had to wait for it");
}

ServerTest(
    metrics, are_told_beside_the_access_log,
    server_start("--access-log", "json", "--access-log-file", "/dev/null"))
{
    cr_expect_eq(get(&server, "/ping")->status, 200);
    cr_expect_eq(metric(&server, REQUESTS("GET /ping", "GET", "200")), 1);
    cr_expect_eq(metric(&server, "hob_access_log_lost_lines_total"), 0);
    cr_expect_eq(server_stop(&server), 0);
    server = server_start();
    cr_expect(isnan(metric(&server, "hob_access_log_lost_lines_total")), "there is no log");
}

/* The feed of the kitchen page has the same figures. */

/* The last value that came under a name; NAN if there is none. */
static double stat_of(struct stream *feed, const char *name)
{
    const char *last = NULL;
    const char *key = formatted("\"%s\":", name);
    while (receive_more(feed, MSG_DONTWAIT))
        continue;
    for (const char *next = feed->text; (next = strstr(next, key)); next++)
        last = next + strlen(key);
    return last ? strtod(last, NULL) : NAN;
}

static bool close_to(double a, double b, double distance)
{
    return fabs(a - b) <= distance;
}

/* Whether page and metrics agree on this, and on everything else that both have. */
static bool agree(const struct server *server, struct stream *feed, double cooking, double served)
{
    const char *page = metrics_page(server);
    double resident = metric_in(page, "process_resident_memory_bytes");
    bool same =
        stat_of(feed, "cooking") == cooking && metric_in(page, "hob_orders_cooking") == cooking &&
        stat_of(feed, "served") == served && metric_in(page, "hob_orders_served_total") == served &&
        close_to(
            stat_of(feed, "cookedSeconds"), metric_in(page, "hob_cooking_seconds_total"), 0.001) &&
        stat_of(feed, "coroutines") == metric_in(page, "hob_coroutines") - 1 && /* that asks */
        close_to(stat_of(feed, "stacks"), metric_in(page, "hob_stacks"), 1) &&
        close_to(stat_of(feed, "ready"), metric_in(page, "hob_coroutines_ready"), 1) &&
        close_to(stat_of(feed, "residentKiB") * 1024, resident, 0.2 * resident);
    return same;
}

ServerTest(
    metrics, agree_with_the_kitchen_page_while_orders_cook, server_start("--time-scale", "0.5"))
{
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect(eventually(agree(&server, feed, 0, 0)), "before: %s", feed->text);
    cr_assert_eq(request(&server, "POST", "/orders?dish=noodles&count=40")->status, 202);
    cr_assert_eq(request(&server, "POST", "/orders?dish=french-fries&count=30")->status, 202);
    cr_expect(eventually(agree(&server, feed, 70, 0)), "all cook: %s", feed->text);
    cr_expect(eventually(agree(&server, feed, 40, 30)), "the fries are done: %s", feed->text);
    cr_expect(eventually(agree(&server, feed, 0, 70)), "all are done: %s", feed->text);
    cr_expect_float_eq(metric(&server, "hob_cooking_seconds_total"), 0.5 * (40 * 6 + 30 * 4), 0.01);
    double switches = metric(&server, "hob_coroutine_switches_total");
    cr_expect_geq(switches, 70 * 3, "%g: each order waits a few times", switches);
    cr_expect_gt(metric(&server, "hob_coroutine_running_seconds_total"), 0);
}
