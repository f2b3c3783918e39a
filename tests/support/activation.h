/*
 * Starts hob with sockets, as a service manager does: see sd_listen_fds(3). The old process of a
 * restart also passes a pipe for the report and the socket for operators.
 */
#ifndef HOB_TESTS_SUPPORT_ACTIVATION_H
#define HOB_TESTS_SUPPORT_ACTIVATION_H

#include <fcntl.h>

#include "tests/support/integration.h"

struct activation {
    int fds[4]; /* inherited as descriptor 3 and so on */
    size_t fd_count;
    const char *listen_pid; /* NULL stands for the right one, and so in listen_fds */
    const char *listen_fds;
    const char *names;        /* LISTEN_FDNAMES; NULL if there are none, and so below */
    const char *ready;        /* HOB_READY_FD */
    const char *admin;        /* HOB_ADMIN_FD */
    const char *arguments[2]; /* NULL if there are none */
    void (*prepare)(void);    /* called in the new process */
};

static inline void set_variable(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
}

static inline int become_hob(void *arg)
{
    const struct activation *self = arg;
    int fds[COUNT(self->fds)];
    int binary = open(HOB_BINARY, O_RDONLY | O_CLOEXEC); /* another user may not read its folder */
    for (size_t i = 0; i < self->fd_count; i++)
        fds[i] = fcntl(self->fds[i], F_DUPFD_CLOEXEC, 100); /* 3 may be one of them */
    for (size_t i = 0; i < self->fd_count; i++)
        dup2(fds[i], 3 + (int)i);
    set_variable("LISTEN_PID", self->listen_pid ? self->listen_pid : formatted("%d", getpid()));
    set_variable(
        "LISTEN_FDS", self->listen_fds ? self->listen_fds : formatted("%zu", self->fd_count));
    set_variable("LISTEN_FDNAMES", self->names);
    set_variable("HOB_READY_FD", self->ready);
    set_variable("HOB_ADMIN_FD", self->admin);
    if (self->prepare)
        self->prepare();
    const char *const argv[] = {HOB_BINARY, self->arguments[0], self->arguments[1], NULL};
    char *const *arguments; /* as fexecve() wants them, though it changes nothing */
    memcpy(&arguments, &(const char *const *){argv}, sizeof(arguments));
    fexecve(binary, arguments, environ);
    return 127;
}

static inline struct process *activate(struct activation start)
{
    return process_fork(become_hob, &start);
}

/* activate_with({first, second}, 2, .names = "front:back") */
#define activate_with(...) activate((struct activation){__VA_ARGS__})

#endif
