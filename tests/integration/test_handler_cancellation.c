/*
 * Handlers whose client leaves, and servers that a handler stops (include/hob/server.h).
 */

#include "tests/support/integration.h"

TestSuite(handler_cancellation, .timeout = 60);

static char handler_name[] = "handler";

static int sleep_and_clean_up(void *name)
{
    int err = hob_sleep(INFINITY);
    hob_log(HOB_LOG_INFO, "%s cleans up: %s", (const char *)name, strerror(-err));
    return err;
}

static int wait_for_ever(hob_request *req, hob_response *res)
{
    hob_log(HOB_LOG_INFO, "begins");
    return sleep_and_clean_up(handler_name);
}

static void expect_cancelled_by(void (*leave)(struct raw_client *client))
{
    struct server server = serve(wait_for_ever);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/"));
    cr_expect(server_logs(&server, "begins"));
    leave(&client);
    cr_expect(server_logs(&server, "handler cleans up: Operation canceled"));
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(server_log_count(&server, "handler cleans up"), 1);
}

ProcessTest(handler_cancellation, a_client_that_leaves_cancels_its_handler)
{
    expect_cancelled_by(raw_close);
    expect_cancelled_by(raw_reset);
    expect_cancelled_by(raw_end);
}

static int wait_for_children(hob_request *req, hob_response *res)
{
    static char forgotten[] = "forgotten child";
    static char first[] = "first child";
    static char second[] = "second child";
    hob_async(sleep_and_clean_up, forgotten);
    hob_log(HOB_LOG_INFO, "begins");
    return hob_join(hob_async(sleep_and_clean_up, first), hob_async(sleep_and_clean_up, second));
}

ServerTest(
    handler_cancellation, a_client_that_leaves_cancels_the_children_too, serve(wait_for_children))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/"));
    cr_expect(server_logs(&server, "begins"));
    raw_close(&client);
    cr_expect(server_logs(&server, "first child cleans up: Operation canceled"));
    cr_expect(server_logs(&server, "second child cleans up: Operation canceled"));
    cr_expect(server_logs(&server, "forgotten child cleans up: Operation canceled"));
}

/* As one that checks no result. */
static int ignore_cancellation(hob_request *req, hob_response *res)
{
    hob_log(HOB_LOG_INFO, "begins");
    hob_sleep(INFINITY);
    hob_sleep(INFINITY);
    return reply(res, 200, "so what");
}

ClientTest(
    handler_cancellation, a_reply_after_an_ignored_cancellation_is_tried,
    serve(ignore_cancellation))
{
    raw_send(client, GET("/"));
    cr_expect(server_logs(&server, "begins"));
    raw_end(client);
    cr_expect_str_eq(raw_receive(client).body, "so what");
    cr_expect(raw_ended(client));
}

static int finish_anyway(hob_request *req, hob_response *res)
{
    hob_request_finish_anyway(req);
    hob_log(HOB_LOG_INFO, "begins");
    int err = hob_sleep(0.1);
    hob_log(HOB_LOG_INFO, "ends: %s", strerror(-err));
    return err < 0 ? err : reply(res, 200, "done");
}

ServerTest(
    handler_cancellation, a_handler_can_finish_although_its_client_leaves, serve(finish_anyway))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/"));
    cr_expect(server_logs(&server, "begins"));
    raw_reset(&client);
    cr_expect(server_logs(&server, "ends: Success"));
    cr_expect_eq(get(&server, "/other")->status, 200);
}

ClientTest(handler_cancellation, a_client_that_ends_its_side_gets_the_reply, serve(finish_anyway))
{
    raw_send(client, GET("/"));
    cr_expect(server_logs(&server, "begins"));
    raw_end(client);
    cr_expect_str_eq(raw_receive(client).body, "done");
    cr_expect(raw_ended(client));
}

/* The next request of the same connection has not asked for it. */
static int finish_only_pay(hob_request *req, hob_response *res)
{
    if (strcmp(hob_request_path(req), "/pay") != 0)
        return wait_for_ever(req, res);
    hob_request_finish_anyway(req);
    return reply(res, 200, "paid");
}

ServerTest(handler_cancellation, finishing_anyway_is_for_one_request, serve(finish_only_pay))
{
    struct raw_client client = raw_connect(&server);
    cr_expect_str_eq(raw_exchange(&client, GET("/pay")).body, "paid");
    raw_send(&client, GET("/wait"));
    cr_expect(server_logs(&server, "begins"));
    raw_close(&client);
    cr_expect(server_logs(&server, "handler cleans up: Operation canceled"));
}

static int stop_server(hob_request *req, hob_response *res)
{
    hob_server_stop(hob_request_server(req));
    return reply(res, 200, "good night");
}

ClientTest(handler_cancellation, a_handler_can_stop_the_server_and_still_reply, serve(stop_server))
{
    cr_expect_str_eq(raw_exchange(client, GET("/")).body, "good night");
    cr_expect(raw_ended(client));
    cr_expect_eq(process_result(server.process), 0);
}
