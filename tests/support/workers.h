/*
 * The workers of a server that was started with --workers: the children of its process.
 */
#ifndef HOB_TESTS_SUPPORT_WORKERS_H
#define HOB_TESTS_SUPPORT_WORKERS_H

#include <stddef.h>
#include <sys/types.h>

#include "tests/support/server_process.h"

enum { WORKERS_AT_MOST = 16 };

/* The children of a process: for a supervisor that starts nothing at the moment, its workers. */
size_t find_workers(const struct server *server, pid_t *workers);

size_t count_workers(const struct server *server);

/* The oldest. */
pid_t first_worker(const struct server *server);

/* Sends a signal to each. */
void signal_workers(const struct server *server, int signal);

/* Waits until a worker has been replaced as often as that, and the new one is there. */
void expect_replaced(const struct server *server, size_t times, size_t workers);

/* Asks as often for /ping, each time on a connection of its own, which any worker may take. */
void expect_served(const struct server *server, size_t requests);

#endif
