/* The pools that each loop has: one for the functions of hob_offload(), and one for files. */
#ifndef HOB_RUNTIME_OFFLOAD_H
#define HOB_RUNTIME_OFFLOAD_H

#include <stddef.h>

#include "pool.h"

struct offload {
    hob_pool *functions; /* NULL until the first one is offloaded, as is the other */
    hob_pool *files;
    size_t thread_limit; /* of functions; 0 is the default */
    size_t queue_limit;
};

/* Ends the threads. Those whose job has not ended are left to it. */
void offload_end(struct offload *self);

/*
 * The pool of the current task's loop for functions that read, write or look at files. NULL when
 * out of memory, which hob_pool_run() and job_start() accept.
 */
hob_pool *offload_files(const char *call);

#endif
