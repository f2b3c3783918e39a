/* Runs in virtual time: the seconds below cost nothing. */

#include "runtime/deadline.h"
#include "runtime/task.h"
#include "tests/support/current.h"
#include "tests/support/traced_coroutines.h"
#include "tests/support/virtual_time.h"

TestSuite(scope, .timeout = 60);

CoroutineTest(scope, returns_what_the_function_returns)
{
    cr_expect_eq(task_scope(this_task(), return_number, as_argument(7)), 7);
    cr_expect_eq(task_scope(this_task(), return_number, as_argument(-EIO)), -EIO);
}

static void trace_it(void *name)
{
    trace(name_of(name));
}

static int leave_much(void *arg)
{
    memset(hob_alloc(100), 'x', 100);
    hob_defer(trace_it, as_argument('1'));
    start(sleep_until_cancelled, 'c');
    hob_timer(1000);
    hob_defer(trace_it, as_argument('2'));
    return hob_yield();
}

CoroutineTest(scope, ends_what_was_made_in_it)
{
    double begin = hob_now();
    hob_defer(trace_it, as_argument('o')); /* that of the task is left for its own end */
    task_scope(this_task(), leave_much, NULL);
    cr_expect_str_eq(traced(), "c21");
    task_scope(this_task(), leave_much, NULL);
    cr_expect_str_eq(traced(), "c21c21");
    cr_expect(passed(begin, 0));
    cr_expect(list_empty(&this_task()->children));
}

static int keep_memory(void *arg)
{
    char *text = hob_alloc(4);
    memcpy(text, "abc", 4);
    task_scope(this_task(), leave_much, NULL);
    cr_expect_str_eq(text, "abc");
    return 0;
}

static void count(void *number)
{
    ++*(int *)number;
}

static int defer_count(void *number)
{
    return hob_defer(count, number);
}

/* Such as a request, which is on the stack of its connection's task. */
CoroutineTest(scope, can_clean_up_a_local_variable_of_its_caller)
{
    int counted = 0;
    cr_expect_eq(task_scope(this_task(), defer_count, &counted), 0);
    cr_expect_eq(counted, 1);
}

CoroutineTest(scope, leaves_what_was_there_before)
{
    hob_await(start(keep_memory, 0));
}

static int set_a_deadline(void *arg)
{
    hob_deadline(1);
    return hob_sleep(INFINITY);
}

CoroutineTest(scope, takes_its_deadlines_with_it)
{
    cr_expect_eq(task_scope(this_task(), set_a_deadline, NULL), -ETIMEDOUT);
    cr_expect_eq(hob_sleep(10), 0);
    double before = hob_deadline(5);
    cr_expect_eq(task_scope(this_task(), set_a_deadline, NULL), -ETIMEDOUT);
    cr_expect_eq(hob_sleep(10), -ETIMEDOUT, "but not the one around it");
    hob_deadline_at(before);
}

static int sleep_under_a_limit(void *arg)
{
    double begin = hob_now();
    deadline_limit(this_task(), begin + number_of(arg));
    hob_deadline_at(INFINITY); /* cannot extend it */
    int err = hob_sleep(INFINITY);
    cr_expect(passed(begin, number_of(arg)));
    hob_deadline_at(INFINITY);
    cr_expect_eq(hob_yield(), -ETIMEDOUT);
    cr_expect_eq(hob_await(start(sleep_until_cancelled, 'x')), -ETIMEDOUT);
    return err;
}

CoroutineTest(scope, can_be_limited_like_a_child)
{
    cr_expect_eq(task_scope(this_task(), sleep_under_a_limit, as_argument(2)), -ETIMEDOUT);
    cr_expect_eq(hob_sleep(10), 0);
}

static int take_the_limit_back(void *arg)
{
    struct deadline before = deadline_limit(this_task(), hob_now() + 2);
    if (number_of(arg) > 0)
        hob_deadline(number_of(arg));
    deadline_unlimit(this_task(), before);
    return hob_sleep(10);
}

CoroutineTest(scope, a_removed_limit_leaves_the_deadline_of_the_task)
{
    double begin = hob_now();
    cr_expect_eq(task_scope(this_task(), take_the_limit_back, as_argument(0)), 0);
    cr_expect(passed(begin, 10));
    cr_expect_eq(task_scope(this_task(), take_the_limit_back, as_argument(1)), -ETIMEDOUT);
    cr_expect(passed(begin, 11));
}

/* Under the limit, hob_deadline() has returned the limit itself, which is over. */
static int go_back_after_the_limit(void *arg)
{
    struct deadline before = deadline_limit(this_task(), hob_now() + 2);
    double deadline = hob_deadline(1);
    deadline_unlimit(this_task(), before);
    hob_deadline_at(deadline);
    return hob_sleep(10);
}

CoroutineTest(scope, a_removed_limit_does_not_return_as_a_deadline)
{
    cr_expect_eq(task_scope(this_task(), go_back_after_the_limit, NULL), 0);
    double before = hob_deadline(15);
    cr_expect_eq(task_scope(this_task(), go_back_after_the_limit, NULL), 0);
    cr_expect_eq(task_scope(this_task(), go_back_after_the_limit, NULL), -ETIMEDOUT, "its own");
    hob_deadline_at(before);
}

static int take_the_limit_back_too_late(void *arg)
{
    struct deadline before = deadline_limit(this_task(), hob_now() + 2);
    cr_expect_eq(hob_sleep(10), -ETIMEDOUT);
    deadline_unlimit(this_task(), before);
    return hob_sleep(10);
}

CoroutineTest(scope, after_a_limit_that_has_passed_awaits_work_again)
{
    cr_expect_eq(task_scope(this_task(), take_the_limit_back_too_late, NULL), 0);
}

static int limit_without_end(void *arg)
{
    deadline_limit(this_task(), INFINITY);
    return hob_sleep(1000);
}

CoroutineTest(scope, an_infinite_limit_is_none)
{
    cr_expect_eq(task_scope(this_task(), limit_without_end, NULL), 0);
}
