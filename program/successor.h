/*
 * The process that takes over: this program, started again as the file that is there by now, with
 * the sockets of this one. upgrade.c and supervisor.c each wait for it in their own way.
 */
#ifndef HOB_PROGRAM_SUCCESSOR_H
#define HOB_PROGRAM_SUCCESSOR_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "sockets.h"

enum {
    SUCCESSOR_PATIENCE = 10, /* seconds that it gets until it has to serve */
};

/*
 * Starts it with these arguments and this mask of signals. Returns its process and sets *ready to
 * the end of a pipe, the caller's to close and non-blocking: one byte comes out of it when the new
 * process serves, and if it never will, the pipe ends. Or returns a negative errno, which has been
 * logged.
 */
pid_t successor_start(char **argv, const struct sockets *sockets, const sigset_t *mask, int *ready);

/* Logs what became of one that did not take over, by its status as waitpid(2) has told it. */
void successor_log_failure(pid_t pid, int status, bool too_late);

/* For the new process: tells the one before it that this one serves, unless there is none or it
 * has been told. */
void successor_tell_predecessor(struct sockets *sockets);

#endif
