/* Calls where there is no coroutine: each ends the process, with a message that names the call. */
#include <fcntl.h>

#include "hob/sync.h"
#include "hob/trace.h"
#include "tests/support/call_back.h"
#include "tests/support/coroutine.h"
#include "tests/support/mistake.h"

TestSuite(misuse_calls, .timeout = 60);

static void free_nothing(void *arg)
{
}

/* clang-format off */
#define CALLS                                                                                       \
    CALL(hob_async, hob_async(do_nothing, NULL))                                                    \
    CALL(hob_start, hob_start(do_nothing, NULL))                                                    \
    CALL(hob_timer, hob_timer(1))                                                                   \
    CALL(hob_await, hob_await(NULL))                                                                \
    CALL(hob_join_all, hob_join(NULL))                                                              \
    CALL(hob_race_all, hob_race(NULL))                                                              \
    CALL(hob_sleep, hob_sleep(0))                                                                   \
    CALL(hob_yield, hob_yield())                                                                    \
    CALL(hob_cancel, hob_cancel(NULL))                                                              \
    CALL(hob_shield, hob_shield(do_nothing, NULL))                                                  \
    CALL(hob_shield_for, hob_shield_for(1, do_nothing, NULL))                                       \
    CALL(hob_call_deep, hob_call_deep(do_nothing, NULL))                                            \
    CALL(hob_call_sized, hob_call_sized(0, do_nothing, NULL))                                       \
    CALL(hob_async_sized, hob_async_sized(0, do_nothing, NULL))                                     \
    CALL(hob_deadline, hob_deadline(1))                                                             \
    CALL(hob_deadline_at, hob_deadline_at(1))                                                       \
    CALL(hob_alloc, hob_alloc(1))                                                                   \
    CALL(hob_defer, hob_defer(free_nothing, NULL))                                                  \
    CALL(hob_promise, hob_promise())                                                                \
    CALL(hob_readable, hob_readable(0))                                                             \
    CALL(hob_writable, hob_writable(1))                                                             \
    CALL(hob_poll, hob_poll(NULL, 0, 0))                                                            \
    CALL(hob_read, hob_read(0, (char[1]){0}, 1))                                                    \
    CALL(hob_write, hob_write(1, "", 0))                                                            \
    CALL(hob_offload, hob_offload(do_nothing, NULL))                                                \
    CALL(hob_file_pool, hob_file_pool())                                                            \
    CALL(hob_offload_limits, hob_offload_limits(1, 1))                                              \
    CALL(hob_read_file, hob_read_file("/", &(hob_bytes){0}))                                        \
    CALL(hob_stall_limit, hob_stall_limit(1))                                                       \
    CALL(hob_stall_count, hob_stall_count())                                                        \
    CALL(hob_queue_put, hob_queue_put(hob_queue_new(1), NULL))                                      \
    CALL(hob_queue_get, hob_queue_get(hob_queue_new(1), &(void *){NULL}))                           \
    CALL(hob_settle_all, hob_settle_all(NULL, 0, NULL))                                             \
    CALL(hob_await_for, hob_await_for(NULL, 1))                                                     \
    CALL(hob_group_new, hob_group_new())                                                            \
    CALL(hob_remote_promise, hob_remote_promise())                                                  \
    CALL(hob_pool_run, hob_pool_run(NULL, do_nothing, NULL, NULL))                                  \
    CALL(hob_queue_readable, hob_queue_readable(hob_queue_new(1)))                                  \
    CALL(hob_semaphore_take, hob_semaphore_take(hob_semaphore_new(1)))                              \
    CALL(hob_mutex_lock, hob_mutex_lock(hob_mutex_new()))                                           \
    CALL(hob_mutex_try_lock, hob_mutex_try_lock(hob_mutex_new()))                                   \
    CALL(hob_mutex_unlock, hob_mutex_unlock(hob_mutex_new()))                                       \
    CALL(hob_condition_wait, hob_condition_wait(hob_condition_new()))                               \
    CALL(hob_condition_next, hob_condition_next(hob_condition_new()))                               \
    CALL(hob_trace_lane, hob_trace_lane("order"))                                                   \
    CALL(hob_trace_lane_end, hob_trace_lane_end(0))                                                 \
    CALL(hob_trace_step, hob_trace_step("boil the egg", 2))                                         \
    CALL(hob_trace_set_activity, hob_trace_set_activity("at the market"))                           \
    CALL(hob_trace_watch, hob_trace_watch())                                                        \
    CALL(hob_trace_unwatch, hob_trace_unwatch())                                                    \
    CALL(hob_trace_position, hob_trace_position())                                                  \
    CALL(hob_trace_read, hob_trace_read(&(uint64_t){0}, &(hob_trace_event){0}, 1, &(uint64_t){0}))  \
    CALL(hob_trace_live, hob_trace_live(NULL, 0))                                                   \
    CALL(hob_trace_count, hob_trace_count(&(hob_trace_totals){0}))
/* clang-format on */

struct call {
    const char *name;
    void (*make)(void);
};

#define CALL(name, ...)                                                                            \
    static void call_##name(void)                                                                  \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }
CALLS
#undef CALL

#define CALL(name, ...) {#name, call_##name},
static struct call calls[] = {CALLS};
#undef CALL

static void make_call(void *arg)
{
    ((const struct call *)arg)->make();
}

static int make_call_in_a_callback(void *arg)
{
    struct call_back call;
    call_back_after(&call, 0, make_call, arg);
    return hob_sleep(INFINITY);
}

static void block_on_callback(void *arg)
{
    hob_block_on(make_call_in_a_callback, arg);
}

static int make_call_on_this_thread(void *arg)
{
    make_call(arg);
    return 0;
}

static int make_call_on_a_thread_of_the_pool(void *arg)
{
    hob_stall_limit(0); /* as in make_mistake() */
    return hob_await(hob_offload(make_call_on_this_thread, arg));
}

static void block_on_offload(void *arg)
{
    hob_block_on(make_call_on_a_thread_of_the_pool, arg);
}

static void make_call_after_a_loop(void *arg)
{
    hob_block_on(do_nothing, NULL);
    make_call(arg);
}

static void expect_calls_to_be_named(void (*make)(void *arg))
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        const struct mistake mistake = {NULL, NULL, calls[i].name, "outside a coroutine"};
        struct child_end end = run_in_child(make, &calls[i]);
        expect_message(&end, &mistake);
    }
}

Test(misuse_calls, outside_a_coroutine_are_named)
{
    expect_calls_to_be_named(make_call);
    expect_calls_to_be_named(make_call_after_a_loop);
    expect_calls_to_be_named(block_on_callback);
    expect_calls_to_be_named(block_on_offload);
}

/* The end must not wait for a reader of the message. */
static void misuse_while_nobody_reads(void *arg)
{
    static const char page[4096];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[1], F_SETPIPE_SZ, sizeof(page)) < 0)
        _exit(1);
    if (write(ends[1], page, sizeof(page)) != sizeof(page))
        _exit(1);
    dup2(ends[1], STDERR_FILENO);
    make_call(arg);
}

Test(misuse_calls, the_process_ends_although_nobody_reads_the_message)
{
    run_to_abort(misuse_while_nobody_reads, &calls[0]);
}
