/*
 * The file, pipe or standard output that lines are written to. Blocks the calling thread; only one
 * thread may use it at a time.
 */
#ifndef HOB_OBSERVE_SINK_H
#define HOB_OBSERVE_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink {
    int fd;
    size_t piece_limit; /* maximum bytes of one write(2) */
    bool torn;          /* the last line is incomplete */
    bool owned;         /* sink_close() closes it; false for standard output */
};

/* Opens a file to append to, or standard output for NULL. Returns 0 or a negative errno. */
int sink_open(struct sink *self, const char *path);
void sink_close(struct sink *self);

/*
 * Writes lines. Returns the number of bytes written, and sets *err to 0, or to a negative errno if
 * not all were written. The next call ends an incomplete line before it writes.
 */
size_t sink_write(struct sink *self, const char *text, size_t size, int *err);

#endif
