#include "hangup.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "child.h"
#include "hob/runtime.h"

static sigset_t hangup(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    return signals;
}

void hangup_block(void)
{
    sigset_t signals = hangup();
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

void hangup_unblock(void)
{
    sigset_t signals = hangup();
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

static void reload(const struct hangup *self)
{
    if (self->notifier)
        notify_reloading(self->notifier);
    if (self->log)
        hob_access_log_reopen(self->log);
    tls_reload(self->tls);
    if (self->notifier)
        notify_reloaded(self->notifier);
    child_report(self->report);
}

int hangup_watch(void *arg)
{
    const struct hangup *self = arg;
    struct signalfd_siginfo signal;
    sigset_t signals = hangup();
    int fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err;
    while ((err = hob_read(fd, &signal, sizeof(signal))) > 0)
        reload(self);
    close(fd);
    return err;
}
