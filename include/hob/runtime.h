/*
 * hob/runtime.h: coroutines, futures and timers on one thread.
 *
 * Everything that takes time is a hob_future, and hob_await() is the only way to wait. While a
 * coroutine waits, the thread runs the others; when nothing can run, it sleeps in the event loop.
 *
 * Rules that hold everywhere:
 *  - Structured. A future belongs to the coroutine that made it. When that coroutine returns, the
 *    futures it did not await are cancelled and waited for, so nothing outlives its maker.
 *  - Cancellation is a return code. Every await of a cancelled coroutine returns -ECANCELED at
 *    once, until the coroutine returns; but a result that is ready is returned, not lost.
 *  - Results are >= 0, or a negative errno. The global errno is not used: another coroutine may
 *    have changed it across an await.
 *  - Turns. A coroutine runs until it waits. Calls that need not wait, such as hob_read() of a
 *    fast peer, hob_queue_put() while there is room, or any await of a cancelled coroutine, let
 *    others run once in a while. Calls whose names contain "try" do not.
 *  - One thread. A function is called from a coroutine unless its comment says where else; outside
 *    of one it ends the process with a message. A future is used only on the thread that made it.
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

/* What a coroutine runs. The result is >= 0, or a negative errno. */
typedef int hob_fn(void *arg);

/*
 * Starts an event loop on this thread, runs fn(arg) in its first coroutine, and returns fn's
 * result once that coroutine has returned. Several threads may each run a loop of their own. In
 * messages the coroutine is called like fn, or by the name given. Called anywhere but in a loop.
 *
 * Returns -ENOMEM if the loop or the first stack could not be made, -EMFILE or -ENFILE if there is
 * no descriptor for the loop, which needs two (fn has not run then), and -EBUSY if this thread is
 * already inside a hob_block_on().
 */
#define hob_block_on(fn, ...) hob_block_on_named(#fn, fn, __VA_ARGS__) /* (fn, arg) */
int hob_block_on_named(const char *name, hob_fn *fn, void *arg);

/*
 * Makes a coroutine that will run fn(arg), and is called like fn in messages. It first runs when
 * its maker next waits, and it always runs, even when it is cancelled before: fn may release what
 * arg owns. Await the future for fn's result; a future that is not awaited is cancelled and joined
 * when its maker returns. A coroutine's stack is free again as soon as it has ended.
 *
 * arg must live until the coroutine has returned. If it is a local variable of the maker, await
 * the coroutine: the locals are gone when the maker's children are joined.
 *
 * Returns NULL when out of memory. No check is needed: hob_await(NULL) is -ENOMEM.
 */
#define hob_async(fn, ...) hob_async_named(#fn, fn, __VA_ARGS__) /* (fn, arg) */

/*
 * The same with a name of your choice, which must live as long as the coroutine; as the program, if
 * a reader of the trace may get it later (hob/trace.h).
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
 * Makes a coroutine as hob_async() does, but without a future: nothing of it is kept when it has
 * ended, while an unawaited future of hob_async() takes about 100 bytes until its maker returns.
 * For accept loops and background jobs. It is cancelled and joined when its maker returns.
 *
 * Returns 0, or -ENOMEM: then fn has not run, and arg is still the caller's.
 */
#define hob_start(fn, ...) hob_start_named(#fn, fn, __VA_ARGS__) /* (fn, arg) */
int hob_start_named(const char *name, hob_fn *fn, void *arg);

/*
 * A group: coroutines that come and go, such as those of an accept loop or jobs in the background.
 * The group and its coroutines belong to the coroutine that made the group, whichever coroutine
 * spawned them: when that one's function returns, they are cancelled and joined, and the group is
 * freed.
 */
typedef struct hob_group hob_group;

/* A group without coroutines, in hob_alloc() memory. NULL when out of memory. */
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

/* How many coroutines of the group have not ended. May be called in a callback as well. */
size_t hob_group_count(const hob_group *group);

/*
 * Waits until no coroutine of the group is left, also those that are spawned meanwhile. Returns 0,
 * -ECANCELED or -ETIMEDOUT. The group can be used again.
 */
int hob_group_wait(hob_group *group);

/* Cancels the coroutines that are in the group now, as hob_cancel() does. Does not wait. */
void hob_group_cancel(hob_group *group);

/*
 * A future that is ready with result 0 when so many seconds have passed, never earlier. Zero and
 * negative numbers are ready when the loop looks for timers next. NaN gives a future whose result
 * is -EINVAL. Returns NULL when out of memory, as hob_async() does.
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

/*
 * Waits for all of the futures and consumes them, as hob_join_all() does, but does not cancel the
 * others when one fails: results[i] is the result of futures[i], and the caller provides `count`
 * results. Returns 0, or -ECANCELED or -ETIMEDOUT if the caller was interrupted: futures that were
 * not ready then were cancelled, and their results say so.
 */
int hob_settle_all(hob_future *const *futures, size_t count, int *results);

/*
 * Waits for the first of the futures that is ready, and consumes them all: the others are cancelled
 * and waited for. Returns the first one's result; if several are ready, the first in order counts.
 *
 *     int err = hob_race(hob_async(ask, supplier), hob_async(ask, other_supplier));
 */
#define hob_race(...)                                                                              \
    hob_race_all(                                                                                  \
        (hob_future *[]){__VA_ARGS__},                                                             \
        sizeof((hob_future *[]){__VA_ARGS__}) / sizeof(hob_future *), NULL)

/*
 * The same for an array, which stays the caller's. Sets *winner, unless winner is NULL, to the
 * index of the first one, or to count if the caller was cancelled before there was one. Returns
 * -EINVAL if count is 0.
 */
int hob_race_all(hob_future *const *futures, size_t count, size_t *winner);

/* Waits so many seconds (see hob_timer). Returns 0, -ECANCELED, or -EINVAL for NaN. */
int hob_sleep(double seconds);

/*
 * Lets every other coroutine that can run do so once before going on. If there are none, or they
 * have run some dozens of times, the loop looks for input and timers as well. Returns 0,
 * -ECANCELED or -ETIMEDOUT.
 */
int hob_yield(void);

/*
 * Asks for a future's work to end early. A timer ends at once; a coroutine's awaits return
 * -ECANCELED from now on, and it ends when its function returns. The future still has to be
 * awaited, or is when its maker returns. Does nothing if the future is ready, or NULL.
 */
void hob_cancel(hob_future *future);

/*
 * Runs fn(arg) in this coroutine, as a function call, and returns its result. Until fn returns, a
 * cancellation of this coroutine and the deadline that it had before are held back: awaits work as
 * if there was none. A deadline that fn sets counts, and ends with the shield. For work that must
 * be finished once it has begun; give it a time limit if it waits for a peer.
 */
int hob_shield(hob_fn *fn, void *arg);

/* The same with a deadline `seconds` from now, as if fn began with hob_deadline(seconds). */
int hob_shield_for(double seconds, hob_fn *fn, void *arg);

/*
 * Calls that need more stack than a coroutine has. docs/stacks.md lists what ordinary calls need.
 */

/*
 * Runs fn(arg) in this coroutine on another stack of at least `stack_size` bytes, as a function
 * call, and returns its result. The sizes are those of hob_async_sized(). fn may wait. Returns
 * -ENOMEM, without a call of fn, if there is no such stack.
 */
int hob_call_sized(size_t stack_size, hob_fn *fn, void *arg);

/*
 * Runs fn(arg) on the stack that the loop's thread came with, usually 8 MiB (ulimit -s), as a
 * function call, and returns its result: for recursion and large local variables, such as
 * regcomp(3), SQL, and JSON of clients. No other coroutine runs meanwhile. fn must not wait, nor
 * call any other function that is for coroutines: hob_now(), hob_log() and hob_resolve() may be
 * called.
 */
int hob_call_deep(hob_fn *fn, void *arg);

/*
 * Deadlines. From its deadline on, each await of a coroutine returns -ETIMEDOUT at once, the one it
 * is in first, unless its result is ready. A coroutine has the deadline that its maker had when it
 * was made, and can give itself an earlier one, but not a later one. So deadlines nest: a function
 * that gives a call two seconds does not give it more time than its own caller has.
 */

/*
 * Seconds on the clock that deadlines and timers use (CLOCK_MONOTONIC, see clock_gettime(2)). May
 * be called anywhere, on any thread.
 */
double hob_now(void);

/*
 * Sets this coroutine's deadline to `seconds` from now, unless it has an earlier one. Returns the
 * one it had before, for hob_deadline_at(), on the clock of hob_now(); INFINITY if it had none.
 * INFINITY and NaN change nothing: so hob_deadline(INFINITY) returns the present deadline.
 */
double hob_deadline(double seconds);

/*
 * Goes back to a deadline that hob_deadline() returned. The time is on the clock of hob_now(), and
 * may be later than the present deadline, but not later than the maker's. If it has not come yet,
 * awaits work again. Returns the deadline before this call. NaN changes nothing.
 *
 *     double before = hob_deadline(2);
 *     int err = hob_await(hob_async(cook_noodles, NULL));
 *     hob_deadline_at(before);
 */
double hob_deadline_at(double when);

/*
 * Memory and clean-ups of a coroutine. Both end when its function has returned and its children
 * have been joined: the clean-ups in the reverse order of their making, then the memory.
 */

/* `size` bytes, aligned for any type, not initialised. NULL when out of memory. */
void *hob_alloc(size_t size);

/*
 * Has fn(arg) called at that time, in this coroutine. Returns 0, or -ENOMEM, and then fn(arg) has
 * been called at once: either way it is called exactly once. arg must not be a local variable of
 * this coroutine's functions, which have returned by then: that ends the process with a message.
 * Use hob_alloc() instead.
 */
int hob_defer(void (*fn)(void *arg), void *arg);

/*
 * A future that becomes ready when hob_resolve() is called: the way to await what reports its end
 * by a callback. Returns NULL when out of memory.
 */
hob_future *hob_promise(void);

/*
 * Makes a promise ready with this result. To be called exactly once for each promise, on the thread
 * of its loop, from a coroutine or from a callback, also when the promise was cancelled and its
 * await has returned long ago: until then the promise is kept for this call.
 */
void hob_resolve(hob_future *promise, int result);

/*
 * Whether the result of hob_resolve() will not be seen: the await of the promise was cancelled or
 * its time is over. The code that resolves it must not write to variables of the coroutine then,
 * which may have returned. To be called on the thread of the loop, before hob_resolve(), not for a
 * promise of hob_remote_promise().
 */
bool hob_promise_abandoned(const hob_future *promise);

/*
 * A promise that another thread resolves: the way to await a library that calls back on a thread of
 * its own. The loop waits for it as for functions of hob_offload(). NULL when out of memory.
 */
hob_future *hob_remote_promise(void);

/*
 * Makes such a promise ready with this result. To be called exactly once for each, on any thread
 * and at any time: also when the promise was cancelled, or its loop has ended.
 */
void hob_remote_resolve(hob_future *promise, int result);

/*
 * Descriptors. They must be non-blocking (O_NONBLOCK, see open(2)) for hob_read() and hob_write(),
 * and stay open while a future or a call is about them: a wait for one that is closed returns
 * -EBADF, but only after up to some seconds.
 */

/*
 * A future that is ready with 0 when the descriptor can be read from, or has ended or failed;
 * hob_writable() when it can be written to, or has failed. The result is -EBADF if it is not open,
 * is closed before its maker waits, or was opened with O_PATH; -ENOMEM if the kernel has no room to
 * watch it (see fs.epoll.max_user_watches in epoll(7)). Regular files are always ready. NULL when
 * out of memory.
 */
hob_future *hob_readable(int fd);
hob_future *hob_writable(int fd);

/*
 * Waits until one of `count` descriptors is ready, or so many seconds have passed, as poll(2) does:
 * sets revents of each entry, and returns how many are not 0, or 0 when the time is over. 0 does
 * not wait; INFINITY and NaN are no limit. Entries may name the same descriptor, and those with a
 * negative one are left out. A descriptor that is not open, or was opened with O_PATH, is ready
 * with POLLNVAL; if it is closed during the wait, after up to some seconds.
 *
 * `events` is POLLIN, POLLOUT or both, POLLRDNORM or POLLWRNORM. An entry without events does not
 * end the wait. Returns -EINVAL for other events, -EBADF if a descriptor was closed during the wait
 * and its number is in use again, -ENOMEM, -ECANCELED or -ETIMEDOUT; no revents are set then.
 */
int hob_poll(struct pollfd *fds, size_t count, double seconds);

/*
 * A watch: a descriptor that is waited for often, such as a connection's. It stays registered with
 * epoll(7) from one wait to the next, which saves a system call in each. It belongs to the loop in
 * which it was made, and must be freed before that ends.
 */
typedef struct hob_watch hob_watch;

/*
 * A watch of this descriptor. May also be called by a callback of the loop. NULL when out of
 * memory. The descriptor may be closed only by hob_watch_close(), or after hob_watch_free(): a wait
 * for one that was closed otherwise may never end.
 */
hob_watch *hob_watch_new(int fd);

/*
 * A future that is ready with 0 when the descriptor can be read from, or has ended or failed;
 * hob_watch_writable() when it can be written to, or has failed. Several coroutines may wait at the
 * same time, for both. The result is -EBADF when the watch is freed or closed meanwhile, or if the
 * descriptor is not open or was opened with O_PATH; -ENOMEM if the kernel has no room to watch it.
 * NULL when out of memory.
 */
hob_future *hob_watch_readable(hob_watch *watch);
hob_future *hob_watch_writable(hob_watch *watch);

/*
 * Ends the waits with -EBADF and frees the watch, but leaves the descriptor open: for one that a
 * library closes. May also be called by a callback of the loop. NULL is ignored.
 */
void hob_watch_free(hob_watch *watch);

/* The same, and closes the descriptor. */
void hob_watch_close(hob_watch *watch);

/*
 * Waits until there is something to read, and reads up to `size` bytes. Returns how many, 0 at the
 * end, or a negative errno of read(2), -ECANCELED or -ETIMEDOUT.
 */
int hob_read(int fd, void *data, size_t size);

/*
 * Writes all of the `size` bytes, and waits whenever there is no room. Returns 0 or a negative
 * errno of write(2), -ECANCELED or -ETIMEDOUT; some of the bytes may have been written then. A
 * socket whose peer has gone raises SIGPIPE as with write(2): ignore that signal.
 */
int hob_write(int fd, const void *data, size_t size);

/*
 * Threads, for functions that block: a few, shared by all coroutines of the loop, and started when
 * the first function needs one. They have the signal mask of the loop's thread when they start, as
 * have the processes that such a function starts.
 */

/*
 * Runs blocking(arg) on another thread. The future's result is what it returns, or -EAGAIN if the
 * queue was full, or -ENOMEM if no thread could be started, which is logged; it has not run then.
 * Cancelled while it is still queued, it never runs and the result is -ECANCELED; once it runs it
 * is waited for. arg must live until the future was awaited. Functions of this header must not be
 * called on that thread, but for hob_remote_resolve(). NULL when out of memory.
 */
hob_future *hob_offload(hob_fn *blocking, void *arg);

/*
 * How many threads there may be (default 4), and how many functions may wait for one (default
 * 1,024). Returns 0, -EINVAL if one is 0, or -EBUSY once a function was offloaded.
 */
int hob_offload_limits(size_t threads, size_t queue);

/*
 * A separate pool of threads, so that one kind of work, such as the calls of a database, does not
 * have to wait for another. Several loops may share one. Functions of pools may be called on any
 * thread, except hob_pool_run().
 */
typedef struct hob_pool hob_pool;

/*
 * A pool of up to `threads` threads, which start when they are needed, and of up to `queue`
 * functions that wait for a thread. NULL when out of memory or if a number is 0.
 */
hob_pool *hob_pool_new(size_t threads, size_t queue);

/*
 * Runs blocking(arg) on a thread of the pool, as hob_offload() does. When the future is cancelled
 * while the function runs, because its result is not needed any more, interrupt(arg) is called
 * once, on the loop's thread, unless it is NULL: it should make the function return soon, and must
 * not wait itself. sqlite3_interrupt() is such a function, but it does not end a wait for another
 * connection's lock (sqlite3_busy_timeout()). It may also be called when the function is just about
 * to return, or has just returned. A NULL pool is -ENOMEM.
 */
hob_future *hob_pool_run(hob_pool *pool, hob_fn *blocking, void *arg, void (*interrupt)(void *arg));

/*
 * Ends the threads and frees the pool. Functions that are still queued never run, and their results
 * are -ECANCELED. If functions still run, their threads end when these return, and the pool's
 * memory is not freed. NULL is ignored.
 */
void hob_pool_free(hob_pool *pool);

/*
 * The pool of this loop for functions that open, read or write files, which hob_read_file() uses as
 * well: it has 4 threads, and the functions of hob_offload() do not delay it. The loop's; it must
 * not be freed. NULL when out of memory, which hob_pool_run() returns as -ENOMEM.
 */
hob_pool *hob_file_pool(void);

/*
 * Bytes, followed by a NUL that is not counted. They belong to the caller of the function that
 * made them, which frees them with hob_bytes_free(). All zero is none.
 */
typedef struct {
    char *data;  /* of malloc(3), or NULL */
    size_t size; /* without the NUL */
} hob_bytes;

/* Frees the bytes, if there are any. May be called anywhere. */
void hob_bytes_free(hob_bytes *bytes);

/*
 * Reads a whole file, on a thread that only files have, so functions of hob_offload() are not in
 * its way. The path is copied; *out is set to no bytes now, and to the content when the future is
 * ready with 0. Else its result is -ENOENT, -EISDIR for a directory, or another negative errno of
 * open(2) and read(2), or of hob_offload(). *out must live until the future was awaited; free it
 * with hob_bytes_free() then, whatever the result was. NULL when out of memory.
 */
hob_future *hob_read_file(const char *path, hob_bytes *out);

/*
 * The stall detector. A coroutine that keeps the thread, because it computes or calls something
 * that blocks, keeps all others from running. When one has done so for longer than a limit, lines
 * in the log (hob/log.h, HOB_LOG_WARN) name it and show where it is, while it is still there. A
 * stall that begins late in a long turn of the loop may take twice the limit to be noticed.
 *
 * It uses the signal SIGURG, unless the program handles that itself; then there are no reports. The
 * signal may cut a call short that cannot go on by itself, such as nanosleep(2): see signal(7).
 */

/* The limit for this loop, in seconds (default 0.1); 0 is off. Returns 0, or -EINVAL. */
int hob_stall_limit(double seconds);

/* How many stalls this loop has reported. */
size_t hob_stall_count(void);

/*
 * A queue that coroutines of one loop pass values through. It is bounded, so that a fast producer
 * waits for a slow consumer (backpressure).
 *
 * hob_queue_put(), hob_queue_get() and hob_queue_readable() are called from coroutines. The other
 * functions may be called anywhere on the thread of these coroutines: also in a callback, and
 * before or after the loop. So a program can fill a queue that serves as a pool before it starts a
 * server.
 */
typedef struct hob_queue hob_queue;

/* A queue for up to `capacity` values, at least 1. NULL when out of memory or capacity is 0. */
hob_queue *hob_queue_new(size_t capacity);

/* Frees a queue that no coroutine waits for. What is in it is lost. NULL is ignored. */
void hob_queue_free(hob_queue *queue);

/*
 * Adds a value at the end, and waits while the queue is full. Coroutines that wait are served in
 * FIFO order. Returns 0, -EPIPE if the queue is closed, -ECANCELED or -ETIMEDOUT; with an error the
 * value stays the caller's.
 */
int hob_queue_put(hob_queue *queue, void *value);

/*
 * Takes the value that was put first, and waits while the queue is empty, in FIFO order. Returns 1,
 * 0 if the queue is closed and empty, -ECANCELED or -ETIMEDOUT.
 */
int hob_queue_get(hob_queue *queue, void **value);

/*
 * The same without a wait. They return -EAGAIN instead, and never -ECANCELED or -ETIMEDOUT: so a
 * cancelled coroutine can give back what it took from a queue that serves as a pool.
 */
int hob_queue_try_put(hob_queue *queue, void *value);
int hob_queue_try_get(hob_queue *queue, void **value);

/*
 * A future to wait for a queue and for something else, with hob_race(). It is ready with 0 when
 * there is a value to take or the queue is closed; then call hob_queue_try_get(), which returns
 * -EAGAIN if another coroutine was first. It takes nothing itself, so no value is lost when another
 * future wins. NULL when out of memory. The queue must live until the future was consumed.
 */
hob_future *hob_queue_readable(hob_queue *queue);

/* No more values will be put. What is in the queue can still be taken. */
void hob_queue_close(hob_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
