/*
 * The supervisor: the process that opens the sockets, starts workers, and looks after them. It
 * serves nothing itself.
 *
 *     supervisor --+-- fork --> worker 1   one thread, one loop  \
 *                  |-- fork --> worker 2   one thread, one loop   > accept from the same sockets
 *                  '-- fork --> worker 3   one thread, one loop  /
 *
 * All workers listen on the same sockets, and a client that connects is accepted by whichever comes
 * first. docs/workers.md tells why, and what else could have been done.
 */
#ifndef HOB_PROGRAM_SUPERVISOR_H
#define HOB_PROGRAM_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>

#include "notify.h"
#include "sockets.h"
#include "worker.h"

struct supervisor_options {
    size_t workers;
    char **argv;             /* of the program, to start it again */
    struct sockets *sockets; /* closed when all is over */
    struct notifier *notifier;
    bool takes_hangups; /* SIGHUP is passed on to the workers; else it ends the supervisor */
    /* What a worker does. Called in its process, which exits with the result. */
    int (*work)(struct worker *worker, void *context);
    void *context;
};

/*
 * Runs until SIGTERM or SIGINT, or until another process has taken over (SIGUSR2). Workers that die
 * are replaced; a second SIGTERM or SIGINT ends everything at once. In the end it waits for all
 * workers, and kills those that have not ended some seconds after their grace.
 *
 * Returns the exit status for the program: EXIT_FAILURE if workers kept dying, so that it gave up,
 * if one failed while it was told to stop, or if there was no memory or descriptor to begin with.
 * Call it before there are other threads.
 */
int supervisor_run(const struct supervisor_options *options);

#endif
