/*
 * --workers: several processes that serve from the same sockets, and the supervisor of these.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hob/address.h"
#include "tests/support/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/http_client.h"
#include "tests/support/kitchen.h"
#include "tests/support/load.h"
#include "tests/support/raw_client.h"
#include "tests/support/sanitizers.h"
#include "tests/support/server_process.h"

TestSuite(workers, .timeout = 60);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WORKERS_AT_MOST = 16 };

/* The children of a process: for a supervisor that starts nothing at the moment, its workers. */
static size_t find_workers(const struct server *server, pid_t *workers)
{
    char path[64];
    int pid;
    size_t count = 0;
    snprintf(
        path, sizeof(path), "/proc/%d/task/%d/children", (int)server->process->pid,
        (int)server->process->pid);
    FILE *children = fopen(path, "r");
    if (!children)
        return 0;
    while (count < WORKERS_AT_MOST && fscanf(children, "%d", &pid) == 1) /* NOLINT(cert-err34-c) */
        workers[count++] = pid;
    fclose(children);
    return count;
}

static size_t count_workers(const struct server *server)
{
    pid_t workers[WORKERS_AT_MOST];
    return find_workers(server, workers);
}

static pid_t first_worker(const struct server *server)
{
    pid_t workers[WORKERS_AT_MOST] = {0};
    cr_assert_gt(find_workers(server, workers), 0);
    return workers[0];
}

/* Waits until a worker has been replaced as often as that, and the new one is there. */
static void expect_replaced(const struct server *server, size_t times, size_t workers)
{
    bool replaced = eventually(server_log_count(server, "it is replaced") >= times);
    cr_expect(replaced);
    bool there = eventually(server_log_count(server, ": process ") >= workers + 2 * times);
    cr_expect(there, "the last one has no successor");
}

static const char *address_of(const struct server *server)
{
    static char address[32];
    snprintf(address, sizeof(address), "127.0.0.1:%u", server->port);
    return address;
}

static void expect_served(const struct server *server, size_t requests)
{
    for (size_t i = 0; i < requests; i++) {
        struct raw_client client = raw_connect(server);
        cr_expect_eq(raw_exchange(&client, GET("/ping")).status, 200);
        raw_close(&client);
    }
}

/* What there is. */

ProcessTest(workers, serve_from_one_port_beside_a_supervisor)
{
    struct server server = server_start("--workers", "3");
    pid_t workers[WORKERS_AT_MOST];
    char line[192];
    cr_assert_eq(find_workers(&server, workers), 3);
    cr_expect_eq(process_threads(server.process), 1);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(process_threads(&(struct process){.pid = workers[i]}), 1);
    expect_served(&server, 20);
    cr_expect_eq(server_stop(&server), 0);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(kill(workers[i], 0), -1, "worker %zu outlived the supervisor", i + 1);
    snprintf(line, sizeof(line), "hob listens on %s\n", server.url);
    cr_expect_str_eq(process_output(server.process), line, "said once, not by each worker");
}

/* With one stopped, clients are served by those that are left. */
ProcessTest(workers, each_serves_alone_if_it_must)
{
    enum { WORKERS = 3 };
    struct server server = server_start("--workers", "3");
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

ProcessTest(workers, can_be_asked_how_they_are)
{
    struct server server = server_start("--workers", "2");
    const char *const argv[] = {HOB_BINARY, "healthcheck", "--listen", address_of(&server), NULL};
    cr_expect_eq(process_result(process_start(argv)), 0);
}

/* Which kitchen a page shows is told by its feed. */
ProcessTest(workers, have_a_kitchen_each_and_say_so)
{
    struct server server = server_start("--workers", "2");
    cr_expect(server_logs(&server, "each of the 2 workers has a kitchen of its own"));
    pid_t stopped = first_worker(&server);
    kill(stopped, SIGSTOP);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/kitchen/events"));
    char text[2048] = "";
    size_t length = 0;
    while (!strstr(text, "\"session\"") && length < sizeof(text) - 1) {
        ssize_t more = recv(client.fd, text + length, sizeof(text) - 1 - length, 0);
        cr_assert_gt(more, 0);
        length += (size_t)more;
        text[length] = '\0';
    }
    cr_expect_not_null(strstr(text, "\"worker\":2,\"workers\":2,"), "%s", text);
    raw_close(&client);
    kill(stopped, SIGCONT);
}

/* The numbers of orders are those of one worker, and another one may have the same. */
ProcessTest(workers, do_not_cancel_the_orders_of_others)
{
    struct server server = start_slow_kitchen("--workers", "2");
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
        cr_expect_eq(raw_exchange(&client, cases[i].request).status, cases[i].status, "%zu", i);
    raw_close(&client);
    kill(stopped, SIGCONT);
}

/* Numbers. */

/* Of a metric on the page that whichever worker is asked tells; -1 if it is not there. */
static double metric(const struct server *server, const char *name)
{
    struct raw_client client = raw_connect(server);
    const char *line = raw_exchange(&client, REQUEST("GET /metrics", "Connection: close\r\n")).body;
    size_t length = strlen(name);
    double value = -1;
    for (; line && value < 0; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ' ')
            value = strtod(line + length, NULL);
    }
    raw_close(&client);
    return value;
}

#define PINGS "hob_http_requests_total{route=\"GET /ping\",method=\"GET\",status=\"200\"}"

ProcessTest(workers, tell_the_sum_of_what_all_have_counted)
{
    struct server server = server_start("--workers", "3");
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

ProcessTest(workers, that_die_leave_what_they_have_counted)
{
    struct server server = server_start("--workers", "2");
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

/* Dying. */

ProcessTest(workers, that_are_killed_under_load_cost_what_they_had_in_hand_and_no_more)
{
    enum { KILLS = 5, CLIENTS = 16 };
    struct server server = server_start("--workers", "2", "--idle-grace", "10");
    struct load *load = load_start(address_of(&server), CLIENTS);
    for (size_t i = 0; i < KILLS; i++) {
        size_t served = load_served(load);
        bool goes_on = eventually(load_served(load) > served + CLIENTS);
        cr_assert(goes_on, "before kill %zu", i);
        kill(first_worker(&server), SIGKILL); /* the oldest: not one that has just come */
        expect_replaced(&server, i + 1, 2);
    }
    cr_expect_eq(server_log_count(&server, "was ended by signal 9; it is replaced"), KILLS);
    struct load_result killed = load_end(load);
    load = load_start(address_of(&server), CLIENTS);
    bool goes_on = eventually(load_served(load) > 1000);
    cr_assert(goes_on);
    struct load_result after = load_end(load);
    printf(
        "%d workers killed: %zu requests served on %zu connections, %zu lost; then %zu served, "
        "%zu lost\n",
        KILLS, killed.served, killed.connections, killed.lost, after.served, after.lost);
    cr_expect_leq(killed.lost, KILLS * CLIENTS, "no client has more than one request in hand");
    cr_expect_eq(after.lost, 0, "%zu lost, the first by %s", after.lost, after.first_loss);
    cr_expect_eq(count_workers(&server), 2);
}

ProcessTest(workers, that_die_do_not_take_the_orders_of_others_with_them)
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
    free(orders);
}

ProcessTest(workers, that_keep_dying_end_the_service)
{
    struct server server = server_start("--workers", "2", "--grace", "1");
    char text[64];
    for (size_t deaths = 0; deaths < 8; deaths++) {
        const char *line = NULL;
        const char *last = NULL;
        bool there = eventually(server_log_count(&server, "worker 1 of 2: process ") > deaths);
        cr_assert(there, "after death %zu", deaths);
        line = process_errors(server.process);
        while ((line = strstr(line, "worker 1 of 2: process ")))
            last = line++;
        cr_assert_not_null(last);
        snprintf(text, sizeof(text), "%.*s", (int)strcspn(last, "\n"), last);
        kill((pid_t)strtol(strrchr(text, ' ') + 1, NULL, 10), SIGABRT);
    }
    cr_expect_eq(process_result(server.process), 1, "%d", server.process->result);
    cr_expect_eq(server_log_count(&server, "was ended by signal 6; it is replaced\n"), 1);
    cr_expect_eq(server_log_count(&server, "was ended by signal 6; it is replaced in 3.2 s"), 1);
    cr_expect_eq(server_log_count(&server, "the 8th in a row"), 1);
}

/* From outside, without the supervisor: for one that is to be replaced, whatever the reason. */
ProcessTest(workers, leave_and_are_replaced_on_sigusr2_without_a_loss)
{
    enum { TIMES = 5, CLIENTS = 16 };
    struct server server = server_start("--workers", "2", "--idle-grace", "10");
    struct load *load = load_start(address_of(&server), CLIENTS);
    for (size_t i = 0; i < TIMES; i++) {
        kill(first_worker(&server), SIGUSR2);
        expect_replaced(&server, i + 1, 2);
    }
    struct load_result result = load_end(load);
    cr_expect_eq(result.lost, 0, "%zu lost, the first by %s", result.lost, result.first_loss);
    cr_expect_eq(server_log_count(&server, "exited with status 0; it is replaced"), TIMES);
}

/* Stopping. */

/* In each round the signal finds the clients in other places. */
ProcessTest(workers, stop_under_load_without_a_loss)
{
    enum { ROUNDS = 5, ORDERS = 50, CLIENTS = 16 };
    size_t served = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        struct server server = server_start(
            "--workers", "2", "--time-scale", "0.05", "--log-level", "debug", "--idle-grace", "2");
        struct order **orders = cook_noodles(&server, ORDERS);
        struct load *load = load_start(address_of(&server), CLIENTS);
        bool loaded = eventually(load_served(load) > 100);
        cr_assert(loaded);
        load_expect_end(load);
        server_signal(&server, SIGTERM);
        wait_for_orders();
        struct load_result result = load_end(load);
        cr_expect_eq(process_result(server.process), 0);
        cr_expect_eq(count_served(orders, ORDERS, NOODLES_DONE), ORDERS);
        cr_expect_eq(result.lost, 0, "%zu lost, the first by %s", result.lost, result.first_loss);
        served += result.served;
        free(orders);
    }
    printf("%d shutdowns of 2 workers: %zu requests served, none lost\n", ROUNDS, served);
}

/* As a terminal does on ^C, and systemd: all processes get the signal, and the supervisor's too. */
ProcessTest(workers, finish_their_orders_when_all_processes_are_told_to_stop)
{
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server =
            server_start("--workers", "2", "--time-scale", "0.1", "--log-level", "debug");
        pid_t workers[WORKERS_AT_MOST];
        size_t count = find_workers(&server, workers);
        struct order **orders = cook_noodles(&server, 10);
        for (size_t k = 0; k < count; k++)
            kill(workers[k], signals[i]);
        server_signal(&server, signals[i]);
        for (size_t k = 0; k < count; k++)
            kill(workers[k], signals[i]);
        wait_for_orders();
        cr_expect_eq(count_served(orders, 10, NOODLES_DONE), 10, "by signal %d", signals[i]);
        cr_expect_eq(process_result(server.process), 0);
        free(orders);
    }
}

/* Two signals that are the same are one, if the first has not been taken when the second comes. */
ProcessTest(workers, stop_although_they_were_told_before_by_somebody_else)
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
ProcessTest(workers, that_have_just_come_stop_like_the_others)
{
    for (size_t i = 0; i < 20; i++) {
        struct server server = server_start("--workers", "2");
        kill(first_worker(&server), SIGKILL);
        cr_expect(server_logs(&server, "it is replaced"));
        cr_expect_eq(server_stop(&server), 0);
    }
}

ProcessTest(workers, are_told_to_stop_by_the_supervisor_alone)
{
    struct server server = server_start("--workers", "2");
    pid_t workers[WORKERS_AT_MOST];
    size_t count = find_workers(&server, workers);
    for (size_t i = 0; i < count; i++) {
        kill(workers[i], SIGTERM);
        kill(workers[i], SIGUSR1);
    }
    expect_served(&server, 20);
    cr_expect_eq(server_log_count(&server, "exited"), 0);
    cr_expect_eq(server_stop(&server), 0);
}

ProcessTest(workers, take_no_longer_to_stop_than_the_grace)
{
    struct server server = start_slow_kitchen("--workers", "2", "--grace", "1");
    struct order **orders = cook_noodles(&server, 20);
    double begin = clock_seconds();
    cr_expect_eq(server_stop(&server), 0);
    double seconds = clock_seconds() - begin;
    cr_expect(seconds >= 1 && seconds < 2, "%g", seconds);
    free(orders);
}

ProcessTest(workers, end_at_once_by_a_second_signal)
{
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct server server = start_slow_kitchen("--workers", "2");
        pid_t workers[WORKERS_AT_MOST];
        size_t count = find_workers(&server, workers);
        struct order **orders = cook_noodles(&server, 4);
        server_signal(&server, SIGTERM);
        cr_expect(server_logs(&server, "stopping: 2 workers"));
        server_signal(&server, signals[i]);
        cr_expect_eq(process_result(server.process), 128 + signals[i]);
        for (size_t k = 0; k < count; k++) {
            char path[32];
            snprintf(path, sizeof(path), "/proc/%d/exe", (int)workers[k]);
            bool gone = eventually(access(path, F_OK) < 0); /* a zombie, perhaps, has none */
            cr_expect(gone);
        }
        free(orders);
    }
}

/* It does not come back, so what it has left is finished and no more. */
ProcessTest(workers, do_not_outlive_a_supervisor_that_is_killed)
{
    struct server server =
        server_start("--workers", "2", "--time-scale", "0.1", "--log-level", "debug");
    pid_t workers[WORKERS_AT_MOST];
    size_t count = find_workers(&server, workers);
    struct order **orders = cook_noodles(&server, 10);
    kill(server.process->pid, SIGKILL);
    cr_expect_eq(process_result(server.process), -SIGKILL);
    wait_for_orders();
    cr_expect_eq(count_served(orders, 10, NOODLES_DONE), 10);
    for (size_t i = 0; i < count; i++) {
        struct process worker = {.pid = workers[i]}; /* left to the test's process */
        cr_expect_eq(process_result(&worker), 0);
    }
    struct raw_client client;
    cr_expect_not(raw_try_connect(&client, &server));
    free(orders);
}

/* As when a terminal is closed. */
ProcessTest(workers, leave_when_their_supervisor_is_hung_up)
{
    struct server server = server_start("--workers", "2");
    pid_t workers[WORKERS_AT_MOST];
    size_t count = find_workers(&server, workers);
    kill(server.process->pid, SIGHUP);
    cr_expect_eq(process_result(server.process), -SIGHUP);
    for (size_t i = 0; i < count; i++) {
        struct process worker = {.pid = workers[i]};
        cr_expect_eq(process_result(&worker), 0);
    }
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
    char folder[] = "/tmp/hob-workers-XXXXXX";
    char path[64];
    char moved[64];
    cr_assert_not_null(mkdtemp(folder), "%m");
    snprintf(path, sizeof(path), "%s/log", folder);
    snprintf(moved, sizeof(moved), "%s/log.1", folder);
    struct server server =
        server_start("--workers", "2", "--access-log", "combined", "--access-log-file", path);
    expect_served(&server, 20);
    bool written = eventually(count_lines(path) == 20);
    cr_expect(written, "%zu lines", count_lines(path));
    cr_assert_eq(rename(path, moved), 0);
    cr_assert_eq(kill(server.process->pid, SIGHUP), 0);
    cr_expect(eventually(access(path, F_OK) == 0));
    expect_served(&server, 20);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(count_lines(path) + count_lines(moved), 40);
    unlink(path);
    unlink(moved);
    rmdir(folder);
}

ProcessTest(workers, are_not_started_when_the_access_log_cannot_be_opened)
{
    const char *const argv[] = {
        HOB_BINARY,          "--port",    "0", "--workers", "2", "--access-log", "json",
        "--access-log-file", "/none/log", NULL};
    struct process *hob = process_start(argv);
    cr_expect_eq(process_result(hob), 1);
    cr_expect_not_null(strstr(process_errors(hob), "/none/log"), "%s", process_errors(hob));
    cr_expect_null(strstr(process_errors(hob), "worker"), "%s", process_errors(hob));
}

/* Restarting. */

ProcessTest(workers, are_all_replaced_by_a_restart_without_a_loss)
{
    enum { RESTARTS = 20, CLIENTS = 16 };
    struct server server = server_start("--workers", "2", "--idle-grace", "10");
    struct load *load = load_start(address_of(&server), CLIENTS);
    for (size_t i = 0; i < RESTARTS; i++) {
        pid_t before = server.process->pid;
        size_t served = load_served(load);
        server_upgrade(&server);
        cr_expect_neq(server.process->pid, before);
        bool goes_on = eventually(load_served(load) > served + CLIENTS);
        cr_assert(goes_on, "restart %zu", i);
    }
    struct load_result result = load_end(load);
    printf(
        "%d restarts of 2 workers: %zu requests on %zu connections, %zu lost\n", RESTARTS,
        result.served, result.connections, result.lost);
    cr_expect_eq(result.lost, 0, "%zu lost, the first by %s", result.lost, result.first_loss);
    cr_expect_eq(count_workers(&server), 2);
}

/* A program that can be replaced. Its name is that of its folder. */
static char *copy_hob(char *folder)
{
    static char path[64];
    char command[512];
    cr_assert_not_null(mkdtemp(folder), "%m");
    snprintf(path, sizeof(path), "%s/hob", folder);
    snprintf(command, sizeof(command), "cp '%s' '%s'", HOB_BINARY, path);
    cr_assert_eq(system(command), 0); /* NOLINT(cert-env33-c) */
    return path;
}

static void replace_by_script(const char *path, const char *script)
{
    char text[256];
    snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
    unlink(path);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

ProcessTest(workers, go_on_when_what_was_to_replace_them_fails)
{
    static const struct {
        const char *script;
        const char *report;
    } cases[] = {
        {"exit 3", "exited with status 3; this one goes on"},
        {"kill -6 $$", "was ended by signal 6; this one goes on"},
    };
    char folder[] = "/tmp/hob-workers-XXXXXX";
    char *path = copy_hob(folder);
    struct server server =
        server_start_with((const char *const[]){path, "--port", "0", "--workers", "2", NULL});
    for (size_t i = 0; i < COUNT(cases); i++) {
        replace_by_script(path, cases[i].script);
        cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
        cr_expect(server_logs(&server, cases[i].report), "%s", cases[i].report);
        expect_served(&server, 20);
    }
    cr_expect_eq(count_workers(&server), 2);
    cr_expect_eq(server_stop(&server), 0);
    unlink(path);
    rmdir(folder);
}

ProcessTest(workers, that_stop_take_along_who_was_to_replace_them)
{
    char folder[] = "/tmp/hob-workers-XXXXXX";
    char *path = copy_hob(folder);
    struct server server =
        server_start_with((const char *const[]){path, "--port", "0", "--workers", "2", NULL});
    replace_by_script(path, "echo here I am >&2; exec sleep 1000");
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "here I am"));
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "is about to take over already"));
    cr_expect_eq(server_stop(&server), 0);
    cr_expect(server_logs(&server, "is stopped as well"));
    unlink(path);
    rmdir(folder);
}

ProcessTest(workers, that_stop_are_not_replaced)
{
    struct server server = start_slow_kitchen("--workers", "2", "--grace", "2");
    struct order **orders = cook_noodles(&server, 1);
    server_signal(&server, SIGTERM);
    cr_expect(server_logs(&server, "stopping"));
    cr_assert_eq(kill(server.process->pid, SIGUSR2), 0);
    cr_expect(server_logs(&server, "upgrade: too late"));
    cr_expect_eq(process_result(server.process), 0);
    free(orders);
}

/* Sockets that are not TCP, or not ours. */

ProcessTest(workers, remove_the_file_of_their_unix_socket_when_all_is_over)
{
    char folder[] = "/tmp/hob-workers-XXXXXX";
    char address[64];
    cr_assert_not_null(mkdtemp(folder), "%m");
    snprintf(address, sizeof(address), "unix:%s/sock", folder);
    const char *path = strchr(address, '/');
    struct server server = server_start_with((const char *const[]){
        HOB_BINARY, "--listen", address, "--idle-grace", "10", "--workers", "2", NULL});
    struct load *load = load_start(address, 8);
    server_upgrade(&server);
    cr_expect_eq(access(path, F_OK), 0, "it was handed over");
    kill(first_worker(&server), SIGUSR2);
    expect_replaced(&server, 1, 4);
    cr_expect_eq(access(path, F_OK), 0, "the other worker needs it");
    struct load_result result = load_end(load);
    cr_expect_eq(result.lost, 0, "%zu lost, the first by %s", result.lost, result.first_loss);
    cr_expect_eq(server_stop(&server), 0);
    cr_expect_eq(access(path, F_OK), -1);
    rmdir(folder);
}

/* How hob is started on a socket, in the child: as systemd does it, or a hob before it. */
struct start {
    int listener;
    int ready;   /* -1 if there is no hob before it */
    bool lonely; /* it may have one child and no more */
};

/* Root may have as many processes as it likes, so somebody else it is who is not known here. */
static void allow_one_child(void)
{
    enum { SOMEBODY = 60123 };
    const struct rlimit two = {.rlim_cur = 2, .rlim_max = 2};
    if (setrlimit(RLIMIT_NPROC, &two) < 0 || setgid(SOMEBODY) < 0 || setuid(SOMEBODY) < 0)
        _exit(126);
}

static int start_with_sockets(void *arg)
{
    const struct start *self = arg;
    char name[] = "hob", option[] = "--workers", count[] = "2";
    char *argv[] = {name, option, count, NULL};
    char pid[16];
    int binary = open(HOB_BINARY, O_RDONLY | O_CLOEXEC); /* its folder may be closed to others */
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    dup2(self->listener, 3);
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "1", 1);
    if (self->ready >= 0) {
        dup2(self->ready, 4);
        setenv("HOB_READY_FD", "4", 1);
    }
    if (self->lonely)
        allow_one_child();
    fexecve(binary, argv, environ);
    return 127;
}

/* Out of the way of those that they become in the child. */
static int move_up(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    cr_assert_geq(moved, 0, "%m");
    close(fd);
    return moved;
}

/* Who connects after the end waits for the next one. */
ProcessTest(workers, leave_a_socket_of_somebody_else_open)
{
    struct start start = {.listener = move_up(hob_listen("127.0.0.1:0")), .ready = -1};
    struct server first = server_wait(process_fork(start_with_sockets, &start));
    expect_served(&first, 10);
    cr_expect_eq(server_stop(&first), 0);
    struct raw_client client = raw_connect(&first);
    raw_send(&client, GET("/ping"));
    struct server second = server_wait(process_fork(start_with_sockets, &start));
    cr_expect_eq(raw_receive(&client).status, 200);
    cr_expect_eq(server_stop(&second), 0);
    raw_close(&client);
    close(start.listener);
}

/*
 * Until all of its workers serve, the process before it does. So it must not shut the sockets when
 * it gives up, although one of its workers serves from them.
 */
ProcessTest(workers, that_are_not_complete_leave_the_socket_to_those_before_them)
{
    char url[HOB_URL_SIZE];
    char byte;
    int ends[2];
    if (geteuid() != 0 || UNDER_ASAN)
        cr_skip("only root can become somebody else, and LeakSanitizer starts a process");
    cr_assert_eq(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    struct start start = {
        .listener = move_up(hob_listen("127.0.0.1:0")), .ready = move_up(ends[1]), .lonely = true};
    struct server lonely = {.process = process_fork(start_with_sockets, &start)};
    cr_expect_eq(process_result(lonely.process), 1, "%d", lonely.process->result);
    cr_expect_eq(server_log_count(&lonely, "worker 2: no process: Resource temporarily"), 8);
    cr_expect_eq(server_log_count(&lonely, "the 8th in a row"), 1);
    cr_expect_str_empty(process_output(lonely.process), "it never was complete");
    close(start.ready);
    cr_expect_eq(read(ends[0], &byte, 1), 0, "nor said so to the one before it");

    cr_assert_eq(hob_socket_url(start.listener, url, sizeof(url)), 0);
    struct server before = server_at(url);
    struct raw_client client = raw_connect(&before);
    raw_send(&client, GET("/ping"));
    server_wait(process_fork(start_with_sockets, &(struct start){start.listener, -1, false}));
    cr_expect_eq(raw_receive(&client).status, 200);
    raw_close(&client);
    close(start.listener);
    close(ends[0]);
}
