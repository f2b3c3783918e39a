#include "rotation.h"

#include <signal.h>
#include <sys/signalfd.h>

#include "hob/runtime.h"

static sigset_t hangup(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    return signals;
}

void hold_hangups(void)
{
    sigset_t signals = hangup();
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

void release_hangups(void)
{
    sigset_t signals = hangup();
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

void rotation_init(struct rotation *self, hob_access_log *log)
{
    sigset_t signals = hangup();
    *self = (struct rotation){.log = log, .signals = -1};
    if (!log)
        return;
    self->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

int rotation_watch(void *rotation)
{
    const struct rotation *self = rotation;
    struct signalfd_siginfo signal;
    int err = self->log ? 1 : 0;
    while (err > 0) {
        err = hob_read(self->signals, &signal, sizeof(signal));
        if (err > 0)
            hob_access_log_reopen(self->log);
    }
    return err;
}
