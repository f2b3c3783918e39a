/*
 * Handlers that keep the thread, and jobs and workers that hang, do not end by themselves. Signals
 * and the grace end the process all the same.
 */
#include <fcntl.h>

#include "tests/support/integration.h"
#include "tests/support/workers.h"

TestSuite(stuck, .timeout = 120);

/* Seconds that are more than the time in which two signals count as one. */
#define APART 0.1

static void wait_a_moment(double seconds)
{
    usleep((useconds_t)(seconds * 1e6));
}

static int keep_the_thread(hob_request *req, hob_response *res)
{
    hob_stall_limit(0);
    hob_log(HOB_LOG_INFO, "begins");
    keep_busy(INFINITY);
    return 0;
}

ProcessTest(stuck, in_a_handler_ends_at_once_by_a_second_signal)
{
    static const int signals[][2] = {
        {SIGTERM, SIGTERM}, {SIGTERM, SIGINT}, {SIGINT, SIGTERM}, {SIGINT, SIGINT}};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server = serve(keep_the_thread);
        struct raw_client client = raw_connect(&server);
        raw_send(&client, GET("/"));
        cr_expect(server_logs(&server, "begins"));
        server_signal(&server, signals[i][0]);
        wait_a_moment(APART);
        server_signal(&server, signals[i][1]);
        cr_expect_eq(process_result(server.process), 128 + signals[i][1]);
        raw_close(&client);
    }
}

/* It keeps the thread for hours, also from sending the response to this. */
static void order_what_blocks(struct raw_client *client)
{
    raw_send(
        client,
        "POST /orders?dish=blocking HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
}

#define start_blocking(...)                                                                        \
    server_start("--demo", "--time-scale", "10000", "--grace", "1", ##__VA_ARGS__)

ClientTest(stuck, in_a_dish_ends_at_once_by_a_second_signal, start_blocking())
{
    order_what_blocks(client);
    cr_expect(server_logs(&server, "has kept the thread"));
    server_signal(&server, SIGTERM);
    wait_a_moment(APART);
    server_signal(&server, SIGTERM);
    cr_expect_eq(process_result(server.process), 128 + SIGTERM);
}

ClientTest(stuck, in_a_dish_ends_after_the_grace_by_one_signal, start_blocking())
{
    order_what_blocks(client);
    cr_expect(server_logs(&server, "has kept the thread"));
    server_signal(&server, SIGTERM);
    cr_expect_eq(process_result(server.process), EXIT_FAILURE);
    cr_expect_eq(server_log_count(&server, "the server does not stop"), 1);
}

/* timeout(1) sends its signal to the process, and then to the group that this is in. */
ServerTest(stuck, two_signals_at_once_are_one, server_start())
{
    get(&server, "/ping"); /* now it surely runs */
    kill(server.process->pid, SIGSTOP);
    server_signal(&server, SIGTERM);
    server_signal(&server, SIGINT);
    kill(server.process->pid, SIGCONT);
    cr_expect_eq(process_result(server.process), 0, "%d", server.process->result);
}

/* Fills a pipe that has no reader, and returns its writing end. */
static int make_full_pipe(void)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    while (write(ends[1], "....", 4) > 0)
        ;
    cr_assert_eq(fcntl(ends[1], F_SETFL, 0), 0);
    return ends[1];
}

ProcessTest(stuck, standard_output_does_not_keep_it_from_stopping)
{
    static const char *const workers[] = {"1", "2"};
    const char *output = formatted("/dev/fd/%d", make_full_pipe());
    for (size_t i = 0; i < COUNT(workers); i++) {
        struct process *hob = start_command(
            "/bin/sh", "-c", "exec \"$0\" --port 0 --idle-grace 0 --workers \"$1\" >\"$2\"",
            HOB_BINARY, workers[i], output);
        struct server server = {.process = hob};
        cr_expect(server_logs(&server, "standard output is full"));
        cr_expect_eq(server_stop(&server), 0);
    }
}

static int never_end(void *arg)
{
    while (pause() < 0)
        ;
    return 0;
}

static int await_a_job(hob_request *req, hob_response *res)
{
    hob_log(HOB_LOG_INFO, "begins");
    return hob_await(hob_offload(never_end, NULL));
}

ClientTest(
    stuck, a_job_does_not_keep_the_process_beyond_the_grace, serve_with(await_a_job, .grace = 0.5))
{
    raw_send(client, GET("/"));
    cr_expect(server_logs(&server, "begins"));
    double begin = clock_seconds();
    cr_expect_eq(server_stop(&server), EXIT_FAILURE);
    double seconds = clock_seconds() - begin;
    cr_expect(seconds >= 3.5 && seconds < PATIENCE, "%g", seconds);
    cr_expect_eq(server_log_count(&server, "the server does not stop"), 1);
}

static int await_a_job_and_reply(hob_request *req, hob_response *res)
{
    int err = await_a_job(req, res);
    return err < 0 ? err : hob_reply_text(res, 200, "done");
}

ServerTest(
    stuck, a_job_does_not_outlast_the_handler_timeout,
    serve_with(await_a_job_and_reply, .handler_timeout = 0.2, .grace = 0.1))
{
    struct raw_client client = raw_connect(&server);
    double begin = clock_seconds();
    struct response response = raw_exchange(&client, GET("/"));
    double seconds = clock_seconds() - begin;
    cr_expect_eq(response.status, 504);
    cr_expect(has_field(&response, "Connection: close"), "%s", response.head);
    cr_expect_not_null(strstr(response.body, "handler_timeout"), "%s", response.body);
    cr_expect(seconds >= 1.2 && seconds < PATIENCE, "%g", seconds);
    cr_expect(raw_ended(&client));
    cr_expect(server_logs(&server, "GET / (no route, request id "));
    raw_close(&client);
    cr_expect_eq(get(&server, "/other")->status, 200);
    cr_expect_eq(server_stop(&server), EXIT_FAILURE);
}

/* Its clean-up is not cancelled, and takes less than a second. */
static int clean_up(void *arg)
{
    return hob_sleep(0.1);
}

static int clean_up_and_reply(hob_request *req, hob_response *res)
{
    hob_sleep(INFINITY);
    hob_shield(clean_up, NULL);
    return hob_reply_text(res, 503, "too late");
}

ClientTest(
    stuck, a_handler_that_was_cut_short_has_the_last_word,
    serve_with(clean_up_and_reply, .handler_timeout = 0.2))
{
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(raw_exchange(client, GET("/")).status, 503);
}

/* Workers, and processes that were replaced. */

static void expect_killed(const struct server *server)
{
    cr_expect_eq(process_result(server->process), EXIT_FAILURE);
    cr_expect_eq(server_log_count(server, "1 workers have not exited 3 s after the grace"), 1);
    cr_expect_eq(server_log_count(server, "was ended by signal 9 instead of stopping"), 1);
}

ClientTest(stuck, a_worker_is_killed_after_the_grace, start_blocking("--workers", "2"))
{
    order_what_blocks(client);
    cr_expect(server_logs(&server, "has kept the thread"));
    server_signal(&server, SIGTERM);
    expect_killed(&server);
}

/* Restarts the server, and blocks the thread of the old process when the new one serves. */
static struct process restart_and_block(const struct server *server)
{
    struct raw_client client = raw_connect(server);
    cr_expect_eq(raw_exchange(&client, GET("/ping")).status, 200);
    kill(server->process->pid, SIGUSR2);
    cr_expect(server_logs(server, "serves; this process drains"));
    order_what_blocks(&client);
    cr_expect(server_logs(server, "has kept the thread"));
    raw_close(&client);
    return (struct process){.pid = server_new_process(server)};
}

static void stop_new_process(struct process *new_process)
{
    kill(new_process->pid, SIGTERM);
    cr_expect_eq(process_result(new_process), 0);
}

ServerTest(
    stuck, a_process_that_was_replaced_ends_after_the_grace,
    start_blocking("--idle-grace", "1", "--grace", "2"))
{
    struct process new_process = restart_and_block(&server);
    cr_expect_eq(process_result(server.process), EXIT_FAILURE);
    cr_expect_eq(server_log_count(&server, "the server does not stop"), 1);
    stop_new_process(&new_process);
}

ServerTest(
    stuck, a_worker_of_a_replaced_supervisor_is_killed,
    start_blocking("--workers", "2", "--idle-grace", "1", "--grace", "2"))
{
    struct process new_process = restart_and_block(&server);
    expect_killed(&server);
    stop_new_process(&new_process);
}
