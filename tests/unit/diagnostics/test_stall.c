#include "diagnostics/stall.h"

#include <sys/resource.h>

#include "runtime/loop.h"
#include "tests/support/coroutine.h"
#include "tests/support/eventually.h"
#include "tests/support/stalls.h"

/* A write to a child that has ended too early fails, and does not end the test. */
static void ignore_sigpipe(void)
{
    signal(SIGPIPE, SIG_IGN);
}

/* Also for the tests of this suite in test_stall_report.c and test_stall_signal.c. */
TestSuite(stall, .init = ignore_sigpipe, .timeout = 60);

/* The number of reports. */

/* Keeps the thread until a report, and then for some limits more without another report. */
static int be_reported(void *arg)
{
    double end = clock_seconds() + PATIENCE;
    size_t before = hob_stall_count();
    while (hob_stall_count() == before && clock_seconds() < end)
        ;
    keep_busy(3 * LIMIT);
    return 0;
}

static int stall_twice(void *arg)
{
    set_stall_limit(LIMIT);
    be_reported(arg);
    hob_yield();
    be_reported(arg);
    return (int)hob_stall_count();
}

static int stall_in_two_turns(void *arg)
{
    set_stall_limit(LIMIT);
    be_reported(arg);
    hob_sleep(0.001);
    be_reported(arg);
    return (int)hob_stall_count();
}

static int let_two_stall(void *arg)
{
    set_stall_limit(LIMIT);
    hob_join(
        hob_async_named("fries", be_reported, arg), hob_async_named("noodles", be_reported, arg));
    return (int)hob_stall_count();
}

Test(stall, of_another_task_in_the_same_turn_is_reported_too)
{
    struct child_end end = run_cook(let_two_stall);
    expect_reports(&end, 2);
    const char *first = strstr(end.output, "task 'fries'");
    cr_expect_not_null(first, "%s", end.output);
    cr_expect_not_null(first ? strstr(first, "task 'noodles'") : NULL, "%s", end.output);
}

/* The slow one is not the first that runs in its turn. */
static int let_one_of_many_stall(void *arg)
{
    hob_future *many[20];
    set_stall_limit(LIMIT);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = i == 10 ? hob_async_named("slow", be_reported, arg) : hob_async(do_nothing, arg);
    hob_join_all(many, COUNT(many));
    return (int)hob_stall_count();
}

static void start_busy_one(struct ev_loop *ev, ev_timer *watcher, int events)
{
    task_start(task_make_unawaited(watcher->data, "late", be_busy, NULL));
}

/* The loop sleeps for so long that the timer of the watch is off when the callback starts a task.
 */
static int let_a_callback_stall(void *arg)
{
    ev_timer watcher;
    struct task *self = task_current(__func__);
    set_stall_limit(LIMIT);
    ev_timer_init(&watcher, start_busy_one, 4 * LIMIT, 0.);
    watcher.data = self;
    ev_timer_start(task_ev_loop(self), &watcher);
    hob_sleep(5 * LIMIT);
    return (int)hob_stall_count();
}

static void be_busy_and_start_another(struct ev_loop *ev, ev_timer *watcher, int events)
{
    keep_busy(2 * LIMIT);
    start_busy_one(ev, watcher, events);
}

/* The timer goes off while no task runs, but the loop does not sleep either. */
static int let_a_callback_be_slow(void *arg)
{
    ev_timer watcher;
    struct task *self = task_current(__func__);
    set_stall_limit(LIMIT);
    ev_timer_init(&watcher, be_busy_and_start_another, LIMIT, 0.);
    watcher.data = self;
    ev_timer_start(task_ev_loop(self), &watcher);
    hob_sleep(2 * LIMIT);
    return (int)hob_stall_count();
}

static int be_busy_briefly(void *arg)
{
    keep_busy(0.003);
    return 0;
}

/* All in one turn of the loop. Together they take much longer than the limit. */
static int let_many_be_busy_briefly(void *arg)
{
    hob_future *many[150];
    set_stall_limit(0.250);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = hob_async(be_busy_briefly, arg);
    hob_join_all(many, COUNT(many));
    return (int)hob_stall_count();
}

static int block_for_long(void *arg)
{
    usleep((useconds_t)(LONG * 1e6));
    return 0;
}

static int wait_for_long(void *arg)
{
    set_stall_limit(LIMIT);
    hob_sleep(LONG);
    hob_await(hob_offload(block_for_long, arg));
    return (int)hob_stall_count();
}

/* The number of times that this thread has gone to sleep. */
static long sleeps(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

CoroutineTest(stall, that_does_not_happen_lets_the_loop_sleep)
{
    set_stall_limit(0.010);
    long before = sleeps();
    hob_sleep(0.3);
    cr_expect_lt(sleeps() - before, 5, "%ld times", sleeps() - before);
}

static void be_busy_after_a_loop(void *arg)
{
    hob_block_on(stall_once, arg);
    be_busy(arg);
}

Test(stall, what_is_done_after_the_loop_is_none)
{
    struct child_end end = run_to_return(be_busy_after_a_loop, NULL);
    cr_expect_eq(count_reports(end.output), 1, "only the one in the loop: %s", end.output);
}

/* The limit. */

static int stall_without_a_limit(void *arg)
{
    set_stall_limit(0);
    be_busy(arg);
    return (int)hob_stall_count();
}

static int stall_after_a_limit(void *arg)
{
    set_stall_limit(LIMIT);
    set_stall_limit(0);
    be_busy(arg);
    return (int)hob_stall_count();
}

/* It stalls in the turn in which the limit is taken away. */
static int stall_just_after_a_limit(void *arg)
{
    set_stall_limit(LIMIT);
    hob_stall_limit(0);
    be_busy(arg);
    return (int)hob_stall_count();
}

static int stall_with_a_limit_again(void *arg)
{
    set_stall_limit(0);
    be_busy(arg);
    set_stall_limit(LIMIT);
    be_busy(arg);
    return (int)hob_stall_count();
}

Test(stall, that_takes_long_is_reported_once)
{
    static const struct {
        const char *name;
        hob_fn *fn;
        int reports;
        const char *task; /* that they name */
    } cases[] = {
        {NAMED(stall_once), 1, "task '"},
        {NAMED(stall_twice), 2, "task '"},
        {NAMED(stall_in_two_turns), 2, "task '"},
        {NAMED(let_one_of_many_stall), 1, "task 'slow'"},
        {NAMED(let_a_callback_stall), 1, "task 'late'"},
        {NAMED(let_a_callback_be_slow), 1, "task 'late'"},
        {NAMED(let_many_be_busy_briefly), 0, ""},
        {NAMED(wait_for_long), 0, ""},
        {NAMED(stall_without_a_limit), 0, ""},
        {NAMED(stall_after_a_limit), 0, ""},
        {NAMED(stall_just_after_a_limit), 0, ""},
        {NAMED(stall_with_a_limit_again), 1, "task '"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = run_cook(cases[i].fn);
        expect_reports(&end, cases[i].reports);
        cr_expect(strstr(end.output, cases[i].task), "%s: %s", cases[i].name, end.output);
    }
}

CoroutineTest(stall, a_limit_that_makes_no_sense_is_refused)
{
    static const double cases[] = {-1, -1e-9, -INFINITY, INFINITY, NAN, 1e7};
    cr_expect_eq(hob_stall_limit(5), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(hob_stall_limit(cases[i]), -EINVAL, "%g", cases[i]);
        cr_expect_eq(loop_current()->stall.limit, 5, "%g", cases[i]);
    }
    cr_expect_eq(hob_stall_limit(0), 0);
    cr_expect_eq(hob_stall_limit(0.001), 0);
    cr_expect_eq(hob_stall_limit(1e6), 0);
}

CoroutineTest(stall, the_count_begins_at_zero)
{
    cr_expect_eq(hob_stall_count(), 0);
}
