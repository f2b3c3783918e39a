/* The futures that hob_async() returns. */
#ifndef HOB_RUNTIME_ASYNC_H
#define HOB_RUNTIME_ASYNC_H

#include "hob/runtime.h"

struct task;

/* The coroutine of a future of hob_async() that is not ready. */
struct task *async_task(const hob_future *future);

#endif
