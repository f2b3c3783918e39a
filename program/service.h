/* The service: the processes that serve, the only one or several workers. */
#ifndef HOB_PROGRAM_SERVICE_H
#define HOB_PROGRAM_SERVICE_H

#include "handlers/kitchen.h"
#include "hob/metrics.h"
#include "hob/router.h"
#include "options.h"
#include "sockets.h"

/* The same in all of its processes. */
struct service {
    const struct options *options;
    hob_router *router;
    struct kitchen *kitchen; /* the state of its routes */
    char **argv;             /* of the program, for a restart */
    struct sockets sockets;
    hob_metrics_group *metrics; /* of the workers; NULL if there are none */
};

/* Serves until the process is told to stop. Returns the exit status; an error is printed. */
int service_run(struct service *service);

#endif
