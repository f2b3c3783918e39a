/* The service: the processes that serve, which are the only one or several workers. */
#ifndef HOB_PROGRAM_SERVICE_H
#define HOB_PROGRAM_SERVICE_H

#include "handlers/kitchen.h"
#include "hob/metrics.h"
#include "hob/router.h"
#include "options.h"
#include "sockets.h"
#include "tls.h"

/* The same in all of its processes. */
struct service {
    const struct options *options;
    hob_router *router;
    struct kitchen *kitchen; /* the state of its routes */
    char **argv;             /* of the program, for a restart */
    struct sockets sockets;
    struct tls tls;
    hob_tls_server *socket_tls[LISTEN_MAX]; /* of each socket; NULL: it is not for https */
    hob_metrics_group *metrics;             /* of the workers; NULL if there are none */
};

/* Serves until the process is stopped. Returns the exit status; prints errors. */
int service_run(struct service *service);

/*
 * For the HEALTHCHECK of a container, whose image has no curl: requests /healthz from the server at
 * the address of --admin, or at each address of the options. An address for all interfaces stands
 * for the loopback one. Returns 0 if each response is 200, otherwise prints why and returns 1.
 */
int service_check_health(const struct options *options);

#endif
