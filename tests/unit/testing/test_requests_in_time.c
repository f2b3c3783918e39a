/* Slow handlers and clients, by hob_test_request(). */

#include "hob/testing.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/virtual_time.h"

TestSuite(requests_in_time, .fini = expect_no_leaks, .timeout = 20);

static int wait_for_ever(hob_request *req, hob_response *res)
{
    (void)req;
    (void)res;
    return hob_sleep(1e6);
}

static void expect_reply(
    hob_handler *handler, const hob_test_input *input, int status, const char *content,
    double seconds)
{
    const hob_server_options options = {.handler = handler};
    double before = hob_virtual_elapsed();
    hob_test_reply *reply = hob_test_request(&options, "POST /", input);
    double elapsed = hob_virtual_elapsed() - before;
    cr_expect_eq(reply->status, status, "%d", reply->status);
    cr_expect_not_null(strstr(reply->content, content), "%s", reply->content);
    cr_expect(elapsed >= seconds && elapsed < seconds + 0.1, "%g s", elapsed);
    hob_test_reply_free(reply);
}

Test(requests_in_time, a_handler_has_its_time)
{
    expect_reply(
        wait_for_ever, NULL, 504, "504 Gateway Timeout: it took longer than 30 s (handler_timeout)",
        30);
}

static int set_own_timeout(hob_request *req, hob_response *res)
{
    hob_request_set_timeout(req, 5);
    return wait_for_ever(req, res);
}

Test(requests_in_time, a_handler_can_set_its_time)
{
    expect_reply(set_own_timeout, NULL, 504, "it took longer than 5 s", 5);
}

static int reply_with_body(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 100, &body, &size);
    return err < 0 ? err : hob_reply_text(res, 200, body);
}

Test(requests_in_time, a_body_may_come_in_pieces)
{
    static const hob_test_input input = {.body = "slow", .piece_size = 1, .piece_delay = 2};
    expect_reply(reply_with_body, &input, 200, "slow", 8);
}

Test(requests_in_time, a_body_that_is_too_slow_is_refused)
{
    static const hob_test_input input = {.body = "slow", .piece_size = 1, .piece_delay = 16};
    expect_reply(reply_with_body, &input, 408, "(body_timeout)", 15);
}

static int expect_cancellation(hob_request *req, hob_response *res)
{
    int err = wait_for_ever(req, res);
    cr_expect_eq(err, -ECANCELED);
    return err;
}

static int finish_anyway(hob_request *req, hob_response *res)
{
    hob_request_finish_anyway(req);
    int err = hob_sleep(10);
    cr_expect_eq(err, 0);
    return hob_reply_text(res, 200, "paid");
}

Test(requests_in_time, a_client_that_leaves_cancels_the_handler)
{
    static const hob_test_input input = {.body = "", .leaves = 3};
    expect_reply(expect_cancellation, &input, 0, "", 3);
    expect_reply(finish_anyway, &input, 200, "paid", 10);
}

static int stream_until_the_server_stops(hob_request *req, hob_response *res)
{
    hob_server *server = hob_request_server(req);
    int err = hob_event_stream(res);
    while (err == 0 && !hob_server_is_stopping(server)) {
        err = hob_event(res, NULL, NULL, "tick");
        if (err == 0)
            err = hob_race(hob_server_until_stopping(server), hob_timer(2));
    }
    return err;
}

Test(requests_in_time, a_stream_can_end_when_the_server_stops)
{
    static const hob_test_input input = {.stops = 3};
    expect_reply(stream_until_the_server_stops, &input, 200, "data: tick\n\ndata: tick\n\n", 3);
}

static int stream_for_ever(hob_request *req, hob_response *res)
{
    static const char piece[16 * 1024] = "ever and ever";
    (void)req;
    int err = hob_stream(res, 200, NULL);
    while (err == 0)
        err = hob_send(res, piece, sizeof(piece));
    cr_expect_eq(err, -ECANCELED);
    return err;
}

Test(requests_in_time, a_client_can_leave_a_stream_without_an_end)
{
    static const hob_test_input input = {.leaves = 0.0001};
    expect_reply(stream_for_ever, &input, 200, "ever and ever", 0.0001);
}
