/*
 * A worker: one of the processes that serve when the supervisor has forked several. It serves like
 * a process without workers, but obeys the supervisor, and stops when the supervisor has died.
 */
#ifndef HOB_PROGRAM_WORKER_H
#define HOB_PROGRAM_WORKER_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

struct worker {
    size_t number; /* from 1 on; a worker that replaces another one has its number */
    size_t count;  /* of workers */
    pid_t supervisor;
    int signals; /* a signalfd(2) of the orders */
};

/*
 * To be called in the new process, where the signals that the supervisor waits for are still
 * blocked. `mask` is the mask of signals that the supervisor was started with. Ends the process if
 * the supervisor has died already. Returns 0 or a negative errno.
 */
int worker_init(struct worker *self, const sigset_t *mask);

enum worker_order {
    WORKER_STOP = 1, /* stop the server: no other process accepts from its sockets any more */
    WORKER_LEAVE,    /* stop it, but leave clients in the accept queue to other processes */
};

/*
 * Awaits the next order of the supervisor. Returns it, or a negative errno.
 *
 *     SIGUSR1  from the supervisor: WORKER_STOP.
 *     SIGUSR2  from any process: WORKER_LEAVE. The kernel sends it when the supervisor has died.
 *     SIGTERM, SIGINT  are ignored. systemd, timeout(1) and terminals send them to all processes,
 *              so the supervisor gets them too. It cannot pass them on: two equal signals that are
 *              pending are one, which need not be the supervisor's.
 */
int worker_await_order(const struct worker *self);

#endif
