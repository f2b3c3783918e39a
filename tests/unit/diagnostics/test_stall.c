#include "diagnostics/stall.h"

#include <sys/resource.h>

#include "tests/support/call_back.h"
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
    be_reported(arg);
    hob_yield();
    return be_reported(arg);
}

static int stall_in_two_turns(void *arg)
{
    be_reported(arg);
    hob_sleep(0.001);
    return be_reported(arg);
}

static int let_two_stall(void *arg)
{
    return hob_join(
        hob_async_named("fries", be_reported, arg), hob_async_named("noodles", be_reported, arg));
}

/* The slow one is not the first that runs in its turn. */
static int let_one_of_many_stall(void *arg)
{
    hob_future *many[20];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = i == 10 ? hob_async_named("slow", be_reported, arg) : hob_async(do_nothing, arg);
    return hob_join_all(many, COUNT(many));
}

static void start_busy_one(void *maker)
{
    task_start(task_make_unawaited(maker, "late", be_busy, NULL));
}

/* The loop sleeps for so long that the timer of the watch is off when the callback starts a task.
 */
static int let_a_callback_stall(void *arg)
{
    struct call_back call;
    call_back_after(&call, 4 * LIMIT, start_busy_one, task_current(__func__));
    return hob_sleep(5 * LIMIT);
}

static void be_busy_and_start_another(void *maker)
{
    keep_busy(2 * LIMIT);
    start_busy_one(maker);
}

/* The timer goes off while no task runs, but the loop does not sleep either. */
static int let_a_callback_be_slow(void *arg)
{
    struct call_back call;
    call_back_after(&call, LIMIT, be_busy_and_start_another, task_current(__func__));
    return hob_sleep(2 * LIMIT);
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
    return hob_join_all(many, COUNT(many));
}

static int block_for_long(void *arg)
{
    usleep((useconds_t)(LONG * 1e6));
    return 0;
}

static int wait_for_long(void *arg)
{
    hob_sleep(LONG);
    return hob_await(hob_offload(block_for_long, arg));
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

static int stall_after_a_limit(void *arg)
{
    set_stall_limit(0);
    return be_busy(arg);
}

/* It stalls in the turn in which the limit is taken away. */
static int stall_just_after_a_limit(void *arg)
{
    hob_stall_limit(0);
    return be_busy(arg);
}

static int stall_with_a_limit_again(void *arg)
{
    stall_after_a_limit(arg);
    set_stall_limit(LIMIT);
    return be_busy(arg);
}

static int count_stalls(void *fn)
{
    set_stall_limit(LIMIT);
    (*(hob_fn **)fn)(NULL);
    return (int)hob_stall_count();
}

static void block_on_stall(void *fn)
{
    _exit(hob_block_on_named("cook", count_stalls, fn));
}

Test(stall, that_takes_long_is_reported_once)
{
    static const struct {
        const char *name;
        hob_fn *fn;
        int reports;
        const char *tasks[2]; /* that they name, in this order */
    } cases[] = {
        {NAMED(be_busy), 1, {"task '"}},
        {NAMED(stall_twice), 2, {"task '"}},
        {NAMED(stall_in_two_turns), 2, {"task '"}},
        {NAMED(let_two_stall), 2, {"task 'fries'", "task 'noodles'"}},
        {NAMED(let_one_of_many_stall), 1, {"task 'slow'"}},
        {NAMED(let_a_callback_stall), 1, {"task 'late'"}},
        {NAMED(let_a_callback_be_slow), 1, {"task 'late'"}},
        {NAMED(let_many_be_busy_briefly), 0},
        {NAMED(wait_for_long), 0},
        {NAMED(stall_after_a_limit), 0},
        {NAMED(stall_just_after_a_limit), 0},
        {NAMED(stall_with_a_limit_again), 1, {"task '"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_fn *fn = cases[i].fn;
        struct child_end end = run_in_child(block_on_stall, &fn);
        expect_reports(&end, cases[i].reports);
        const char *place = end.output;
        for (size_t k = 0; k < COUNT(cases[i].tasks) && place && cases[i].tasks[k]; k++)
            place = strstr(place, cases[i].tasks[k]);
        cr_expect(place, "%s: %s", cases[i].name, end.output);
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
