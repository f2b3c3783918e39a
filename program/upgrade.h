/*
 * Restart without loss: on SIGUSR2 hob starts itself again, as the file that is there by now, and
 * hands its sockets over.
 *
 *     old   serves ------------------ SIGUSR2 --> forks ... serves ... --> drains --> exits with 0
 *                                                   |                 ^
 *     new                                           '--> starts --> "I serve" --> serves
 *
 * Both listen on the same sockets, so that there is no moment at which a client is refused. A new
 * process that fails costs nothing: the old one says so in its log, and goes on.
 */
#ifndef HOB_PROGRAM_UPGRADE_H
#define HOB_PROGRAM_UPGRADE_H

#include <signal.h>

#include "hob/server.h"
#include "notify.h"
#include "sockets.h"

struct upgrade {
    char **argv;
    struct sockets *sockets;
    struct notifier *notifier;
    hob_server *server;
    hob_server *admin; /* NULL if there is none */
    sigset_t mask;     /* of signals, as this process was started with */
    int signals;       /* a signalfd(2) of SIGUSR2; -1 if there is none */
};

/*
 * From now on SIGUSR2 waits for upgrade_watch(). What it is given must live as long as that runs.
 * Call it before threads are started that do not block it, and before the server is opened.
 */
void upgrade_init(
    struct upgrade *self, char **argv, struct sockets *sockets, struct notifier *notifier);

/*
 * A coroutine (arg is the struct upgrade), started before the server runs: tells the process before
 * this one that this one serves, then starts another one each time a SIGUSR2 comes. Returns 0 when
 * the server has been handed over, else a negative errno.
 */
int upgrade_watch(void *arg);

#endif
