#include <sys/mman.h>

#include "hob/trace.h"
#include "memory/stack.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/cook.h"
#include "tests/support/coroutine.h"
#include "tests/support/mistake.h"

TestSuite(call, .timeout = 60);

/* An optimised recursion takes another amount of stack, or none. */
#ifdef __clang__
#define NOT_OPTIMISED __attribute__((noinline, optnone))
#else
#define NOT_OPTIMISED __attribute__((noinline, optimize("O0")))
#endif

/* Needs so many KiB of stack, and returns how many it was. */
NOT_OPTIMISED static int use_stack(void *arg)
{
    volatile char local[1024];
    int size = number_of(arg);
    local[0] = 1;
    return size <= 0 ? 0 : use_stack(as_argument(size - 1)) + local[0];
}

static int use_a_megabyte(void *arg)
{
    return use_stack(as_argument(1024));
}

CoroutineTest(call, deep_has_a_megabyte_and_returns_the_result)
{
    cr_expect_eq(hob_call_deep(use_a_megabyte, NULL), 1024);
    cr_expect_eq(hob_call_deep(return_number, as_argument(-EINVAL)), -EINVAL);
}

static int call_deep(void *arg)
{
    for (int i = 0; i < 3; i++) {
        if (hob_call_deep(use_a_megabyte, NULL) != 1024)
            return -EIO;
        hob_yield();
    }
    return number_of(arg);
}

CoroutineTest(call, deep_ones_of_several_coroutines_take_turns)
{
    cr_expect_eq(hob_join(start(call_deep, 1), start(call_deep, 2), start(call_deep, 3)), 0);
}

/* The thread's stack is as deep afterwards as before. */
CoroutineTest(call, deep_can_be_repeated_without_a_wait)
{
    for (int i = 0; i < (SANITIZED ? 100 : 100000); i++)
        cr_expect_eq(hob_call_deep(return_number, as_argument(i)), i);
}

static int resolve_it(void *promise)
{
    hob_resolve(promise, 7);
    return hob_now() > 0;
}

CoroutineTest(call, deep_may_resolve_a_promise)
{
    hob_future *promise = hob_promise();
    cr_expect_eq(hob_call_deep(resolve_it, promise), 1);
    cr_expect_eq(hob_await(promise), 7);
}

static int wait_in_it(void *arg)
{
    return hob_sleep(0);
}

static int make_a_task_in_it(void *arg)
{
    return hob_async(do_nothing, arg) != NULL;
}

static int call_deep_in_it(void *arg)
{
    return hob_call_deep(do_nothing, arg);
}

static int wait_in_a_deep_call(void *arg)
{
    return hob_call_deep(wait_in_it, arg);
}

static int make_a_task_in_a_deep_call(void *arg)
{
    return hob_call_deep(make_a_task_in_it, arg);
}

static int call_deep_in_a_deep_call(void *arg)
{
    return hob_call_deep(call_deep_in_it, arg);
}

Test(call, deep_refuses_to_wait)
{
    struct mistake cases[] = {
        {wait_in_a_deep_call, "cook", "hob_sleep", "within hob_call_deep()"},
        {make_a_task_in_a_deep_call, "cook", "hob_async", "within hob_call_deep()"},
        {call_deep_in_a_deep_call, "cook", "hob_call_deep", "within hob_call_deep()"},
    };
    expect_mistakes(cases, COUNT(cases));
}

static int keep_the_thread(void *arg)
{
    double begin = hob_now();
    while (hob_now() - begin < 0.1)
        ;
    return number_of(arg);
}

CoroutineTest(call, deep_is_noticed_when_it_stalls)
{
    hob_stall_limit(0.01);
    hob_sleep(0); /* the limit holds from the next turn of the loop on */
    hob_call_deep(keep_the_thread, NULL);
    cr_expect_eq(hob_stall_count(), 1);
}

static int recurse_for_ever(void *arg)
{
    return use_stack(as_argument(1000000000)) + number_of(arg);
}

/* In the child's message. */
static void expect_overflow(hob_fn *fn, const char *stack)
{
    char message[100];
    struct child_end end = run_cook(fn);
    if (SANITIZED)
        cr_skip_test("the sanitizers have their own message");
    snprintf(message, sizeof(message), "task 'cook': stack overflow: %s", stack);
    cr_expect(child_faulted(&end), "status %#x", end.status);
    cr_expect_not_null(strstr(end.output, message), "%s", end.output);
}

static int overflow_deep(void *arg)
{
    return hob_call_deep(recurse_for_ever, arg);
}

Test(call, deep_names_the_task_that_overflows_the_stack)
{
    expect_overflow(overflow_deep, "hob_call_deep()");
}

#define KIB 1024

static const size_t sizes[] = {0, 1, 64 * KIB, 64 * KIB + 1, 256 * KIB, 1000 * KIB, HOB_STACK_MAX};

/* In KiB, less what the task itself and two frames need. */
static intptr_t usable(size_t size)
{
    size_t at_least = size == 0 ? 128 * KIB : size < 64 * KIB ? 64 * KIB : size;
    return (intptr_t)(at_least * 9 / 10 / KIB);
}

CoroutineTest(call, sized_has_as_much_stack_as_was_asked_for)
{
    for (size_t i = 0; i < COUNT(sizes); i++) {
        /* A frame of use_stack() is larger than 1 KiB. */
        void *need = as_argument(usable(sizes[i]) * 9 / 10);
        int made = hob_await(hob_async_sized(sizes[i], use_stack, need));
        cr_expect_eq(made, number_of(need), "%zu bytes: %d", sizes[i], made);
        int called = hob_call_sized(sizes[i], use_stack, need);
        cr_expect_eq(called, number_of(need), "%zu bytes: %d", sizes[i], called);
    }
    cr_expect_null(hob_async_sized(HOB_STACK_MAX + 1, do_nothing, NULL));
    cr_expect_eq(hob_call_sized(HOB_STACK_MAX + 1, do_nothing, NULL), -ENOMEM);
    cr_expect_eq(hob_call_sized(0, return_number, as_argument(-EINVAL)), -EINVAL);
}

static int wait_between(void *arg)
{
    int before = use_stack(as_argument(100));
    int err = hob_sleep(0.001);
    return err < 0 ? err : before + use_stack(as_argument(150)) + number_of(arg);
}

static int call_sized(void *arg)
{
    return hob_call_sized((size_t)256 * KIB, wait_between, arg);
}

CoroutineTest(call, sized_ones_of_several_coroutines_may_wait)
{
    hob_future *futures[20];
    for (int i = 0; i < 20; i++)
        futures[i] = start(call_sized, i);
    for (int i = 0; i < 20; i++)
        cr_expect_eq(hob_await(futures[i]), 250 + i);
}

CoroutineTest(call, sized_is_cancelled_with_its_coroutine)
{
    cr_expect_eq(cancel_waiting(start(call_sized, 1)), -ECANCELED);
}

CoroutineTest(call, sized_frees_its_stack_and_is_no_coroutine)
{
    hob_trace_totals before, within, after;
    hob_trace_count(&before);
    hob_future *future = start(call_sized, 1);
    hob_yield();
    hob_trace_count(&within);
    hob_await(future);
    hob_trace_count(&after);
    cr_expect_eq(within.coroutines, before.coroutines + 1);
    cr_expect_eq(after.coroutines, before.coroutines);
    cr_expect_eq(stacks_of_size(&loop_current()->stacks, (size_t)256 * KIB)->parked_count, 1);
}

static int overflow_sized(void *arg)
{
    return hob_call_sized((size_t)256 * KIB, recurse_for_ever, arg);
}

Test(call, sized_names_the_task_when_its_stack_is_used_up)
{
    expect_overflow(overflow_sized, "all 256 KiB");
}

/* How much of a stack is used. */

static int use_both_stacks(void *arg)
{
    return use_stack(as_argument(20)) + hob_call_sized((size_t)256 * KIB, use_stack, arg);
}

CoroutineTest(call, measure_says_how_much_stack_was_used)
{
    if (SANITIZED)
        return; /* locals do not lie on it, and frames are larger */
    static const struct {
        hob_fn *fn;
        intptr_t argument;
        size_t size, least, most; /* KiB */
    } cases[] = {
        {do_nothing, 0, 128, 4, 12},        {use_stack, 70, 128, 70, 100},
        {use_stack, 3, 128, 4, 16},         {use_both_stacks, 200, 256, 200, 240},
        {use_both_stacks, 10, 128, 20, 40},
    };
    use_stack(as_argument(100)); /* which does not count any more */
    hob_call_sized((size_t)256 * KIB, use_stack, as_argument(200));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct stack_use use;
        task_measure(task_current(__func__), cases[i].fn, as_argument(cases[i].argument), &use);
        cr_expect_eq(use.size, cases[i].size * KIB, "%zu KiB: %zu", cases[i].size, use.size);
        cr_expect_geq(use.used, cases[i].least * KIB, "%zu KiB: %zu", cases[i].size, use.used);
        cr_expect_leq(use.used, cases[i].most * KIB, "%zu KiB: %zu", cases[i].size, use.used);
    }
}

CoroutineTest(call, measure_returns_the_result_where_it_cannot_measure)
{
    struct stack_use use;
    struct task *self = task_current(__func__);
    mlock(self->stack->bottom, stack_size(self->stack)); /* madvise(2) leaves locked pages alone */
    cr_expect_eq(task_measure(self, return_number, as_argument(7), &use), 7);
    cr_expect(use.size == 0 || use.used > 0);
    munlock(self->stack->bottom, stack_size(self->stack));
}
