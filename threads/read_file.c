#include "hob/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pool.h"
#include "runtime/task.h"

struct read_file {
    struct job job;
    hob_bytes *out;
    char path[];
};

void hob_bytes_free(hob_bytes *bytes)
{
    free(bytes->data);
    *bytes = (hob_bytes){0};
}

static int grow(hob_bytes *bytes, size_t *capacity)
{
    size_t larger = *capacity < SIZE_MAX / 2 ? *capacity * 2 : 0;
    char *data = larger ? realloc(bytes->data, larger) : NULL;
    if (!data)
        return -ENOMEM;
    bytes->data = data;
    *capacity = larger;
    return 0;
}

/* Reads to the end, not `expected` bytes: files in /proc have the size 0, and files may grow. */
static int read_all(int fd, size_t expected, hob_bytes *bytes)
{
    size_t capacity = expected + 2; /* the NUL, and room for read(2) to find the end */
    bytes->data = malloc(capacity);
    if (!bytes->data)
        return -ENOMEM;
    for (;;) {
        if (bytes->size + 1 == capacity && grow(bytes, &capacity) < 0)
            return -ENOMEM;
        ssize_t length = read(fd, bytes->data + bytes->size, capacity - bytes->size - 1);
        if (length == 0)
            break;
        if (length > 0)
            bytes->size += (size_t)length;
        else if (errno != EINTR)
            return -errno;
    }
    bytes->data[bytes->size] = '\0';
    return 0;
}

static int read_open_file(int fd, hob_bytes *bytes)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (S_ISDIR(status.st_mode))
        return -EISDIR;
    return read_all(fd, status.st_size > 0 ? (size_t)status.st_size : 4096, bytes);
}

/* On a thread of the pool. */
static int read_file(void *arg)
{
    struct read_file *self = arg;
    int fd = open(self->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = read_open_file(fd, self->out);
    close(fd);
    if (err < 0)
        hob_bytes_free(self->out);
    return err;
}

static void free_read_file(struct job *job)
{
    free((struct read_file *)job);
}

hob_future *hob_read_file(const char *path, hob_bytes *out)
{
    task_current(__func__);
    *out = (hob_bytes){0};
    size_t size = strlen(path) + 1;
    struct read_file *self = calloc(1, sizeof(*self) + size);
    if (!self)
        return NULL;
    memcpy(self->path, path, size);
    self->out = out;
    self->job.fn = read_file;
    self->job.arg = self;
    self->job.release = free_read_file;
    return job_start(&self->job, hob_file_pool(), __func__);
}
