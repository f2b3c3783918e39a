#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0640

/* A pipe takes PIPE_BUF bytes at once, so lines of several writers do not mix (pipe(7)). */
static size_t max_piece(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode) ? PIPE_BUF : SIZE_MAX;
}

/* Opens without blocking, since opening a pipe waits for a reader. */
static int open_file(const char *path)
{
    int fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, FILE_MODE);
    if (fd < 0)
        return -errno;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

int sink_open(struct sink *self, const char *path)
{
    int fd = path ? open_file(path) : STDOUT_FILENO;
    if (fd < 0)
        return fd;
    *self = (struct sink){.fd = fd, .piece_limit = max_piece(fd), .owned = path};
    return 0;
}

void sink_close(struct sink *self)
{
    if (self->owned)
        close(self->fd);
    self->owned = false;
}

/* A process that shares the descriptor may have made it non-blocking. */
static void wait_for_room(int fd)
{
    struct pollfd sink = {.fd = fd, .events = POLLOUT};
    poll(&sink, 1, -1);
}

/* Returns the number of bytes written; if not all, sets *err to a negative errno. */
static size_t write_piece(int fd, const char *text, size_t size, int *err)
{
    size_t done = 0;
    while (done < size) {
        ssize_t written = write(fd, text + done, size - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno == EAGAIN) {
            wait_for_room(fd);
        } else if (errno != EINTR) {
            *err = -errno;
            break;
        }
    }
    return done;
}

/* The size of the whole lines that fit into one piece, or of one line that is longer. */
static size_t next_piece(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    const char *end = memrchr(text, '\n', limit);
    if (!end)
        end = memchr(text, '\n', size);
    return (size_t)(end - text) + 1;
}

static void end_torn_line(struct sink *self, int *err)
{
    if (self->torn && write_piece(self->fd, "\n", 1, err) == 1)
        self->torn = false;
}

size_t sink_write(struct sink *self, const char *text, size_t size, int *err)
{
    size_t written = 0;
    *err = 0;
    end_torn_line(self, err);
    while (written < size && *err == 0) {
        size_t piece = next_piece(text + written, size - written, self->piece_limit);
        size_t done = write_piece(self->fd, text + written, piece, err);
        written += done;
        if (done > 0)
            self->torn = text[written - 1] != '\n';
    }
    return written;
}
