#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hob/log.h"

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

pid_t child_fork(struct child *self, int *ready)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        *ready = ends[1];
        return 0;
    }
    int err = -errno;
    close(ends[1]); /* or the pipe would not end with the child */
    if (pid < 0) {
        close(ends[0]);
        return err;
    }
    *self = (struct child){.pid = pid, .ready = ends[0]};
    return pid;
}

enum child_report child_read_report(struct child *self)
{
    char byte;
    ssize_t length = read(self->ready, &byte, sizeof(byte));
    if (length != 0)
        return length > 0 ? CHILD_REPORTED : CHILD_SILENT;
    close_fd(&self->ready);
    return CHILD_EXITED;
}

void child_describe_end(int status, char text[static CHILD_END_SIZE])
{
    if (WIFEXITED(status))
        snprintf(text, CHILD_END_SIZE, "exited with status %d", WEXITSTATUS(status));
    else
        snprintf(text, CHILD_END_SIZE, "was ended by signal %d", WTERMSIG(status));
}

void child_forget(struct child *self)
{
    close_fd(&self->ready);
    self->pid = 0;
}

void child_report(int ready)
{
    if (ready >= 0 && write(ready, "", 1) < 0)
        hob_log(HOB_LOG_WARN, "the parent process has exited: %s", strerror(errno));
}

void child_report_last(int *ready)
{
    child_report(*ready);
    close_fd(ready);
}
