/*
 * Lines on their way to a file, a pipe or whatever may be slow. They are put into memory, and a
 * thread writes them out, so that nobody waits for the sink, but for exit(3) and fork(2): these
 * wait a while for what was put before. A child of fork(2), such as daemon(3) makes, may go on
 * putting lines.
 *
 *
 *     line_writer_put() --> filling   (swapped)   writing --> write(2)
 *
 * The lock is held to copy a line and to swap, never while something is written.
 */
#ifndef HOB_OBSERVE_LINE_WRITER_H
#define HOB_OBSERVE_LINE_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct line_writer;

/*
 * Opens the file to append to it, or takes standard output if `path` is NULL, and starts the
 * thread. Up to `capacity` bytes of lines wait. `name` is what messages call it, and is not copied.
 * Returns 0 and sets *writer, or -ENOMEM, -EAGAIN, or what open(2) failed with.
 */
int line_writer_open(
    const char *name, const char *path, size_t capacity, struct line_writer **writer);

/* Has a line, which ends with "\n", written later, or drops it if there is no room. */
void line_writer_put(struct line_writer *self, const char *line, size_t length);

/* Has the file opened again, if it has a path. */
void line_writer_reopen(struct line_writer *self);

/* How many lines were dropped, or could not be written. */
uint64_t line_writer_lost(struct line_writer *self);

/*
 * Writes what waits, for so many seconds at most, and frees it. If it takes longer, the thread and
 * its memory are left to the end of the process.
 */
void line_writer_close(struct line_writer *self, double patience);

#endif
