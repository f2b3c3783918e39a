/*
 * The metrics of a group of two processes with as many routes as there may be. This process is the
 * second one, and publishes its numbers before the first one, which is asked, is forked.
 */
#include <stdarg.h>

#include "observe/metrics_text.h"
#include "observe/shared_pages.h"
#include "server/request.h"
#include "tests/support/integration.h"

TestSuite(metrics_group, .timeout = 120);

enum { ROUTES = 2000 };

#define OF_ROUTE "{route=\"GET /api/v1/resources/%d/{id}/items\""

static char patterns[ROUTES][48];
static hob_metrics *metrics;
static hob_metrics_group *group;

/* A request to each route. */
static void observe_routes(void)
{
    struct hob_request *request = calloc(1, sizeof(*request));
    request->method = "GET";
    for (int i = 0; i < ROUTES; i++) {
        snprintf(patterns[i], sizeof(patterns[i]), "GET /api/v1/resources/%d/{id}/items", i);
        request->route = patterns[i];
        hob_metrics_observe(
            metrics, &(hob_exchange){.req = request, .status = 200, .seconds = 0.5});
    }
    free(request);
}

/* The coroutine of hob_metrics_start() publishes once more when it ends. */
static int publish(void *unused)
{
    hob_deadline(0);
    return hob_await(hob_metrics_start(metrics));
}

/* Of the process that is asked: how many turns the loop made while it answered. */
static size_t turns;

static int count_turns(void *unused)
{
    for (turns = 0; hob_sleep(0) == 0; turns++)
        continue;
    return 0;
}

static int serve_page(hob_request *req, hob_response *res)
{
    static bool joined;
    if (strcmp(hob_request_path(req), "/turns") == 0)
        return reply(res, 200, "%zu", turns);
    int err = joined ? 0 : hob_metrics_join(metrics, group, 0);
    joined = true;
    hob_future *counter = hob_async(count_turns, NULL);
    if (err == 0)
        err = hob_metrics_reply(metrics, req, res);
    hob_cancel(counter);
    hob_await(counter);
    return err;
}

static struct server start_group(hob_handler *handler)
{
    group = hob_metrics_group_new(2);
    metrics = hob_metrics_new();
    observe_routes();
    cr_assert_eq(hob_metrics_join(metrics, group, 1), 0);
    cr_assert_eq(hob_block_on(publish, NULL), -ETIMEDOUT);
    return serve(handler);
}

/* HTTP/1.0 gets a stream as it is. The caller's to free. */
static char *stream_of_page(const struct server *server)
{
    struct raw_client client = raw_connect(server);
    raw_send(&client, "GET /metrics HTTP/1.0\r\n\r\n");
    struct response response = raw_receive_to_end(&client);
    cr_assert_eq(response.status, 200);
    char *page = strdup(response.body);
    raw_close(&client);
    return page;
}

static void __attribute__((format(printf, 2, 3)))
expect_line(const char *page, const char *format, ...)
{
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    cr_expect(strstr(page, line), "no %s", line);
}

Test(metrics_group, of_2000_routes_is_summed_in_many_turns_of_the_loop)
{
    struct server server = start_group(serve_page);
    char *page = stream_of_page(&server);
    for (int i = 0; i < ROUTES; i += ROUTES - 1) {
        expect_line(
            page, "\nhob_http_requests_total" OF_ROUTE ",method=\"GET\",status=\"200\"} 2\n", i);
        expect_line(page, "\nhob_http_request_duration_seconds_count" OF_ROUTE "} 2\n", i);
        expect_line(page, "\nhob_http_request_duration_seconds_sum" OF_ROUTE "} 1\n", i);
    }
    expect_line(page, "\nhob_metrics_unpublished_total 0\n");
    struct raw_client client = raw_connect(&server);
    size_t made = strtoul(raw_exchange(&client, GET("/turns")).body, NULL, 10);
    cr_expect_geq(made, strlen(page) / METRICS_TEXT_STEP);
}

/* A metric that does not fit into what the processes share. */
static void tell_too_much(void *text, hob_exposition *out)
{
    static const hob_metric metric = {
        .name = "large", .type = HOB_METRIC_GAUGE, .help = "Too large."};
    const hob_label label = {"text", text};
    hob_metrics_begin(out, &metric);
    hob_metrics_value(out, &label, 1, 1);
}

static int serve_too_much(hob_request *req, hob_response *res)
{
    static char text[SHARED_PAGE_SIZE + 1];
    if (text[0] == '\0') {
        memset(text, 'x', SHARED_PAGE_SIZE);
        hob_metrics_add(metrics, tell_too_much, text);
    }
    return serve_page(req, res);
}

Test(metrics_group, that_is_too_large_is_served_by_each_process_alone)
{
    struct server server = start_group(serve_too_much);
    for (int unpublished = 1; unpublished <= 2; unpublished++) {
        char *page = stream_of_page(&server);
        expect_line(page, "\nhob_http_request_duration_seconds_count" OF_ROUTE "} 1\n", 0);
        expect_line(page, "\nhob_metrics_unpublished_total %d\n", unpublished);
        free(page);
    }
}
