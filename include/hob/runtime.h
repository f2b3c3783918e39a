/*
 * hob/runtime.h: coroutines, futures and timers on one thread.
 *
 * Everything that takes time is a hob_future, and hob_await() is the only way to wait. While a
 * coroutine waits, the thread runs the others; when none can run, it sleeps in the event loop.
 *
 * Rules for all functions:
 *  - Structured. A future belongs to the coroutine that made it. When that coroutine returns, the
 *    futures it did not await are cancelled and waited for, so nothing outlives its maker.
 *  - Cancellation is a return code. Every await of a cancelled coroutine returns -ECANCELED at
 *    once, until the coroutine returns; but a result that is ready is returned, not lost.
 *  - Results are >= 0, or a negative errno. The global errno is not used: another coroutine may
 *    have changed it across an await.
 *  - Turns. A coroutine runs until it waits. Calls that do not have to wait, such as hob_read()
 *    of a fast peer, hob_queue_put() into a queue that is not full, or any await of a cancelled
 *    coroutine, let others run from time to time. Calls whose names contain "try" do not.
 *  - One thread. Call a function only from a coroutine unless its comment allows more; outside of
 *    one it ends the process with a message. Use a future only on the thread that made it.
 */
#ifndef HOB_RUNTIME_H
#define HOB_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

struct pollfd; /* of poll(2) */

#ifdef __cplusplus
extern "C" {
#endif

/* A result that may not be available yet. */
typedef struct hob_future hob_future;

/* The function of a coroutine. The result is >= 0, or a negative errno. */
typedef int hob_fn(void *arg);

/*
 * Starts an event loop on this thread, runs fn(arg) in its first coroutine, and returns fn's
 * result once that coroutine has returned. Several threads may each run a loop of their own. In
 * messages the coroutine has the name of fn, or the given name. Must not be called in a loop.
 *
 * Returns -ENOMEM if memory for the loop or the first stack is missing, -EMFILE or -ENFILE if one
 * of the two descriptors of the loop is missing, and -EBUSY if this thread is already inside a
 * hob_block_on(). fn has not run then.
 */
#define hob_block_on(fn, ...) hob_block_on_named(#fn, fn, __VA_ARGS__) /* (fn, arg) */
int hob_block_on_named(const char *name, hob_fn *fn, void *arg);

/*
 * Makes a coroutine that will run fn(arg), and has the name of fn in messages. It first runs when
 * its maker next waits, and it always runs, even if it is cancelled before, so that fn can free
 * what arg owns. Await the future for fn's result; a future that is not awaited is cancelled and
 * joined when its maker returns. A coroutine's stack is freed as soon as the coroutine has ended.
 *
 * arg must live until the coroutine has returned. If it is a local variable of the maker, await
 * the coroutine: the locals are gone when the maker's children are joined.
 *
 * Returns NULL when out of memory. No check is needed: hob_await(NULL) is -ENOMEM.
 */
#define hob_async(fn, ...) hob_async_named(#fn, fn, __VA_ARGS__) /* (fn, arg) */

/*
 * The same with a given name, which must live as long as the coroutine; if events are recorded
 * (hob/trace.h), as long as the program.
 */
hob_future *hob_async_named(const char *name, hob_fn *fn, void *arg);

/*
 * The same with a stack of at least `stack_size` bytes. Stacks have 64 KiB, 128 KiB, 256 KiB and so
 * on up to HOB_STACK_MAX; 0 means the default, 128 KiB. Unused stack costs address space and 8
 * bytes of page tables for 4 KiB, but no memory. Returns NULL above HOB_STACK_MAX.
 */
#define HOB_STACK_MAX ((size_t)64 * 1024 * 1024) /* bytes */
#define hob_async_sized(stack_size, fn, ...)                                                       \
    hob_async_sized_named(stack_size, #fn, fn, __VA_ARGS__) /* (stack_size, fn, arg) */
hob_future *hob_async_sized_named(size_t stack_size, const char *name, hob_fn *fn, void *arg);

/*
 * Makes a coroutine like hob_async(), but without a future: all of its memory is freed when it has
 * ended, while an unawaited future of hob_async() takes about 100 bytes until its maker returns.
 * For accept loops and background jobs. It is cancelled and joined when its maker returns.
 *
 * Returns 0, or -ENOMEM: then fn has not run, and arg is still the caller's.
 */
#define hob_start(fn, ...) hob_start_named(#fn, fn, __VA_ARGS__) /* (fn, arg) */
int hob_start_named(const char *name, hob_fn *fn, void *arg);

/*
 * A group is a set of coroutines that start and end at any time, such as those of an accept loop or
 * background jobs. The group and all of its coroutines belong to the coroutine that made the group:
 * when the function of that one returns, they are cancelled and joined, and the group is freed.
 */
typedef struct hob_group hob_group;

/* Makes an empty group, in memory of hob_alloc(). NULL when out of memory. */
hob_group *hob_group_new(void);

/*
 * Makes a coroutine in the group. Like one of hob_start(), it has no future. It gets the deadline
 * that the group's maker has now. May be called from any coroutine or callback of the loop, until
 * the group's maker returns. Returns 0, or -ENOMEM: then fn has not run, and arg is still the
 * caller's.
 */
#define hob_group_spawn(group, fn, ...)                                                            \
    hob_group_spawn_named(group, #fn, fn, __VA_ARGS__) /* (group, fn, arg) */
int hob_group_spawn_named(hob_group *group, const char *name, hob_fn *fn, void *arg);

/* Returns how many coroutines of the group have not ended. May also be called in a callback. */
size_t hob_group_count(const hob_group *group);

/*
 * Waits until all coroutines of the group have ended, including those that are spawned meanwhile.
 * Returns 0, -ECANCELED or -ETIMEDOUT. The group can be used again.
 */
int hob_group_wait(hob_group *group);

/* Cancels the coroutines that are in the group now, as hob_cancel() does. Does not wait. */
void hob_group_cancel(hob_group *group);

/*
 * Returns a future that is ready with 0 after this many seconds, and not earlier. With zero or a
 * negative number it is ready when the loop next checks its timers. With NaN its result is -EINVAL.
 * Returns NULL when out of memory, like hob_async().
 */
hob_future *hob_timer(double seconds);

/*
 * Waits until the future is ready, consumes it (do not use it again) and returns its result.
 *
 * Returns -ECANCELED if the calling coroutine is or gets cancelled before the future is ready, and
 * -ETIMEDOUT if its deadline passes before that; the future is then cancelled too and waited for
 * before this returns. Returns -ENOMEM for a NULL future.
 */
int hob_await(hob_future *future);

/*
 * The same with a time limit: returns -ETIMEDOUT if the future is not ready after `seconds`. The
 * coroutine's deadline stays as it was, and also ends the wait. INFINITY and NaN are no limit.
 */
int hob_await_for(hob_future *future, double seconds);

/*
 * Waits for all of the futures at the same time, and consumes them. Returns 0 when all results are
 * >= 0. After the first error, cancels the others, waits for them, and returns that error.
 *
 *     int err = hob_join(hob_async(cook, fries), hob_async(cook, noodles));
 */
#define hob_join(...)                                                                              \
    hob_join_all(                                                                                  \
        (hob_future *[]){__VA_ARGS__},                                                             \
        sizeof((hob_future *[]){__VA_ARGS__}) / sizeof(hob_future *))

/* The same for an array of `count` futures. The array still belongs to the caller. */
int hob_join_all(hob_future *const *futures, size_t count);

/*
 * Waits for all of the futures and consumes them, as hob_join_all() does, but does not cancel the
 * others when one fails: results[i] is the result of futures[i], and the caller provides `count`
 * results. Returns 0, or -ECANCELED or -ETIMEDOUT if the caller was interrupted: futures that were
 * not ready were then cancelled, and have the results of cancelled futures.
 */
int hob_settle_all(hob_future *const *futures, size_t count, int *results);

/*
 * Waits for the first future that is ready, and consumes them all: cancels the others and waits for
 * them. Returns the result of the first one; if several are ready, of the first in the list.
 *
 *     int err = hob_race(hob_async(ask, supplier), hob_async(ask, other_supplier));
 */
#define hob_race(...)                                                                              \
    hob_race_all(                                                                                  \
        (hob_future *[]){__VA_ARGS__},                                                             \
        sizeof((hob_future *[]){__VA_ARGS__}) / sizeof(hob_future *), NULL)

/*
 * The same for an array, which still belongs to the caller. Sets *winner, unless winner is NULL, to
 * the index of the first one, or to `count` if the caller was cancelled before. Returns -EINVAL if
 * count is 0.
 */
int hob_race_all(hob_future *const *futures, size_t count, size_t *winner);

/* Waits this many seconds (see hob_timer). Returns 0, -ECANCELED, or -EINVAL for NaN. */
int hob_sleep(double seconds);

/*
 * Lets every other ready coroutine run once before this one continues. If none is ready, or dozens
 * have run, the loop also checks for input and timers. Returns 0, -ECANCELED or -ETIMEDOUT.
 */
int hob_yield(void);

/*
 * Cancels a future. A timer ends at once; a coroutine's awaits return -ECANCELED from now on, and
 * it ends when its function returns. The future still has to be awaited; otherwise that happens
 * when its maker returns. Does nothing if the future is ready, or NULL.
 */
void hob_cancel(hob_future *future);

/*
 * Calls fn(arg) in this coroutine, and returns its result. Until fn returns, a cancellation of this
 * coroutine and its earlier deadline have no effect on awaits. A deadline that fn sets has effect,
 * and ends with the shield. For work that must be finished once it has begun; limit the time of
 * work that waits for a peer, with hob_shield_for().
 */
int hob_shield(hob_fn *fn, void *arg);

/* The same with a deadline `seconds` from now, as if fn began with hob_deadline(seconds). */
int hob_shield_for(double seconds, hob_fn *fn, void *arg);

/*
 * Calls that need more stack than a coroutine has. docs/stacks.md lists what ordinary calls need.
 */

/*
 * Calls fn(arg) in this coroutine on another stack of at least `stack_size` bytes, and returns its
 * result. The sizes are those of hob_async_sized(). fn may wait. Returns -ENOMEM, without a call of
 * fn, if there is no memory for the stack.
 */
int hob_call_sized(size_t stack_size, hob_fn *fn, void *arg);

/*
 * Calls fn(arg) on the own stack of the loop's thread, usually 8 MiB (ulimit -s), and returns its
 * result: for recursion and large local variables, such as regcomp(3), SQL, and JSON of clients. No
 * other coroutine runs meanwhile. fn must not wait, nor call any other function that is for
 * coroutines; it may call hob_now(), hob_log() and hob_resolve().
 */
int hob_call_deep(hob_fn *fn, void *arg);

/*
 * Deadlines. When the deadline of a coroutine passes, its current await and all later ones return
 * -ETIMEDOUT at once, unless their result is ready. A coroutine begins with the deadline of its
 * maker, and can set an earlier one, but not a later one. So deadlines nest: a function that gives
 * a call two seconds does not exceed the deadline of its own caller.
 */

/*
 * Seconds on the clock that deadlines and timers use (CLOCK_MONOTONIC, see clock_gettime(2)). May
 * be called anywhere, on any thread.
 */
double hob_now(void);

/*
 * Sets this coroutine's deadline to `seconds` from now, unless it has an earlier one. Returns the
 * former deadline, for hob_deadline_at(), on the clock of hob_now(); INFINITY if there was none.
 * INFINITY and NaN change nothing, so hob_deadline(INFINITY) returns the present deadline.
 */
double hob_deadline(double seconds);

/*
 * Restores a deadline that hob_deadline() returned. The time is on the clock of hob_now(), and may
 * be later than the present deadline, but not later than the maker's. If it has not passed, awaits
 * work again. Returns the former deadline. NaN changes nothing.
 *
 *     double before = hob_deadline(2);
 *     int err = hob_await(hob_async(cook_noodles, NULL));
 *     hob_deadline_at(before);
 */
double hob_deadline_at(double when);

/*
 * Memory and clean-ups of a coroutine. When its function has returned and its children have been
 * joined, the clean-ups run in reverse order, and then the memory is freed.
 */

/* Returns `size` bytes, aligned for any type, not initialised. NULL when out of memory. */
void *hob_alloc(size_t size);

/*
 * Adds the clean-up fn(arg), which runs in this coroutine. Returns 0, or -ENOMEM after a call of
 * fn(arg): in both cases it is called exactly once. arg must not be a local variable of this
 * coroutine's functions, which have returned by then: that ends the process with a message. Use
 * hob_alloc() instead.
 */
int hob_defer(void (*fn)(void *arg), void *arg);

/*
 * Returns a future that becomes ready by hob_resolve(): use it to await an operation that ends with
 * a callback. NULL when out of memory.
 */
hob_future *hob_promise(void);

/*
 * Makes a promise ready with this result. Must be called exactly once for each promise, on the
 * thread of its loop, from a coroutine or a callback, also if the promise was cancelled and its
 * await has returned: until this call the promise is not freed.
 */
void hob_resolve(hob_future *promise, int result);

/*
 * Returns whether the result of hob_resolve() will not be used: the await of the promise was
 * cancelled or its deadline has passed. The code that resolves it must then not write to variables
 * of the coroutine, which may have returned. Call it on the thread of the loop, before
 * hob_resolve(), and not for a promise of hob_remote_promise().
 */
bool hob_promise_abandoned(const hob_future *promise);

/*
 * Returns a promise that another thread resolves: use it to await a library that calls back on a
 * thread of its own. The loop waits for it like for functions of hob_offload(). NULL when out of
 * memory.
 */
hob_future *hob_remote_promise(void);

/*
 * Makes such a promise ready with this result. Must be called exactly once for each, on any thread
 * and at any time, also if the promise was cancelled or its loop has ended.
 */
void hob_remote_resolve(hob_future *promise, int result);

/*
 * Descriptors. They must be non-blocking (O_NONBLOCK, see open(2)) for hob_read() and hob_write(),
 * and stay open while a future or a call uses them: a wait for a closed one returns -EBADF, but
 * only after up to some seconds.
 */

/*
 * Returns a future that is ready with 0 when the descriptor is readable, or has ended or failed;
 * hob_writable() when it is writable, or has failed. The result is -EBADF if it is not open, is
 * closed before its maker waits, or was opened with O_PATH; -ENOMEM if the kernel cannot watch more
 * descriptors (see fs.epoll.max_user_watches in epoll(7)). Regular files are always ready. NULL
 * when out of memory.
 */
hob_future *hob_readable(int fd);
hob_future *hob_writable(int fd);

/*
 * Waits until one of `count` descriptors is ready, or `seconds` have passed, like poll(2): sets
 * revents of each entry, and returns how many are not 0, or 0 after the time. 0 seconds do not
 * wait; INFINITY and NaN are no limit. Entries may have the same descriptor, and entries with a
 * negative one are ignored. A descriptor that is not open, or was opened with O_PATH, is ready
 * with POLLNVAL; if it is closed during the wait, after up to some seconds.
 *
 * `events` is POLLIN, POLLOUT or both, POLLRDNORM or POLLWRNORM. An entry without events does not
 * end the wait. Returns -EINVAL for other events, -EBADF if a descriptor was closed during the wait
 * and its number is in use again, -ENOMEM, -ECANCELED or -ETIMEDOUT; no revents are set then.
 */
int hob_poll(struct pollfd *fds, size_t count, double seconds);

/*
 * A watch: a descriptor with many waits, such as that of a connection. It stays registered with
 * epoll(7) from one wait to the next, which saves a system call in each. It belongs to the loop
 * whose coroutines wait for it; when that has ended, another loop may use it.
 */
typedef struct hob_watch hob_watch;

/*
 * Makes a watch of this descriptor. May be called anywhere. NULL when out of memory. Close the
 * descriptor only by hob_watch_close(), or after hob_watch_free(): otherwise a wait for it may
 * never end.
 */
hob_watch *hob_watch_new(int fd);

/*
 * Returns a future that is ready with 0 when the descriptor is readable, or has ended or failed;
 * hob_watch_writable() when it is writable, or has failed. Several coroutines may wait at the same
 * time, for both. The result is -EBADF if the watch is freed or closed meanwhile, or if the
 * descriptor is not open or was opened with O_PATH; -ENOMEM if the kernel cannot watch more
 * descriptors. NULL when out of memory.
 */
hob_future *hob_watch_readable(hob_watch *watch);
hob_future *hob_watch_writable(hob_watch *watch);

/*
 * Ends the waits with -EBADF and frees the watch, but does not close the descriptor: for one that a
 * library closes. May also be called by a callback of the loop, and before or after the loop. NULL
 * is ignored.
 */
void hob_watch_free(hob_watch *watch);

/* The same, and closes the descriptor. */
void hob_watch_close(hob_watch *watch);

/*
 * Waits until the descriptor is readable, and reads up to `size` bytes. Returns how many, 0 at the
 * end, or a negative errno of read(2), -ECANCELED or -ETIMEDOUT.
 */
int hob_read(int fd, void *data, size_t size);

/*
 * Writes all of the `size` bytes, and waits whenever the descriptor is not writable. Returns 0 or a
 * negative errno of write(2), -ECANCELED or -ETIMEDOUT; some of the bytes may have been written
 * then. A socket whose peer has gone raises SIGPIPE as with write(2): ignore that signal.
 */
int hob_write(int fd, const void *data, size_t size);

/*
 * Threads for functions that block. All coroutines of the loop share a few, which start when a
 * function needs one. They begin with the signal mask of the loop's thread, and so do processes
 * that such a function starts.
 */

/*
 * Runs blocking(arg) on another thread. The future's result is what it returns, or -EAGAIN if the
 * queue was full, or -ENOMEM if no thread could be started, which is logged; it has not run then.
 * If it is cancelled in the queue, it never runs and the result is -ECANCELED; when it runs
 * already, the await waits for it. arg must live until the future was awaited. That thread must not
 * call functions of this header except hob_remote_resolve(). NULL when out of memory.
 */
hob_future *hob_offload(hob_fn *blocking, void *arg);

/*
 * Sets the maximum number of threads (default 4), and of functions that wait for one (default
 * 1,024). Returns 0, -EINVAL if one is 0, or -EBUSY once a function was offloaded.
 */
int hob_offload_limits(size_t threads, size_t queue);

/*
 * A separate pool of threads, so that one kind of work, such as the calls of a database, does not
 * wait for another. Several loops may share a pool. Functions of pools, except hob_pool_run(), may
 * be called on any thread.
 */
typedef struct hob_pool hob_pool;

/*
 * Makes a pool of up to `threads` threads, which start when they are needed, and of up to `queue`
 * functions that wait for a thread. NULL when out of memory or if a number is 0.
 */
hob_pool *hob_pool_new(size_t threads, size_t queue);

/*
 * Runs blocking(arg) on a thread of the pool, like hob_offload(). If the future is cancelled while
 * the function runs, interrupt(arg) is called once, on the loop's thread, unless it is NULL: it
 * should make the function return soon, and must not wait itself. sqlite3_interrupt() is such a
 * function, but it does not end a wait for another connection's lock (sqlite3_busy_timeout()). It
 * may also be called when the function is just about to return, or has just returned. A NULL pool
 * is -ENOMEM.
 */
hob_future *hob_pool_run(hob_pool *pool, hob_fn *blocking, void *arg, void (*interrupt)(void *arg));

/*
 * Ends the threads and frees the pool. Functions that are still queued never run, and their results
 * are -ECANCELED. If functions still run, their threads end when these return, and the pool's
 * memory is not freed. NULL is ignored.
 */
void hob_pool_free(hob_pool *pool);

/*
 * Returns the pool of this loop for functions that open, read or write files, which hob_read_file()
 * uses as well: it has 4 threads, and functions of hob_offload() do not delay it. It belongs to the
 * loop: do not free it. NULL when out of memory, which hob_pool_run() returns as -ENOMEM.
 */
hob_pool *hob_file_pool(void);

/*
 * Bytes, followed by a NUL that is not counted. They belong to the caller of the function that
 * made them, who frees them with hob_bytes_free(). A struct of zeros has no bytes.
 */
typedef struct {
    char *data;  /* of malloc(3), or NULL */
    size_t size; /* without the NUL */
} hob_bytes;

/* Frees the bytes, if there are any. May be called anywhere. */
void hob_bytes_free(hob_bytes *bytes);

/*
 * Reads a whole file on a thread of hob_file_pool(). The path is copied; *out is set to no bytes at
 * once, and to the content when the future is ready with 0. Otherwise its result is -ENOENT,
 * -EISDIR for a directory, or another negative errno of open(2) and read(2), or of hob_offload().
 * *out must live until the future was awaited; free it with hob_bytes_free() then, whatever the
 * result was. NULL when out of memory.
 */
hob_future *hob_read_file(const char *path, hob_bytes *out);

/*
 * The stall detector. A coroutine that computes for long or makes a blocking call stops all others.
 * If this takes longer than a limit, the log (hob/log.h, HOB_LOG_WARN) gets its name and a
 * backtrace while it still blocks. A stall that begins late in a long turn of the loop may be
 * noticed only after twice the limit.
 *
 * It uses the signal SIGURG, unless the program handles that itself; then there are no reports. The
 * signal may interrupt a call that does not restart, such as nanosleep(2): see signal(7).
 */

/* Sets the limit of this loop in seconds (default 0.1); 0 is off. Returns 0, or -EINVAL. */
int hob_stall_limit(double seconds);

/* Returns how many stalls this loop has reported. */
size_t hob_stall_count(void);

/*
 * A queue of values between coroutines of one loop. It is bounded, so that a fast producer waits
 * for a slow consumer (backpressure).
 *
 * hob_queue_put(), hob_queue_get() and hob_queue_readable() are called from coroutines. The other
 * functions may be called anywhere on the thread of these coroutines: also in a callback, and
 * before or after the loop. So a program can fill a queue that serves as a pool before it starts a
 * server.
 */
typedef struct hob_queue hob_queue;

/* Makes a queue for up to `capacity` values. NULL when out of memory or capacity is 0. */
hob_queue *hob_queue_new(size_t capacity);

/* Frees a queue that no coroutine waits for. Values in it are lost. NULL is ignored. */
void hob_queue_free(hob_queue *queue);

/*
 * Adds a value at the end, and waits while the queue is full. Coroutines that wait are served in
 * FIFO order. Returns 0, -EPIPE if the queue is closed, -ECANCELED or -ETIMEDOUT; with an error the
 * value still belongs to the caller.
 */
int hob_queue_put(hob_queue *queue, void *value);

/*
 * Takes the value that was put first, and waits while the queue is empty, in FIFO order. Returns 1,
 * 0 if the queue is closed and empty, -ECANCELED or -ETIMEDOUT.
 */
int hob_queue_get(hob_queue *queue, void **value);

/*
 * The same without a wait. They return -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT, so that
 * a cancelled coroutine can put a value back into a queue that serves as a pool.
 */
int hob_queue_try_put(hob_queue *queue, void *value);
int hob_queue_try_get(hob_queue *queue, void **value);

/*
 * Returns a future to wait for a queue and for another event, with hob_race(). It is ready with 0
 * when the queue has a value or is closed; then call hob_queue_try_get(), which returns
 * -EAGAIN if another coroutine was first. It takes nothing itself, so no value is lost when another
 * future wins. NULL when out of memory. The queue must live until the future was consumed.
 */
hob_future *hob_queue_readable(hob_queue *queue);

/* Closes the queue for new values. Values in it can still be taken. */
void hob_queue_close(hob_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
