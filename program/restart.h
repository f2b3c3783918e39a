/*
 * A restart without loss. The old process starts the program again, as the file that is there by
 * now, and passes its listening sockets to the new process. When the new process reports that it
 * serves, the old one accepts no more clients, finishes its requests and exits.
 *
 *     old   serves --- SIGUSR2 --> fork, execve ... serves ... drains --> exits with 0
 *                                       |                ^
 *     new                               '--> starts --> reports --> serves
 *
 * Both listen on the same sockets, so no client is refused at any moment. If the new process fails,
 * the old one logs why and continues to serve.
 */
#ifndef HOB_PROGRAM_RESTART_H
#define HOB_PROGRAM_RESTART_H

#include <signal.h>
#include <stdbool.h>

#include "child.h"
#include "hob/server.h"
#include "notify.h"
#include "sockets.h"

enum {
    RESTART_TIMEOUT = 10, /* seconds within which the new process has to report */
};

/* Of the old process. The pointers have to live as long as it. */
struct restart {
    char **argv; /* of the program */
    struct sockets *sockets;
    struct notifier *notifier;
    sigset_t mask;        /* the new process begins with this mask of signals */
    struct child process; /* the new one */
};

/*
 * Starts the new process, unless this one is `stopping` or has started one already. Returns 0, or a
 * negative errno after logging why there is no new process.
 */
int restart_start(struct restart *self, bool stopping);

/*
 * To be called when the new process has reported or exited, or RESTART_TIMEOUT is over. Returns
 * whether the new process serves; the service manager knows its process then. Otherwise kills the
 * new process and logs why.
 */
bool restart_finish(struct restart *self);

/* Kills the new process, if there is one: this process stops. */
void restart_cancel(struct restart *self);

/*
 * For a process without workers: blocks SIGUSR2 and sets the mask of the new process to the mask
 * from before. Call it before threads are started and before the server is opened.
 */
void restart_block_signal(struct restart *self);

/*
 * Awaits SIGUSR2 and restarts, until a new process serves; the caller then stops `server`. Returns
 * 0, or a negative errno: -ECANCELED if the coroutine was cancelled.
 */
int restart_await(struct restart *self, const hob_server *server);

#endif
