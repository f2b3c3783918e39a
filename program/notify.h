/*
 * What the service manager wants to hear, be it systemd or one like it: that hob serves, that it is
 * alive, that it stops, and who has taken over. See sd_notify(3) and sd_watchdog_enabled(3).
 */
#ifndef HOB_PROGRAM_NOTIFY_H
#define HOB_PROGRAM_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "hob/server.h"

struct notifier {
    struct sockaddr_un manager;
    socklen_t length; /* of that address; 0 if nobody wants to be told */
    double watchdog;  /* seconds without a sign of life after which hob is killed; 0 if never */
    bool takes_over;  /* from a hob that the manager already knows to serve */
    double grace;     /* seconds that stopping may take */
    bool may_block;   /* there is no loop that others wait for */
    hob_server *server;
};

/*
 * Reads the manager's socket from NOTIFY_SOCKET, and WATCHDOG_USEC and WATCHDOG_PID; an empty
 * variable counts as unset. If one of them is wrong, a message says so and the exit status is
 * EXIT_USAGE.
 */
void notify_init(struct notifier *self);

/*
 * A coroutine (arg is the struct notifier), started before the server runs. It sends READY=1 unless
 * this process takes over, WATCHDOG=1 twice in the watchdog's time, and STOPPING=1 when the server
 * begins to stop. A message that does not arrive is logged. Returns 0 or a negative errno.
 */
int notify_watch(void *arg);

/*
 * Each of these sends a message, in a coroutine or where the thread may block. One that does not
 * arrive is logged.
 */

/* READY=1, unless this process takes over. */
void notify_ready(const struct notifier *self);

/* WATCHDOG=1, to be sent twice in the watchdog's time. */
void notify_alive(const struct notifier *self);

/* STOPPING=1, and how long that may take. */
void notify_stopping(const struct notifier *self);

/* Makes another process the one that the manager watches (MAINPID). This one is silent then. */
void notify_successor(struct notifier *self, pid_t pid);

#endif
