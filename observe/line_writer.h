/*
 * Writes lines to a file or pipe that may be slow, from a thread of its own:
 *
 *     line_writer_put() --> filling   (swapped)   writing --> write(2)
 *
 * The lock is held while a line is copied and while the two buffers are swapped, but not during
 * write(2). So only exit(3) and fork(2) wait until the lines before them are written, for a limited
 * time. A child of fork(2), such as that of daemon(3), can put lines too.
 */
#ifndef HOB_OBSERVE_LINE_WRITER_H
#define HOB_OBSERVE_LINE_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct line_writer;

/*
 * Opens a file to append to, or standard output if `path` is NULL, and starts the thread.
 * `capacity` is the number of bytes that can wait to be written. `name` is for messages, and is not
 * copied. Returns 0 and sets *writer, or returns -ENOMEM, -EAGAIN, or the error of open(2).
 */
int line_writer_open(
    const char *name, const char *path, size_t capacity, struct line_writer **writer);

/* Queues a line, which ends with "\n". The line is lost if there is no room. Does not wait. */
void line_writer_put(struct line_writer *self, const char *line, size_t length);

/* Makes the thread reopen the file, if it has a path. */
void line_writer_reopen(struct line_writer *self);

/* How many lines were lost: they had no room, or could not be written. */
uint64_t line_writer_lost(const struct line_writer *self);

/*
 * Writes the queued lines, for up to `timeout` seconds, and frees the writer. If that takes longer,
 * the thread and its memory stay until the end of the process.
 */
void line_writer_close(struct line_writer *self, double timeout);

#endif
