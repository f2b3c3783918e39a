#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "hob/log.h"
#include "hob/runtime.h"

/* The signals that it reads stay held back: they come as input. */
static int take_signals(struct worker *self, const sigset_t *mask)
{
    sigset_t obeyed;
    sigset_t held_back = *mask;
    sigemptyset(&obeyed);
    sigaddset(&obeyed, SIGUSR1);
    sigaddset(&obeyed, SIGUSR2);
    sigorset(&held_back, mask, &obeyed);
    sigaddset(&held_back, SIGHUP); /* for the access log, if there is one */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    pthread_sigmask(SIG_SETMASK, &held_back, NULL);
    self->signals = signalfd(-1, &obeyed, SFD_NONBLOCK | SFD_CLOEXEC);
    return self->signals < 0 ? -errno : 0;
}

int worker_begin(struct worker *self, const sigset_t *mask)
{
    int err = take_signals(self, mask);
    if (err == 0 && prctl(PR_SET_PDEATHSIG, SIGUSR2) < 0)
        err = -errno;
    if (getppid() != self->supervisor) /* it died before the kernel was told */
        _exit(EXIT_FAILURE);
    return err;
}

static void tell_supervisor(const struct worker *self)
{
    pid_t pid = getpid();
    if (write(self->serves, &pid, sizeof(pid)) < 0)
        hob_log(HOB_LOG_WARN, "worker %zu: no supervisor: %s", self->number, strerror(errno));
}

static void leave(const struct worker *self)
{
    if (self->admin)
        hob_server_hand_over(self->admin);
    hob_server_hand_over(self->server);
}

static void obey(const struct worker *self, const struct signalfd_siginfo *signal)
{
    if (signal->ssi_signo == SIGUSR2)
        leave(self);
    else if ((pid_t)signal->ssi_pid == self->supervisor)
        hob_server_stop(self->server);
}

int worker_watch(void *arg)
{
    const struct worker *self = arg;
    struct signalfd_siginfo signal;
    int err;
    hob_yield(); /* until the server accepts */
    tell_supervisor(self);
    while ((err = hob_read(self->signals, &signal, sizeof(signal))) > 0)
        obey(self, &signal);
    return err;
}
