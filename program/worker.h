/*
 * A worker: one of the processes that serve, when the supervisor has forked several. Beside what
 * the only process of a server does, it tells the supervisor that it serves, does what that says,
 * and does not outlive it.
 */
#ifndef HOB_PROGRAM_WORKER_H
#define HOB_PROGRAM_WORKER_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "hob/server.h"

struct worker {
    size_t number; /* from 1 on; one that has died is replaced by one with the same number */
    size_t count;  /* of workers */
    pid_t supervisor;
    int serves;         /* a pipe: it writes its process here when it serves */
    int signals;        /* a signalfd(2) of those that it obeys */
    hob_server *server; /* these are to be set before it is watched */
    hob_server *admin;  /* of the operators; NULL if there is none */
};

/*
 * Called in the new process, where the signals that the supervisor waits for are still held back.
 * `mask` is the mask of signals that the supervisor was started with. Ends the process if the
 * supervisor is gone already. Returns 0 or a negative errno.
 */
int worker_begin(struct worker *self, const sigset_t *mask);

/*
 * A coroutine (arg is the struct worker), started before the server runs:
 *
 *     SIGUSR1  from the supervisor stops the server: nobody else accepts clients any more.
 *     SIGUSR2  has the server leave, as if another one had taken over. The kernel sends it when the
 *              supervisor has died.
 *     SIGTERM, SIGINT  are ignored. systemd, timeout(1) and terminals send them to all processes,
 *              and the supervisor is told as well. It cannot use them itself: of two that come at
 *              once a process sees one, which need not be the supervisor's.
 *
 * Returns a negative errno, -ECANCELED when the server has stopped.
 */
int worker_watch(void *arg);

#endif
