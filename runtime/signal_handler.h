/* Handlers of signals, which belong to the process and are shared by its loops. */
#ifndef HOB_RUNTIME_SIGNAL_HANDLER_H
#define HOB_RUNTIME_SIGNAL_HANDLER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct signal_handler {
    int signal_number;
    int flags; /* besides SA_SIGINFO and SA_ONSTACK */
    void (*fn)(int signal_number, siginfo_t *info, void *context);
    size_t users;
    struct sigaction before; /* while there are users */
};

/*
 * Has the signal handled, unless the program or a sanitizer handles it. Returns whether it is; then
 * call signal_handler_release() later.
 */
bool signal_handler_use(struct signal_handler *self);

/*
 * The last user restores what was there before: the library that has the handler may be unloaded.
 * A handler that the program has set meanwhile stays.
 */
void signal_handler_release(struct signal_handler *self);

#endif
