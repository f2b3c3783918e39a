/*
 * --workers: several processes that serve from the same sockets, and what they report together.
 */
#include <sched.h>

#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/metrics_page.h"
#include "tests/support/stream.h"
#include "tests/support/workers.h"

TestSuite(workers, .timeout = 60);

ServerTest(workers, serve_from_one_port_beside_a_supervisor, server_start("--workers", "3"))
{
    pid_t workers[WORKERS_AT_MOST];
    cr_assert_eq(find_workers(&server, workers), 3);
    cr_expect_eq(process_threads(server.process), 1);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(process_threads(&(struct process){.pid = workers[i]}), 1);
    expect_served(&server, 20);
    cr_expect_eq(server_stop(&server), 0);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(kill(workers[i], 0), -1, "worker %zu outlived the supervisor", i + 1);
    const char *line = formatted("hob listens on %s\n", server.url);
    cr_expect_str_eq(process_output(server.process), line, "said once, not by each worker");
}

/* With one stopped, clients are served by those that are left. */
ServerTest(workers, each_serves_alone_if_it_must, server_start("--workers", "3"))
{
    enum { WORKERS = 3 };
    pid_t workers[WORKERS_AT_MOST];
    cr_assert_eq(find_workers(&server, workers), WORKERS);
    for (size_t alone = 0; alone < WORKERS; alone++) {
        for (size_t i = 0; i < WORKERS; i++)
            kill(workers[i], i == alone ? SIGCONT : SIGSTOP);
        expect_served(&server, 3);
    }
    for (size_t i = 0; i < WORKERS; i++)
        kill(workers[i], SIGCONT);
}

ProcessTest(workers, are_none_by_default)
{
    struct server alone = server_start();
    cr_expect_eq(count_workers(&alone), 0);
    struct server one = server_start("--workers", "1");
    cr_expect_eq(count_workers(&one), 0);
    cr_expect_eq(server_log_count(&one, "worker"), 0);
}

ProcessTest(workers, auto_is_as_many_as_there_are_processors_for_us)
{
    cpu_set_t all;
    cpu_set_t one;
    cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
    size_t processors = (size_t)CPU_COUNT(&all);
    if (processors <= WORKERS_AT_MOST) {
        struct server server = server_start("--workers", "auto");
        cr_expect_eq(count_workers(&server), processors > 1 ? processors : 0);
    }
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    }
    cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
    struct server server = server_start("--workers", "auto");
    cr_expect_eq(count_workers(&server), 0);
}

ServerTest(workers, can_be_asked_how_they_are, server_start("--workers", "2"))
{
    cr_expect_eq(
        process_result(program_start("healthcheck", "--listen", server_address(&server))), 0);
}

/* The feed names the kitchen of a page. */
ServerTest(workers, have_a_kitchen_each_and_say_so, server_start("--workers", "2"))
{
    cr_expect(server_logs(&server, "each of the 2 workers has a kitchen of its own"));
    pid_t stopped = first_worker(&server);
    kill(stopped, SIGSTOP);
    struct stream *feed = follow(&server, "/kitchen/events", "");
    cr_expect_not_null(wait_for_text(feed, "\"worker\":2,\"workers\":2,"), "%s", feed->text);
    kill(stopped, SIGCONT);
}

/* The numbers of orders are those of one worker, and another one may have the same. */
ServerTest(workers, do_not_cancel_the_orders_of_others, start_slow_kitchen("--workers", "2"))
{
    pid_t stopped = first_worker(&server);
    kill(stopped, SIGSTOP);
    struct raw_client client = raw_connect(&server);
    struct response taken =
        raw_exchange(&client, REQUEST("POST /orders?dish=noodles", "Content-Length: 0\r\n"));
    cr_expect_eq(taken.status, 202);
    cr_expect_str_eq(taken.body, "{\"orders\":[1],\"worker\":2}\n");
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {REQUEST("DELETE /orders/1?worker=1", ""), 421},
        {REQUEST("DELETE /orders/1?worker=3", ""), 421},
        {REQUEST("DELETE /orders/1?worker=0", ""), 421},
        {REQUEST("DELETE /orders/1?worker=", ""), 421},
        {REQUEST("DELETE /orders/1?worker=2", ""), 204},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            raw_exchange(&client, cases[i].request).status, cases[i].status, "%s",
            cases[i].request);
    kill(stopped, SIGCONT);
}

#define PINGS "hob_http_requests_total{route=\"GET /ping\",method=\"GET\",status=\"200\"}"

ServerTest(workers, tell_the_sum_of_what_all_have_counted, server_start("--workers", "3"))
{
    double least = 0;
    expect_served(&server, 60);
    for (size_t i = 0; i < 20; i++) {
        double pings = metric(&server, PINGS);
        cr_expect_geq(pings, least, "%g after %g", pings, least);
        least = pings;
    }
    bool all = eventually(metric(&server, PINGS) == 60); /* each publishes once a second */
    cr_expect(all, "%g", metric(&server, PINGS));
    cr_expect_lt(metric(&server, "process_start_time_seconds"), 4e9, "one of them, and no sum");
    cr_expect_geq(metric(&server, "process_open_fds"), 3 * 8);
}

ServerTest(workers, that_die_leave_what_they_have_counted, server_start("--workers", "2"))
{
    expect_served(&server, 50);
    bool all = eventually(metric(&server, PINGS) == 50);
    cr_assert(all, "%g", metric(&server, PINGS));
    for (size_t i = 0; i < 4; i++) {
        kill(first_worker(&server), i % 2 == 0 ? SIGKILL : SIGUSR2);
        expect_replaced(&server, i + 1, 2);
        double pings = metric(&server, PINGS);
        cr_expect_eq(pings, 50, "%g", pings);
    }
    expect_served(&server, 50);
    all = eventually(metric(&server, PINGS) == 100);
    cr_expect(all, "%g", metric(&server, PINGS));
}

static size_t count_lines(const char *path)
{
    size_t lines = 0;
    int c;
    FILE *file = fopen(path, "r");
    while (file && (c = fgetc(file)) != EOF)
        lines += c == '\n';
    if (file)
        fclose(file);
    return lines;
}

ProcessTest(workers, write_one_access_log_and_open_it_again_on_sighup)
{
    const char *path = folder_path("log");
    const char *moved = folder_path("log.1");
    struct server server =
        server_start("--workers", "2", "--access-log", "combined", "--access-log-file", path);
    expect_served(&server, 20);
    cr_expect(eventually(count_lines(path) == 20), "%zu lines", count_lines(path));
    cr_assert_eq(rename(path, moved), 0);
    cr_assert_eq(kill(server.process->pid, SIGHUP), 0);
    cr_expect(eventually(access(path, F_OK) == 0));
    expect_served(&server, 20);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(count_lines(path) + count_lines(moved), 40);
}

ProcessTest(workers, are_not_started_without_the_access_log)
{
    struct process *hob = program_start(
        "--port", "0", "--workers", "2", "--access-log", "json", "--access-log-file", "/none/log");
    cr_expect_eq(process_result(hob), 1);
    cr_expect_not_null(strstr(process_errors(hob), "/none/log"), "%s", process_errors(hob));
    cr_expect_null(strstr(process_errors(hob), "worker"), "%s", process_errors(hob));
}
