/*
 * The admin server: metrics, health and traces on a listener of its own (--admin). It is a second
 * server in the same loop, and clients of the first one cannot see what it serves.
 */
#ifndef HOB_PROGRAM_ADMIN_H
#define HOB_PROGRAM_ADMIN_H

#include "handlers/kitchen.h"
#include "hob/hob.h"
#include "sockets.h"

/* Both are NULL without --admin. */
struct admin {
    hob_router *router;
    hob_server *server;
};

/*
 * Opens the server on its socket, with the time-outs of `clients`, the options of the first server.
 * Returns 0 or what hob_server_open() failed with. To be closed in either case.
 */
int admin_open(
    struct admin *self, struct kitchen *kitchen, const hob_server_options *clients,
    const struct sockets *sockets);

/* Closes what is open. */
void admin_close(struct admin *self);

#endif
