/*
 * How workers end: one that dies is replaced, and all stop when the supervisor is stopped.
 */

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/load.h"
#include "tests/support/workers.h"

TestSuite(workers_end, .timeout = 60);

ServerTest(
    workers_end, that_are_killed_cost_only_requests_in_hand,
    server_start("--workers", "2", "--idle-grace", "10"))
{
    enum { KILLS = 5, CLIENTS = 16 };
    struct load *load = load_start(server_address(&server), CLIENTS);
    for (size_t i = 0; i < KILLS; i++) {
        size_t served = load_served(load);
        bool goes_on = eventually(load_served(load) > served + CLIENTS);
        cr_assert(goes_on, "before kill %zu", i);
        kill(first_worker(&server), SIGKILL); /* the oldest: not one that has just come */
        expect_replaced(&server, i + 1, 2);
    }
    cr_expect_eq(server_log_count(&server, "was ended by signal 9; it is replaced"), KILLS);
    struct load_result killed = load_end(load);
    load = load_start(server_address(&server), CLIENTS);
    cr_assert(eventually(load_served(load) > 1000));
    struct load_result after = load_end_without_loss(load);
    printf(
        "%d workers killed: %zu requests served on %zu connections, %zu lost; then %zu served\n",
        KILLS, killed.served, killed.connections, killed.lost, after.served);
    cr_expect_leq(killed.lost, KILLS * CLIENTS, "no client has more than one request in hand");
    cr_expect_eq(count_workers(&server), 2);
}

ProcessTest(workers_end, that_die_leave_the_orders_of_others)
{
    enum { ORDERS = 20 };
    struct server server =
        server_start("--workers", "2", "--time-scale", "0.2", "--log-level", "debug");
    pid_t doomed = first_worker(&server);
    kill(doomed, SIGSTOP);
    struct order **orders = cook_noodles(&server, ORDERS); /* the other one has all of them */
    kill(doomed, SIGKILL);
    expect_replaced(&server, 1, 2);
    wait_for_orders();
    cr_expect_eq(count_served(orders, ORDERS, NOODLES_DONE), ORDERS);
}

ServerTest(
    workers_end, that_keep_dying_end_the_service, server_start("--workers", "2", "--grace", "1"))
{
    for (size_t deaths = 0; deaths < 8; deaths++) {
        static const char line[] = "worker 1 of 2: process ";
        cr_assert(eventually(server_log_count(&server, line) > deaths), "after death %zu", deaths);
        kill((pid_t)strtol(server_log_after(&server, line), NULL, 10), SIGABRT);
    }
    cr_expect_eq(process_result(server.process), 1, "%d", server.process->result);
    cr_expect_eq(server_log_count(&server, "was ended by signal 6; it is replaced\n"), 1);
    cr_expect_eq(server_log_count(&server, "was ended by signal 6; it is replaced in 3.2 s"), 1);
    cr_expect_eq(server_log_count(&server, "the 8th in a row"), 1);
}

/* From outside, without the supervisor: for one that is to be replaced, whatever the reason. */
ServerTest(
    workers_end, leave_and_are_replaced_on_sigusr2_without_a_loss,
    server_start("--workers", "2", "--idle-grace", "10"))
{
    enum { TIMES = 5, CLIENTS = 16 };
    struct load *load = load_start(server_address(&server), CLIENTS);
    for (size_t i = 0; i < TIMES; i++) {
        kill(first_worker(&server), SIGUSR2);
        expect_replaced(&server, i + 1, 2);
    }
    load_end_without_loss(load);
    cr_expect_eq(server_log_count(&server, "exited with status 0; it is replaced"), TIMES);
}

/* In each round the signal finds the clients in other places. */
ProcessTest(workers_end, stop_under_load_without_a_loss)
{
    enum { ROUNDS = 5, ORDERS = 50, CLIENTS = 16 };
    size_t served = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct server server = server_start(
            "--workers", "2", "--time-scale", "0.05", "--log-level", "debug", "--idle-grace", "2");
        struct order **orders = cook_noodles(&server, ORDERS);
        struct load *load = load_start(server_address(&server), CLIENTS);
        cr_assert(eventually(load_served(load) > 100));
        load_expect_end(load);
        server_signal(&server, SIGTERM);
        wait_for_orders();
        served += load_end_without_loss(load).served;
        cr_expect_eq(process_result(server.process), 0);
        cr_expect_eq(count_served(orders, ORDERS, NOODLES_DONE), ORDERS);
    }
    printf("%d shutdowns of 2 workers: %zu requests served, none lost\n", ROUNDS, served);
}

/* As a terminal does on ^C, and systemd: all processes get the signal, and the supervisor's too. */
ProcessTest(workers_end, finish_their_orders_when_all_are_stopped)
{
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server =
            server_start("--workers", "2", "--time-scale", "0.1", "--log-level", "debug");
        struct order **orders = cook_noodles(&server, 10);
        signal_workers(&server, signals[i]);
        server_signal(&server, signals[i]);
        signal_workers(&server, signals[i]);
        wait_for_orders();
        cr_expect_eq(count_served(orders, 10, NOODLES_DONE), 10, "by signal %d", signals[i]);
        cr_expect_eq(process_result(server.process), 0);
    }
}

/* Two signals that are the same are one, if the first has not been taken when the second comes. */
ProcessTest(workers_end, stop_although_another_process_stopped_them)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR2};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server = server_start("--workers", "2");
        pid_t busy = first_worker(&server);
        kill(busy, SIGSTOP);
        kill(busy, signals[i]);
        server_signal(&server, SIGTERM);
        cr_expect(server_logs(&server, "stopping: 2 workers"));
        kill(busy, SIGCONT);
        cr_expect_eq(process_result(server.process), 0);
    }
}

/* Whether it serves already, or has only just been forked. */
ProcessTest(workers_end, that_have_just_come_stop_like_the_others)
{
    for (size_t i = 0; i < 20; i++) {
        struct server server = server_start("--workers", "2");
        kill(first_worker(&server), SIGKILL);
        cr_expect(server_logs(&server, "it is replaced"));
        cr_expect_eq(server_stop(&server), 0);
    }
}

ServerTest(workers_end, are_told_to_stop_by_the_supervisor_alone, server_start("--workers", "2"))
{
    signal_workers(&server, SIGTERM);
    signal_workers(&server, SIGUSR1);
    expect_served(&server, 20);
    cr_expect_eq(server_log_count(&server, "exited"), 0);
}

ServerTest(
    workers_end, take_no_longer_to_stop_than_the_grace,
    start_slow_kitchen("--workers", "2", "--grace", "1"))
{
    cook_noodles(&server, 20);
    double seconds = server_seconds_to_stop(&server);
    cr_expect(seconds >= 1 && seconds < 2, "%g", seconds);
}

ProcessTest(workers_end, end_at_once_by_a_second_signal)
{
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server = start_slow_kitchen("--workers", "2");
        pid_t workers[WORKERS_AT_MOST];
        size_t count = find_workers(&server, workers);
        cook_noodles(&server, 4);
        server_signal(&server, SIGTERM);
        cr_expect(server_logs(&server, "stopping: 2 workers"));
        server_signal(&server, signals[i]);
        cr_expect_eq(process_result(server.process), 128 + signals[i]);
        for (size_t k = 0; k < count; k++) {
            const char *path = formatted("/proc/%d/exe", (int)workers[k]);
            cr_expect(eventually(access(path, F_OK) < 0)); /* a zombie, perhaps, has none */
        }
    }
}

/* They are left to the test's process. */
static void expect_ended(const pid_t *workers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(process_result(&(struct process){.pid = workers[i]}), 0);
}

/* It does not come back, so what it has left is finished and no more. */
ServerTest(
    workers_end, do_not_outlive_a_supervisor_that_is_killed,
    server_start("--workers", "2", "--time-scale", "0.1", "--log-level", "debug"))
{
    pid_t workers[WORKERS_AT_MOST];
    size_t count = find_workers(&server, workers);
    struct order **orders = cook_noodles(&server, 10);
    kill(server.process->pid, SIGKILL);
    cr_expect_eq(process_result(server.process), -SIGKILL);
    wait_for_orders();
    cr_expect_eq(count_served(orders, 10, NOODLES_DONE), 10);
    expect_ended(workers, count);
    struct raw_client client;
    cr_expect_not(raw_try_connect(&client, &server));
}

/* As when a terminal is closed. */
ServerTest(workers_end, leave_when_their_supervisor_is_hung_up, server_start("--workers", "2"))
{
    pid_t workers[WORKERS_AT_MOST];
    size_t count = find_workers(&server, workers);
    kill(server.process->pid, SIGHUP);
    cr_expect_eq(process_result(server.process), -SIGHUP);
    expect_ended(workers, count);
}
