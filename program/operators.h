/*
 * What operators and their tools are served: metrics, health and traces. With --admin on a listener
 * of their own, a second server in the same loop, so that guests see nothing of it.
 */
#ifndef HOB_PROGRAM_OPERATORS_H
#define HOB_PROGRAM_OPERATORS_H

#include "handlers/kitchen.h"
#include "hob/access_log.h"
#include "hob/hob.h"
#include "sockets.h"

struct operators {
    struct kitchen *kitchen;
    hob_metrics *metrics;
    hob_access_log *log; /* NULL if there is none */
    hob_router *router;  /* these two are NULL without --admin */
    hob_server *server;
};

/*
 * Makes the metrics, and sets what the guests' server has to do for the log, which may be NULL.
 * Returns 0 or -ENOMEM; to be closed in either case.
 */
int operators_open(
    struct operators *self, struct kitchen *kitchen, hob_server_options *guests,
    hob_access_log *log);

/*
 * Opens the operators' server on its socket, with the time-outs of the clients' server. Returns 0,
 * or what hob_server_open() failed with.
 */
int operators_listen(
    struct operators *self, const hob_server_options *guests, const struct sockets *sockets);

/*
 * Has the metrics and the log observe the guests' server. It is the one whose readiness is served.
 * Returns 0 or -ENOMEM.
 */
int operators_watch(struct operators *self, hob_server *server);

void operators_close(struct operators *self);

#endif
