#include "successor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hob/log.h"

/*
 * The environment of the new process.
 */

struct environment {
    char **variables;    /* ended by NULL; borrowed, but for the following */
    char listen_pid[32]; /* written by the new process: nobody else knows it in time */
    char listen_fds[32];
    char ready_fd[32];
    char admin_fd[32];
    char shared[32];
    char files[32 + SOCKET_FILES_SIZE];
    char *listen_names; /* owned; NULL if there are none */
};

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

/* Sockets and a watchdog that are meant for this process alone. */
static bool is_about_this_process(const char *variable)
{
    return begins_with(variable, "LISTEN_PID=") || begins_with(variable, "LISTEN_FDS=") ||
           begins_with(variable, "LISTEN_FDNAMES=") || begins_with(variable, "HOB_READY_FD=") ||
           begins_with(variable, "HOB_SOCKETS_SHARED=") ||
           begins_with(variable, "HOB_SOCKET_FILES=") || begins_with(variable, "HOB_ADMIN_FD=") ||
           begins_with(variable, "WATCHDOG_PID=");
}

static size_t count_variables(void)
{
    size_t count = 0;
    while (environ[count])
        count++;
    return count;
}

static int environment_init(struct environment *self, const struct sockets *sockets)
{
    size_t count = 0;
    *self = (struct environment){.shared = "HOB_SOCKETS_SHARED=1"};
    self->variables = calloc(count_variables() + 8, sizeof(char *)); /* seven, and the NULL */
    if (!self->variables)
        return -ENOMEM;
    if (sockets->names && asprintf(&self->listen_names, "LISTEN_FDNAMES=%s", sockets->names) < 0) {
        free(self->variables);
        return -ENOMEM;
    }
    for (char **variable = environ; *variable; variable++) {
        if (!is_about_this_process(*variable))
            self->variables[count++] = *variable;
    }
    snprintf(self->listen_fds, sizeof(self->listen_fds), "LISTEN_FDS=%zu", sockets->count);
    snprintf(
        self->ready_fd, sizeof(self->ready_fd), "HOB_READY_FD=%zu",
        FIRST_INHERITED + sockets->count);
    snprintf(
        self->admin_fd, sizeof(self->admin_fd), "HOB_ADMIN_FD=%zu",
        FIRST_INHERITED + sockets->count + 1);
    size_t name = (size_t)snprintf(self->files, sizeof(self->files), "HOB_SOCKET_FILES=");
    sockets_write_files(sockets, self->files + name, sizeof(self->files) - name);
    self->variables[count++] = self->files;
    self->variables[count++] = self->listen_pid;
    self->variables[count++] = self->listen_fds;
    self->variables[count++] = self->ready_fd;
    if (sockets->names)
        self->variables[count++] = self->listen_names;
    if (sockets->shared)
        self->variables[count++] = self->shared;
    if (sockets->admin >= 0)
        self->variables[count++] = self->admin_fd;
    return 0;
}

static void environment_free(struct environment *self)
{
    free(self->listen_names);
    free(self->variables);
}

/*
 * The new process.
 */

/*
 * Puts the sockets, and the pipe and the socket for operators behind them, at descriptors 3 and so
 * on. In two steps, since these may be in the way of each other.
 */
static int arrange_descriptors(const struct sockets *sockets, int ready)
{
    int fds[LISTEN_MAX + 2];
    size_t count = sockets->count;
    memcpy(fds, sockets->fds, sizeof(sockets->fds));
    fds[count++] = ready;
    if (sockets->admin >= 0)
        fds[count++] = sockets->admin;
    for (size_t i = 0; i < count; i++) {
        fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_INHERITED + (int)count);
        if (fds[i] < 0)
            return -errno;
    }
    for (size_t i = 0; i < count; i++) {
        if (dup2(fds[i], FIRST_INHERITED + (int)i) < 0)
            return -errno;
    }
    return 0;
}

/* How the new process is started, and who starts it. */
struct launch {
    char **argv;
    const struct sockets *sockets;
    const sigset_t *mask; /* of signals */
    int ready;            /* the writing end of the pipe */
};

_Noreturn static void become_successor(const struct launch *launch, struct environment *environment)
{
    int err = arrange_descriptors(launch->sockets, launch->ready);
    if (err == 0) {
        snprintf(
            environment->listen_pid, sizeof(environment->listen_pid), "LISTEN_PID=%d",
            (int)getpid());
        pthread_sigmask(SIG_SETMASK, launch->mask, NULL);
        execvpe(launch->argv[0], launch->argv, environment->variables);
        err = -errno;
    }
    dprintf(STDERR_FILENO, "hob: cannot start %s: %s\n", launch->argv[0], strerror(-err));
    _exit(127);
}

/* Returns the new process, or a negative errno. */
static pid_t fork_successor(const struct launch *launch)
{
    struct environment environment;
    int err = environment_init(&environment, launch->sockets);
    if (err < 0)
        return err;
    pid_t pid = fork();
    if (pid == 0)
        become_successor(launch, &environment);
    if (pid < 0)
        pid = -errno;
    environment_free(&environment);
    return pid;
}

pid_t successor_start(char **argv, const struct sockets *sockets, const sigset_t *mask, int *ready)
{
    int ends[2];
    if (getpid() == 1) {
        hob_log(HOB_LOG_ERROR, "upgrade: process 1 cannot leave: its container would end with it");
        return -EPERM;
    }
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        int err = -errno;
        hob_log(HOB_LOG_ERROR, "upgrade: no pipe: %s; this process goes on", strerror(-err));
        return err;
    }
    struct launch launch = {argv, sockets, mask, ends[1]};
    pid_t pid = fork_successor(&launch);
    close(ends[1]); /* or the pipe would not end with the new process */
    if (pid < 0) {
        hob_log(HOB_LOG_ERROR, "upgrade: no process: %s; this one goes on", strerror(-pid));
        close(ends[0]);
        return pid;
    }
    *ready = ends[0];
    return pid;
}

void successor_log_failure(pid_t pid, int status, bool too_late)
{
    char how[64];
    if (too_late)
        snprintf(how, sizeof(how), "did not serve within %d seconds", SUCCESSOR_PATIENCE);
    else if (WIFEXITED(status))
        snprintf(how, sizeof(how), "exited with status %d", WEXITSTATUS(status));
    else
        snprintf(how, sizeof(how), "was ended by signal %d", WTERMSIG(status));
    hob_log(HOB_LOG_ERROR, "upgrade: process %d %s; this one goes on", (int)pid, how);
}

void successor_tell_predecessor(struct sockets *sockets)
{
    if (sockets->predecessor < 0)
        return;
    if (write(sockets->predecessor, "", 1) < 0)
        hob_log(HOB_LOG_WARN, "upgrade: the process before is gone: %s", strerror(errno));
    close(sockets->predecessor);
    sockets->predecessor = -1;
}
