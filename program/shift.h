/* A shift: all that a process does which serves, alone or as one of several workers. */
#ifndef HOB_PROGRAM_SHIFT_H
#define HOB_PROGRAM_SHIFT_H

#include "handlers/kitchen.h"
#include "hob/metrics.h"
#include "hob/router.h"
#include "options.h"
#include "sockets.h"

/* What all processes that serve have in common. */
struct business {
    const struct options *options;
    hob_router *router;
    struct kitchen *kitchen; /* the state of its routes */
    char **argv;             /* of the program, to start it again */
    struct sockets sockets;
    hob_metrics_group *metrics; /* of the workers; NULL if there are none */
};

/* Serves until the process is told to stop. Returns the exit status; what was wrong is printed. */
int serve_business(struct business *business);

#endif
