#include "signal_handler.h"

#include <pthread.h>

/* Guards all handlers. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_set(const struct signal_handler *self)
{
    struct sigaction now;
    return sigaction(self->signal_number, NULL, &now) == 0 && now.sa_flags & SA_SIGINFO &&
           now.sa_sigaction == self->fn;
}

static bool set(struct signal_handler *self)
{
    struct sigaction action = {
        .sa_sigaction = self->fn, .sa_flags = SA_SIGINFO | SA_ONSTACK | self->flags};
    if (sigaction(self->signal_number, NULL, &self->before) < 0)
        return false;
    return !(self->before.sa_flags & SA_SIGINFO) && self->before.sa_handler == SIG_DFL &&
           sigaction(self->signal_number, &action, NULL) == 0;
}

bool signal_handler_use(struct signal_handler *self)
{
    pthread_mutex_lock(&lock);
    bool handled = self->users > 0 ? is_set(self) : set(self);
    self->users += handled;
    pthread_mutex_unlock(&lock);
    return handled;
}

void signal_handler_release(struct signal_handler *self)
{
    pthread_mutex_lock(&lock);
    if (--self->users == 0 && is_set(self))
        sigaction(self->signal_number, &self->before, NULL);
    pthread_mutex_unlock(&lock);
}
