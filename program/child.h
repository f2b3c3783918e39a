/*
 * A child process that reports when it serves: a worker, or the new process of a restart. The child
 * has the writing end of a pipe, the parent the reading end. The first byte in the pipe means that
 * the child serves. If the pipe ends without one, the child has exited. A worker keeps the pipe
 * open: each further byte means that it has acted on a SIGHUP.
 */
#ifndef HOB_PROGRAM_CHILD_H
#define HOB_PROGRAM_CHILD_H

#include <sys/types.h>

struct child {
    pid_t pid; /* 0 if there is no child */
    int ready; /* the reading end; -1 if nothing more can come out of it */
};

#define CHILD_NONE ((struct child){.pid = 0, .ready = -1})

/*
 * Forks. In the parent, sets *self and returns the process, or returns a negative errno. In the
 * child, returns 0 and sets *ready to the writing end, which it inherits by no execve(2).
 */
pid_t child_fork(struct child *self, int *ready);

enum child_report {
    CHILD_SILENT, /* there is no new report */
    CHILD_REPORTED,
    CHILD_EXITED, /* or it sends no more reports */
};

/* Reads a report, without waiting. Closes the pipe if no other report can come. */
enum child_report child_read_report(struct child *self);

enum { CHILD_END_SIZE = 40 };

/* Writes how a process ended, by its status from waitpid(2): "exited with status 3". */
void child_describe_end(int status, char text[static CHILD_END_SIZE]);

/* Forgets the child and closes the pipe. Does not wait for the process. */
void child_forget(struct child *self);

/*
 * In the child: sends a report to the parent through the writing end. Does nothing if that is -1.
 * Logs if the parent has exited.
 */
void child_report(int ready);

/* The same; it is the last report. Closes the writing end and sets it to -1. */
void child_report_last(int *ready);

#endif
