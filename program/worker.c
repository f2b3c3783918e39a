#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "hob/runtime.h"

/* SIGUSR1 and SIGUSR2 stay blocked: the signalfd(2) reads them. */
static int open_signals(struct worker *self, const sigset_t *mask)
{
    sigset_t orders;
    sigset_t blocked = *mask;
    sigemptyset(&orders);
    sigaddset(&orders, SIGUSR1);
    sigaddset(&orders, SIGUSR2);
    sigorset(&blocked, mask, &orders);
    sigaddset(&blocked, SIGHUP); /* for the access log, if there is one */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    pthread_sigmask(SIG_SETMASK, &blocked, NULL);
    self->signals = signalfd(-1, &orders, SFD_NONBLOCK | SFD_CLOEXEC);
    return self->signals < 0 ? -errno : 0;
}

int worker_init(struct worker *self, const sigset_t *mask)
{
    int err = open_signals(self, mask);
    if (err == 0 && prctl(PR_SET_PDEATHSIG, SIGUSR2) < 0)
        err = -errno;
    if (getppid() != self->supervisor) /* it died before the call of prctl(2) */
        _exit(EXIT_FAILURE);
    return err;
}

int worker_await_order(const struct worker *self)
{
    struct signalfd_siginfo signal;
    int err;
    while ((err = hob_read(self->signals, &signal, sizeof(signal))) > 0) {
        if (signal.ssi_signo == SIGUSR2)
            return WORKER_LEAVE;
        if ((pid_t)signal.ssi_pid == self->supervisor)
            return WORKER_STOP;
    }
    return err;
}
