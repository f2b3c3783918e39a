/*
 * The supervisor: the process that opens the sockets, starts workers and replaces those that die.
 * It serves nothing itself.
 *
 *     supervisor --+-- fork --> worker 1   one thread, one loop  \
 *                  |-- fork --> worker 2   one thread, one loop   > accept from the same sockets
 *                  '-- fork --> worker 3   one thread, one loop  /
 *
 * The first worker that accepts a client serves it. docs/workers.md compares this with the
 * alternatives.
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
    char **argv;             /* of the program, for a restart */
    struct sockets *sockets; /* the supervisor closes them */
    struct notifier *notifier;
    bool passes_hangups; /* SIGHUP goes to the workers; otherwise it ends the supervisor */
    /* Called in the process of a worker, which exits with the result. */
    int (*run_worker)(struct worker *worker, void *context);
    void *context;
};

/*
 * Runs until SIGTERM or SIGINT, or until the new process of a restart (SIGUSR2) serves. Workers
 * that die are replaced. A second SIGTERM or SIGINT kills all workers and exits at once. At the end
 * it waits for all workers, and kills those that have not exited some seconds after the grace.
 *
 * Returns the exit status of the program: EXIT_FAILURE if workers kept dying, if one failed while
 * it stopped, or if there was no memory or descriptor to begin with. Call it while the process has
 * one thread.
 */
int supervisor_run(const struct supervisor_options *options);

#endif
