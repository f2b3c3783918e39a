/*
 * Where lines are written to: a file that is appended to, a pipe, or standard output. Used by one
 * thread at a time, which may wait for it.
 */
#ifndef HOB_OBSERVE_SINK_H
#define HOB_OBSERVE_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink {
    int fd;
    size_t piece_limit; /* bytes for one write(2) */
    bool torn;          /* the last line was written in part */
    bool owned;         /* it is closed in the end: not standard output */
};

/* Opens a file, or takes standard output if `path` is NULL. Returns 0 or a negative errno. */
int sink_open(struct sink *self, const char *path);
void sink_close(struct sink *self);

/*
 * Writes lines. Returns how many bytes it has written; if these are not all, sets *err to why. What
 * was cut off is no beginning for a line that comes later: it is ended first.
 */
size_t sink_write(struct sink *self, const char *text, size_t size, int *err);

#endif
