/*
 * Calls where there is no coroutine: each ends the process, with a message that names the call.
 */
#include <ev.h>
#include <fcntl.h>

#include "hob/sync.h"
#include "hob/trace.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/child.h"
#include "tests/support/coroutine.h"
#include "tests/support/mistake.h"

TestSuite(misuse_calls, .timeout = 60);

static void call_async(void)
{
    hob_async(do_nothing, NULL);
}

static void call_start(void)
{
    hob_start(do_nothing, NULL);
}

static void call_timer(void)
{
    hob_timer(1);
}

static void call_await(void)
{
    hob_await(NULL);
}

static void call_join(void)
{
    hob_join(NULL);
}

static void call_race(void)
{
    hob_race(NULL);
}

static void call_sleep(void)
{
    hob_sleep(0);
}

static void call_yield(void)
{
    hob_yield();
}

static void call_cancel(void)
{
    hob_cancel(NULL);
}

static void call_shield(void)
{
    hob_shield(do_nothing, NULL);
}

static void call_shield_for(void)
{
    hob_shield_for(1, do_nothing, NULL);
}

static void call_deep(void)
{
    hob_call_deep(do_nothing, NULL);
}

static void call_sized(void)
{
    hob_call_sized(0, do_nothing, NULL);
}

static void call_async_sized(void)
{
    hob_async_sized(0, do_nothing, NULL);
}

static void call_deadline(void)
{
    hob_deadline(1);
}

static void call_deadline_at(void)
{
    hob_deadline_at(1);
}

static void call_alloc(void)
{
    hob_alloc(1);
}

static void free_nothing(void *arg)
{
}

static void call_defer(void)
{
    hob_defer(free_nothing, NULL);
}

static void call_promise(void)
{
    hob_promise();
}

static void call_readable(void)
{
    hob_readable(0);
}

static void call_writable(void)
{
    hob_writable(1);
}

static void call_poll(void)
{
    hob_poll(NULL, 0, 0);
}

static void call_read(void)
{
    char byte;
    hob_read(0, &byte, 1);
}

static void call_write(void)
{
    hob_write(1, "", 0);
}

static void call_offload(void)
{
    hob_offload(do_nothing, NULL);
}

static void call_file_pool(void)
{
    hob_file_pool();
}

static void call_offload_limits(void)
{
    hob_offload_limits(1, 1);
}

static void call_read_file(void)
{
    static hob_bytes bytes;
    hob_read_file("/", &bytes);
}

static void call_stall_limit(void)
{
    hob_stall_limit(1);
}

static void call_stall_count(void)
{
    hob_stall_count();
}

static void call_queue_put(void)
{
    hob_queue_put(hob_queue_new(1), NULL);
}

static void call_queue_get(void)
{
    void *value;
    hob_queue_get(hob_queue_new(1), &value);
}

static void call_trace_lane(void)
{
    hob_trace_lane("order");
}

static void call_trace_lane_end(void)
{
    hob_trace_lane_end(0);
}

static void call_trace_step(void)
{
    hob_trace_step("boil the egg", 2);
}

static void call_trace_set_activity(void)
{
    hob_trace_set_activity("at the market");
}

static void call_trace_watch(void)
{
    hob_trace_watch();
}

static void call_trace_unwatch(void)
{
    hob_trace_unwatch();
}

static void call_trace_position(void)
{
    hob_trace_position();
}

static void call_trace_read(void)
{
    uint64_t position = 0, dropped = 0;
    hob_trace_event event;
    hob_trace_read(&position, &event, 1, &dropped);
}

static void call_trace_live(void)
{
    hob_trace_live(NULL, 0);
}

static void call_trace_count(void)
{
    hob_trace_totals totals;
    hob_trace_count(&totals);
}

static void call_settle(void)
{
    hob_settle_all(NULL, 0, NULL);
}

static void call_await_for(void)
{
    hob_await_for(NULL, 1);
}

static void call_group_new(void)
{
    hob_group_new();
}

static void call_remote_promise(void)
{
    hob_remote_promise();
}

static void call_pool_run(void)
{
    hob_pool_run(NULL, do_nothing, NULL, NULL);
}

static void call_queue_readable(void)
{
    hob_queue_readable(hob_queue_new(1));
}

static void call_semaphore_take(void)
{
    hob_semaphore_take(hob_semaphore_new(1));
}

static void call_mutex_lock(void)
{
    hob_mutex_lock(hob_mutex_new());
}

static void call_mutex_try_lock(void)
{
    hob_mutex_try_lock(hob_mutex_new());
}

static void call_mutex_unlock(void)
{
    hob_mutex_unlock(hob_mutex_new());
}

static void call_condition_wait(void)
{
    hob_condition_wait(hob_condition_new());
}

static void call_condition_next(void)
{
    hob_condition_next(hob_condition_new());
}

struct call {
    const char *name;
    void (*make)(void);
};

static struct call calls[] = {
    {"hob_async", call_async},
    {"hob_start", call_start},
    {"hob_timer", call_timer},
    {"hob_await", call_await},
    {"hob_join_all", call_join},
    {"hob_race_all", call_race},
    {"hob_sleep", call_sleep},
    {"hob_yield", call_yield},
    {"hob_cancel", call_cancel},
    {"hob_shield", call_shield},
    {"hob_shield_for", call_shield_for},
    {"hob_call_deep", call_deep},
    {"hob_call_sized", call_sized},
    {"hob_async_sized", call_async_sized},
    {"hob_deadline", call_deadline},
    {"hob_deadline_at", call_deadline_at},
    {"hob_alloc", call_alloc},
    {"hob_defer", call_defer},
    {"hob_promise", call_promise},
    {"hob_readable", call_readable},
    {"hob_writable", call_writable},
    {"hob_poll", call_poll},
    {"hob_read", call_read},
    {"hob_write", call_write},
    {"hob_offload", call_offload},
    {"hob_file_pool", call_file_pool},
    {"hob_offload_limits", call_offload_limits},
    {"hob_read_file", call_read_file},
    {"hob_stall_limit", call_stall_limit},
    {"hob_stall_count", call_stall_count},
    {"hob_queue_put", call_queue_put},
    {"hob_queue_get", call_queue_get},
    {"hob_settle_all", call_settle},
    {"hob_await_for", call_await_for},
    {"hob_group_new", call_group_new},
    {"hob_remote_promise", call_remote_promise},
    {"hob_pool_run", call_pool_run},
    {"hob_queue_readable", call_queue_readable},
    {"hob_semaphore_take", call_semaphore_take},
    {"hob_mutex_lock", call_mutex_lock},
    {"hob_mutex_try_lock", call_mutex_try_lock},
    {"hob_mutex_unlock", call_mutex_unlock},
    {"hob_condition_wait", call_condition_wait},
    {"hob_condition_next", call_condition_next},
    {"hob_trace_lane", call_trace_lane},
    {"hob_trace_lane_end", call_trace_lane_end},
    {"hob_trace_step", call_trace_step},
    {"hob_trace_set_activity", call_trace_set_activity},
    {"hob_trace_watch", call_trace_watch},
    {"hob_trace_unwatch", call_trace_unwatch},
    {"hob_trace_position", call_trace_position},
    {"hob_trace_read", call_trace_read},
    {"hob_trace_live", call_trace_live},
    {"hob_trace_count", call_trace_count},
};

static void make_call(void *arg)
{
    ((const struct call *)arg)->make();
}

static void call_back(struct ev_loop *ev, ev_timer *watcher, int events)
{
    make_call(watcher->data);
}

static int make_call_in_a_callback(void *arg)
{
    ev_timer watcher;
    ev_timer_init(&watcher, call_back, 0., 0.);
    watcher.data = arg;
    ev_timer_start(task_ev_loop(task_current(__func__)), &watcher);
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

Test(misuse_calls, calls_without_a_loop_are_named)
{
    expect_calls_to_be_named(make_call);
}

Test(misuse_calls, calls_after_a_loop_are_named)
{
    expect_calls_to_be_named(make_call_after_a_loop);
}

Test(misuse_calls, calls_in_a_callback_of_the_loop_are_named)
{
    expect_calls_to_be_named(block_on_callback);
}

Test(misuse_calls, calls_on_a_thread_of_the_pool_are_named)
{
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
    struct child_end end = run_in_child(misuse_while_nobody_reads, &calls[0]);
    cr_expect(child_aborted(&end), "status %#x", end.status);
}
