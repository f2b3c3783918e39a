#include "tests/support/workers.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "tests/support/criterion.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"

size_t find_workers(const struct server *server, pid_t *workers)
{
    int pid;
    size_t count = 0;
    int parent = server->process->pid;
    FILE *children = fopen(formatted("/proc/%d/task/%d/children", parent, parent), "r");
    if (!children)
        return 0;
    while (count < WORKERS_AT_MOST && fscanf(children, "%d", &pid) == 1) /* NOLINT(cert-err34-c) */
        workers[count++] = pid;
    fclose(children);
    return count;
}

size_t count_workers(const struct server *server)
{
    pid_t workers[WORKERS_AT_MOST];
    return find_workers(server, workers);
}

pid_t first_worker(const struct server *server)
{
    pid_t workers[WORKERS_AT_MOST] = {0};
    cr_assert_gt(find_workers(server, workers), 0);
    return workers[0];
}

void signal_workers(const struct server *server, int signal)
{
    pid_t workers[WORKERS_AT_MOST];
    size_t count = find_workers(server, workers);
    for (size_t i = 0; i < count; i++)
        kill(workers[i], signal);
}

void expect_replaced(const struct server *server, size_t times, size_t workers)
{
    bool replaced = eventually(server_log_count(server, "it is replaced") >= times);
    cr_expect(replaced);
    bool there = eventually(server_log_count(server, ": process ") >= workers + 2 * times);
    cr_expect(there, "the last worker was not replaced");
}

void expect_served(const struct server *server, size_t requests)
{
    for (size_t i = 0; i < requests; i++)
        cr_expect_eq(raw_ask(server, GET("/ping")).status, 200);
}
