/* Handlers of signals, which belong to the process and are shared by its loops. */
#ifndef HOB_PROCESS_SIGNAL_HANDLER_H
#define HOB_PROCESS_SIGNAL_HANDLER_H

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
 * Sets the handler, unless the program or a sanitizer handles the signal. Returns whether it is
 * set; then call signal_handler_release() later.
 */
bool signal_handler_use(struct signal_handler *self);

/*
 * The last user restores the former handler, because the library that has this one may be unloaded.
 * A handler that the program has set meanwhile stays.
 */
void signal_handler_release(struct signal_handler *self);

#endif
