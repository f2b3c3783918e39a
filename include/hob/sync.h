/*
 * hob/sync.h: semaphores, mutexes and conditions for coroutines of one loop. See also hob_queue in
 * hob/runtime.h.
 *
 * A coroutine runs until it waits, so plain variables need no lock. Use these functions for state
 * that must not change across a wait, for limits, and for events.
 *
 * Coroutines that wait are served in FIFO order. Calls that wait return 0, -ECANCELED or
 * -ETIMEDOUT, like every await. They, hob_condition_next() and the functions that lock and unlock a
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
 * coroutine takes one, waits while none is free, and gives it back.
 */
typedef struct hob_semaphore hob_semaphore;

/* Makes a semaphore with this many permits, also 0. NULL when out of memory. */
hob_semaphore *hob_semaphore_new(size_t count);

/* Frees a semaphore that no coroutine waits for. NULL is ignored. */
void hob_semaphore_free(hob_semaphore *semaphore);

/* Takes a permit, and waits while none is free. After an error it has taken none. */
int hob_semaphore_take(hob_semaphore *semaphore);

/* The same without a wait: returns -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT. */
int hob_semaphore_try_take(hob_semaphore *semaphore);

/* Gives a permit to the first waiting coroutine, or keeps it. Works in a cancelled one, too. */
void hob_semaphore_give(hob_semaphore *semaphore);

/*
 * A mutex: one coroutine at a time holds it, from lock to unlock, for work with waits during which
 * no other coroutine may interfere. The coroutine that holds it has to unlock it, also if it is
 * cancelled: the end of a coroutine does not unlock it.
 */
typedef struct hob_mutex hob_mutex;

/* Makes a mutex that is free. NULL when out of memory. */
hob_mutex *hob_mutex_new(void);

/* Frees a mutex that no coroutine holds. NULL is ignored. */
void hob_mutex_free(hob_mutex *mutex);

/*
 * Waits until the mutex is free, and locks it. After an error it is not locked. If this coroutine
 * holds it already, that ends the process with a message, since it would wait for itself.
 */
int hob_mutex_lock(hob_mutex *mutex);

/* The same without a wait: returns -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT. */
int hob_mutex_try_lock(hob_mutex *mutex);

/*
 * Passes the mutex to the first waiting coroutine. Only the coroutine that holds it may call this.
 */
void hob_mutex_unlock(hob_mutex *mutex);

/*
 * A condition: an event that coroutines wait for and that occurs repeatedly, such as a new price.
 * It is not stored: a wait ends only at an event after its beginning.
 */
typedef struct hob_condition hob_condition;

/* Makes a condition. NULL when out of memory. */
hob_condition *hob_condition_new(void);

/* Frees a condition that no coroutine waits for. NULL is ignored. */
void hob_condition_free(hob_condition *condition);

/* Waits until the condition wakes this coroutine. */
int hob_condition_wait(hob_condition *condition);

/*
 * The same as a future, which is ready with 0, to wait for several events with hob_race(). NULL
 * when out of memory. The condition must live until the future was consumed.
 */
hob_future *hob_condition_next(hob_condition *condition);

/* Wakes the first waiting coroutine or future. Returns false if there is none. */
bool hob_condition_wake_one(hob_condition *condition);

/* Wakes all that wait now, and returns how many. They run when the caller waits or returns. */
size_t hob_condition_wake_all(hob_condition *condition);

#ifdef __cplusplus
}
#endif

#endif
