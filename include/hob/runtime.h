/*
 * hob/runtime.h: the chef. Coroutines, futures and timers on one thread.
 *
 * Everything that takes time is a hob_future, and hob_await() is the only way to wait. While a
 * coroutine waits, the thread runs the others; when nothing can run, it sleeps in the event loop.
 *
 * Rules that hold everywhere:
 *  - Structured. A future belongs to the coroutine that made it. When that coroutine returns, the
 *    futures it did not await are cancelled and waited for, so nothing outlives its maker.
 *  - Cancellation is a return code. Every await of a cancelled coroutine returns -ECANCELED at
 *    once, until the coroutine returns.
 *  - Results are >= 0, or a negative errno. The global errno is not used: another coroutine may
 *    have changed it across an await.
 *  - One thread. Every function here but hob_block_on() is called from a coroutine, and a future
 *    is used only on the thread that made it.
 */
#ifndef HOB_RUNTIME_H
#define HOB_RUNTIME_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A result that may not be available yet. */
typedef struct hob_future hob_future;

/* What a coroutine runs. The result is >= 0, or a negative errno. */
typedef int hob_fn(void *arg);

/*
 * Starts an event loop on this thread, runs fn(arg) in its first coroutine, and returns fn's
 * result once that coroutine has returned. Several threads may each run a loop of their own.
 *
 * Returns -ENOMEM if the loop or the first stack could not be made (fn has not run then), and
 * -EBUSY if this thread is already inside a hob_block_on().
 */
int hob_block_on(hob_fn *fn, void *arg);

/*
 * Makes a coroutine that will run fn(arg). It first runs when its maker next waits, and it always
 * runs, even when it is cancelled before: fn may release what arg owns. Await the future for fn's
 * result; a future that nobody awaits is cancelled and joined when its maker returns.
 *
 * arg must live until the coroutine has returned. If it is a local variable of the maker, await
 * the coroutine: the locals are gone when the maker's children are joined.
 *
 * Returns NULL when out of memory. No check is needed: hob_await(NULL) is -ENOMEM.
 */
hob_future *hob_async(hob_fn *fn, void *arg);

/*
 * A future that is ready with result 0 when so many seconds have passed, never earlier. Zero and
 * negative numbers are ready on the loop's next turn. NaN gives a future whose result is -EINVAL.
 * Returns NULL when out of memory, as hob_async() does.
 */
hob_future *hob_timer(double seconds);

/*
 * Waits until the future is ready, consumes it (do not use it again) and returns its result.
 *
 * Returns -ECANCELED if the calling coroutine is or gets cancelled; the future is then cancelled
 * too and waited for before this returns. Returns -ENOMEM for a NULL future.
 */
int hob_await(hob_future *future);

/*
 * Waits for all of the futures, which proceed at the same time, and consumes them: it takes as
 * long as the longest. Returns 0 when all results are >= 0. The first error wins: the others are
 * then cancelled and waited for, and that error is returned.
 *
 *     int err = hob_join(hob_async(cook, fries), hob_async(cook, noodles));
 */
#define hob_join(...)                                                                              \
    hob_join_all(                                                                                  \
        (hob_future *[]){__VA_ARGS__},                                                             \
        sizeof((hob_future *[]){__VA_ARGS__}) / sizeof(hob_future *))

/* The same for an array of count futures. The array stays the caller's. */
int hob_join_all(hob_future *const *futures, size_t count);

/* Waits so many seconds (see hob_timer). Returns 0, -ECANCELED, or -EINVAL for NaN. */
int hob_sleep(double seconds);

/*
 * Lets every other coroutine that can run do so once, and the loop look for input, before going
 * on. Returns 0 or -ECANCELED.
 */
int hob_yield(void);

/*
 * Asks for a future's work to end early. A timer ends at once; a coroutine's awaits return
 * -ECANCELED from now on, and it ends when its function returns. The future still has to be
 * awaited, or is when its maker returns. Does nothing if the future is ready, or NULL.
 */
void hob_cancel(hob_future *future);

#ifdef __cplusplus
}
#endif

#endif
