#include "restart.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hob/log.h"
#include "hob/runtime.h"

/*
 * The environment of the new process.
 */

struct environment {
    char **variables; /* ends with NULL */
    size_t inherited; /* the first ones, which are this process's; the rest is malloc()'s */
    size_t count;
    char *listen_pid; /* one of these; the new process writes its number into it */
    bool out_of_memory;
};

/* Whether a variable describes this process or its sockets: the new one does not inherit it. */
static bool is_own(const char *variable)
{
    static const char watchdog[] = "WATCHDOG_PID=";
    return sockets_is_variable(variable, strcspn(variable, "=")) ||
           strncmp(variable, watchdog, strlen(watchdog)) == 0;
}

/* Returns the variable, or NULL when out of memory. */
__attribute__((format(printf, 2, 3))) static char *
add_variable(struct environment *self, const char *format, ...)
{
    char *variable;
    va_list arguments;
    va_start(arguments, format);
    bool failed = vasprintf(&variable, format, arguments) < 0;
    va_end(arguments);
    self->out_of_memory = self->out_of_memory || failed;
    if (failed)
        return NULL;
    self->variables[self->count++] = variable;
    return variable;
}

static void inherit_variables(struct environment *self)
{
    for (char **variable = environ; *variable; variable++) {
        if (!is_own(*variable))
            self->variables[self->count++] = *variable;
    }
    self->inherited = self->count;
}

static void describe_sockets(struct environment *self, const struct sockets *sockets)
{
    char files[SOCKET_FILES_SIZE];
    size_t ready = FIRST_INHERITED + sockets->count;
    sockets_write_files(sockets, files, sizeof(files));
    self->listen_pid = add_variable(self, "LISTEN_PID=%d", INT_MAX);
    add_variable(self, "LISTEN_FDS=%zu", sockets->count);
    add_variable(self, "HOB_SOCKET_FILES=%s", files);
    add_variable(self, "HOB_READY_FD=%zu", ready);
    if (sockets->names)
        add_variable(self, "LISTEN_FDNAMES=%s", sockets->names);
    if (sockets->shared)
        add_variable(self, "HOB_SOCKETS_SHARED=1");
    if (sockets->admin >= 0)
        add_variable(self, "HOB_ADMIN_FD=%zu", ready + 1);
}

static void environment_free(struct environment *self)
{
    while (self->count > self->inherited)
        free(self->variables[--self->count]);
    free(self->variables);
}

static int environment_init(struct environment *self, const struct sockets *sockets)
{
    size_t count = 0;
    while (environ[count])
        count++;
    *self = (struct environment){.variables = calloc(count + SOCKET_VARIABLES + 1, sizeof(char *))};
    if (!self->variables)
        return -ENOMEM;
    inherit_variables(self);
    describe_sockets(self, sockets);
    if (!self->out_of_memory)
        return 0;
    environment_free(self);
    return -ENOMEM;
}

/*
 * The new process.
 */

/*
 * Puts the sockets at descriptor 3 and the next ones, and behind them the pipe and the admin
 * socket. In two steps, since a descriptor may be in the place of another one.
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

/* Calls only what is safe after fork(2) in a process with threads. */
_Noreturn static void
become_new_process(const struct restart *self, struct environment *environment, int ready)
{
    int err = arrange_descriptors(self->sockets, ready);
    if (err == 0) {
        snprintf(
            environment->listen_pid, sizeof("LISTEN_PID=2147483647"), "LISTEN_PID=%d",
            (int)getpid());
        pthread_sigmask(SIG_SETMASK, &self->mask, NULL);
        execvpe(self->argv[0], self->argv, environment->variables);
        err = -errno;
    }
    dprintf(STDERR_FILENO, "hob: cannot start %s: %s\n", self->argv[0], strerror(-err));
    _exit(127);
}

/*
 * The old process.
 */

static bool is_refused(const struct restart *self, bool stopping)
{
    if (stopping)
        hob_log(HOB_LOG_WARN, "restart: refused: this process is stopping");
    else if (self->process.pid > 0)
        hob_log(
            HOB_LOG_WARN, "restart: refused: process %d is starting already",
            (int)self->process.pid);
    else if (getpid() == 1)
        hob_log(HOB_LOG_ERROR, "restart: refused: the container ends when process 1 exits");
    else
        return false;
    return true;
}

int restart_start(struct restart *self, bool stopping)
{
    struct environment environment;
    int ready;
    if (is_refused(self, stopping))
        return -EPERM;
    pid_t pid = environment_init(&environment, self->sockets);
    if (pid == 0) {
        pid = child_fork(&self->process, &ready);
        if (pid == 0)
            become_new_process(self, &environment, ready);
        environment_free(&environment);
    }
    if (pid < 0)
        hob_log(
            HOB_LOG_ERROR, "restart: cannot start a process: %s; this process continues",
            strerror(-pid));
    return pid < 0 ? pid : 0;
}

static void log_failure(pid_t pid, int status, bool late)
{
    char reason[CHILD_END_SIZE];
    if (late)
        snprintf(reason, sizeof(reason), "did not serve within %d seconds", RESTART_TIMEOUT);
    else
        child_describe_end(status, reason);
    hob_log(HOB_LOG_ERROR, "restart: process %d %s; this process continues", (int)pid, reason);
}

/* Kills the new process if it is still alive, and returns whether it was. */
static bool kill_new_process(struct restart *self, int *status)
{
    pid_t pid = self->process.pid;
    bool alive = waitpid(pid, status, WNOHANG) == 0;
    if (alive) {
        kill(pid, SIGKILL);
        waitpid(pid, status, 0);
    }
    child_forget(&self->process);
    return alive;
}

bool restart_finish(struct restart *self)
{
    int status = 0;
    pid_t pid = self->process.pid;
    enum child_report report = child_read_report(&self->process);
    if (report == CHILD_REPORTED) {
        hob_log(HOB_LOG_INFO, "restart: process %d serves; this process drains", (int)pid);
        notify_main_process(self->notifier, pid);
        child_forget(&self->process);
        return true;
    }
    bool alive = kill_new_process(self, &status);
    log_failure(pid, status, alive && report == CHILD_SILENT);
    return false;
}

void restart_cancel(struct restart *self)
{
    int status;
    pid_t pid = self->process.pid;
    if (pid == 0)
        return;
    kill_new_process(self, &status);
    hob_log(HOB_LOG_WARN, "restart: process %d is stopped as well", (int)pid);
}

/*
 * The old process, if it has no workers.
 */

static sigset_t restart_signal(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    return signals;
}

void restart_block_signal(struct restart *self)
{
    sigset_t signals = restart_signal();
    pthread_sigmask(SIG_BLOCK, &signals, &self->mask);
}

/* Returns whether a new process serves. */
static bool restart(struct restart *self, const hob_server *server)
{
    if (restart_start(self, hob_server_is_stopping(server)) < 0)
        return false;
    hob_await_for(hob_readable(self->process.ready), RESTART_TIMEOUT);
    if (!hob_server_is_stopping(server))
        return restart_finish(self);
    restart_cancel(self); /* its sockets are shut, since this process has stopped */
    return false;
}

int restart_await(struct restart *self, const hob_server *server)
{
    struct signalfd_siginfo signal;
    sigset_t signals = restart_signal();
    int fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err;
    do
        err = hob_read(fd, &signal, sizeof(signal));
    while (err > 0 && !restart(self, server));
    close(fd);
    return err < 0 ? err : 0;
}
