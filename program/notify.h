/*
 * Messages to the service manager, systemd or another one with its protocol: this process serves,
 * is alive, reads its files again, stops, or has been replaced. See sd_notify(3) and
 * sd_watchdog_enabled(3).
 */
#ifndef HOB_PROGRAM_NOTIFY_H
#define HOB_PROGRAM_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "hob/server.h"

struct notifier {
    struct sockaddr_un manager;
    socklen_t length; /* of that address; 0 if no messages are sent */
    double watchdog;  /* the manager kills hob after so many seconds without WATCHDOG=1; 0: never */
    double grace;     /* seconds that stopping may take */
    bool restarted;   /* the old process of a restart has sent READY=1 */
    bool blocking;    /* sending blocks the thread, which runs no loop */
    hob_server *server; /* of notify_watch() */
};

/*
 * Reads the manager's socket from NOTIFY_SOCKET, and WATCHDOG_USEC and WATCHDOG_PID; an empty
 * variable counts as unset. If one of them is wrong, prints why and exits with EXIT_USAGE. The
 * other arguments are the members of that name.
 */
void notify_init(struct notifier *self, bool restarted, double grace);

/*
 * A coroutine (arg is the struct notifier), started before the server runs. Sends READY=1 unless
 * the old process has sent it, WATCHDOG=1 twice in the watchdog's time, and STOPPING=1 when the
 * server begins to stop. Returns 0 or a negative errno.
 */
int notify_watch(void *arg);

/*
 * Each of these sends a message. In a coroutine it awaits until the manager receives, unless
 * `blocking`. Logs if the message is not sent.
 */

/* READY=1, unless the old process of a restart has sent it. */
void notify_ready(const struct notifier *self);

/* WATCHDOG=1, to be sent twice in the watchdog's time. */
void notify_alive(const struct notifier *self);

/*
 * RELOADING=1 and the time, before files are read again. A manager that has sent SIGHUP for
 * Type=notify-reload (systemd.service(5)) waits for it, and then for READY=1.
 */
void notify_reloading(const struct notifier *self);

/* READY=1, when they have been read. */
void notify_reloaded(const struct notifier *self);

/* STOPPING=1, and how long stopping may take. */
void notify_stopping(const struct notifier *self);

/* MAINPID: another process is the main one now. This one sends nothing from then on. */
void notify_main_process(struct notifier *self, pid_t pid);

#endif
