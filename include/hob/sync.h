/*
 * hob/sync.h: coroutines of one loop that wait for each other. See also hob_queue in hob/runtime.h.
 *
 * A coroutine runs until it waits, so plain variables need no lock. These are for state that must
 * not change across a wait, for limits, and for events.
 *
 * Coroutines that wait are served in FIFO order. Calls that wait return 0, -ECANCELED or
 * -ETIMEDOUT, as every await. They, hob_condition_next() and the functions that lock and unlock a
 * mutex are called from coroutines. The other functions may be called anywhere on the thread of
 * these coroutines: also in a callback, and before or after the loop.
 */
#ifndef HOB_SYNC_H
#define HOB_SYNC_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A semaphore: a number of permits, such as connections that may be open at the same time. A
 * coroutine takes one, waits while there is none, and gives it back.
 */
typedef struct hob_semaphore hob_semaphore;

/* A semaphore with so many permits, which may be 0. NULL when out of memory. */
hob_semaphore *hob_semaphore_new(size_t count);

/* Frees a semaphore that no coroutine waits for. NULL is ignored. */
void hob_semaphore_free(hob_semaphore *semaphore);

/* Takes a permit, and waits while there is none. With an error none was taken. */
int hob_semaphore_take(hob_semaphore *semaphore);

/* The same without a wait: returns -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT. */
int hob_semaphore_try_take(hob_semaphore *semaphore);

/* Adds a permit: the first coroutine that waits has it. Always works, also in a cancelled one. */
void hob_semaphore_give(hob_semaphore *semaphore);

/*
 * A mutex: one coroutine at a time holds it, from a lock to the unlock, for what must not be
 * disturbed while it waits in between. The coroutine that holds it has to unlock it, also when it
 * is cancelled: nothing does so when it ends.
 */
typedef struct hob_mutex hob_mutex;

/* A mutex that is free. NULL when out of memory. */
hob_mutex *hob_mutex_new(void);

/* Frees a mutex that no coroutine holds. NULL is ignored. */
void hob_mutex_free(hob_mutex *mutex);

/*
 * Waits until the mutex is free, and holds it. With an error it is not held. A coroutine that holds
 * it already would wait for itself: that ends the process with a message.
 */
int hob_mutex_lock(hob_mutex *mutex);

/* The same without a wait: returns -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT. */
int hob_mutex_try_lock(hob_mutex *mutex);

/* Hands the mutex to the first coroutine that waits for it. Only the one that holds it may. */
void hob_mutex_unlock(hob_mutex *mutex);

/*
 * A condition: something that coroutines wait for and that happens again and again, such as a new
 * price. It has no memory: a wait ends the next time, and counts from its beginning on.
 */
typedef struct hob_condition hob_condition;

/* A condition without waiting coroutines. NULL when out of memory. */
hob_condition *hob_condition_new(void);

/* Frees a condition that no coroutine waits for. NULL is ignored. */
void hob_condition_free(hob_condition *condition);

/* Waits until the condition wakes this coroutine. */
int hob_condition_wait(hob_condition *condition);

/*
 * The same as a future, which is ready with 0, to wait for several things with hob_race(). NULL
 * when out of memory. The condition must live until the future was consumed.
 */
hob_future *hob_condition_next(hob_condition *condition);

/* Wakes the first coroutine that waits, or its future. Returns false if there is none. */
bool hob_condition_wake_one(hob_condition *condition);

/* Wakes all that wait now. Returns how many. They run when the caller waits or returns. */
size_t hob_condition_wake_all(hob_condition *condition);

#ifdef __cplusplus
}
#endif

#endif
