#include "upgrade.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hob/log.h"
#include "hob/runtime.h"
#include "successor.h"

void upgrade_init(
    struct upgrade *self, char **argv, struct sockets *sockets, struct notifier *notifier)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    *self = (struct upgrade){.argv = argv, .sockets = sockets, .notifier = notifier};
    pthread_sigmask(SIG_BLOCK, &signals, &self->mask);
    self->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Takes care that it is gone. Does not wait for long: it is dead already, or is killed. */
static void bury(const struct upgrade *self, pid_t pid, int reason)
{
    int status = 0;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    if (hob_server_is_stopping(self->server))
        hob_log(HOB_LOG_WARN, "upgrade: process %d is stopped as well", (int)pid);
    else
        successor_log_failure(pid, status, reason == -ETIMEDOUT);
}

/*
 * Returns whether the new process serves. The pipe ends without a word if the process does. If this
 * one was told to stop meanwhile, so are both: the sockets have been shut.
 */
static bool wait_until_it_serves(const struct upgrade *self, pid_t pid, int ready)
{
    char byte;
    double before = hob_deadline(SUCCESSOR_PATIENCE);
    int result = hob_read(ready, &byte, sizeof(byte));
    hob_deadline_at(before);
    bool serves = result == 1 && !hob_server_is_stopping(self->server);
    if (!serves)
        bury(self, pid, result);
    return serves;
}

/* Returns whether another process has taken over. */
static bool upgrade(const struct upgrade *self)
{
    int ready;
    if (hob_server_is_stopping(self->server)) {
        hob_log(HOB_LOG_WARN, "upgrade: too late: this process is stopping");
        return false;
    }
    pid_t pid = successor_start(self->argv, self->sockets, &self->mask, &ready);
    if (pid < 0)
        return false;
    bool serves = wait_until_it_serves(self, pid, ready);
    close(ready);
    if (serves) {
        hob_log(HOB_LOG_INFO, "upgrade: process %d has taken over", (int)pid);
        notify_successor(self->notifier, pid);
    }
    return serves;
}

static void hand_over(const struct upgrade *self)
{
    if (self->admin)
        hob_server_hand_over(self->admin);
    hob_server_hand_over(self->server);
}

int upgrade_watch(void *arg)
{
    const struct upgrade *self = arg;
    struct signalfd_siginfo signal;
    hob_yield(); /* until the server accepts */
    successor_tell_predecessor(self->sockets);
    int err;
    do
        err = hob_read(self->signals, &signal, sizeof(signal));
    while (err > 0 && !upgrade(self));
    if (err > 0)
        hand_over(self);
    return err < 0 ? err : 0;
}
