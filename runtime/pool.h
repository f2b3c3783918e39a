/* Threads for functions that block. See hob_pool in hob/runtime.h. */
#ifndef HOB_RUNTIME_POOL_H
#define HOB_RUNTIME_POOL_H

#include <stddef.h>

#include "hob/runtime.h"
#include "inbox.h"

/*
 * Queues a job, whose fn, arg, interrupt and release are set, for the current task. If that fails,
 * or if `pool` is NULL for want of memory, its future is ready with -EAGAIN or -ENOMEM: see
 * hob_pool_run().
 */
hob_future *job_start(struct job *self, hob_pool *pool, const char *call);

#endif
