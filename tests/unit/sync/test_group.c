#include "runtime/loop.h"
#include "tests/support/traced_coroutines.h"

TestSuite(group, .timeout = 20);

static hob_group *group;

/* A CoroutineTest with a group. */
#define GroupTest(name)                                                                            \
    static void use_##name(void);                                                                  \
    CoroutineTest(group, name)                                                                     \
    {                                                                                              \
        group = hob_group_new();                                                                   \
        use_##name();                                                                              \
    }                                                                                              \
    static void use_##name(void)

static void spawn(hob_fn *fn, char name)
{
    cr_expect_eq(hob_group_spawn(group, fn, as_argument(name)), 0, "%c", name);
}

static int trace_name(void *name)
{
    hob_yield();
    trace(name_of(name));
    return 0;
}

GroupTest(is_waited_for_until_none_is_left)
{
    cr_expect_eq(hob_group_wait(group), 0, "there is nobody to wait for");
    for (const char *name = "abc"; *name; name++)
        spawn(trace_name, *name);
    cr_expect_eq(hob_group_count(group), 3);
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "abc");
    cr_expect_eq(hob_group_count(group), 0);
    spawn(trace_name, 'd'); /* it can be used again */
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "abcd");
}

GroupTest(is_cancelled_as_it_is_now)
{
    spawn(sleep_until_cancelled, 'a');
    spawn(sleep_until_cancelled, 'b');
    hob_yield();
    hob_group_cancel(group);
    spawn(trace_name, 'c');
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "abc");
}

static int make_children(void *unused)
{
    start(sleep_until_cancelled, 'c');
    hob_yield();
    trace('f');
    return 0;
}

/* A coroutine ends when its children have: not when its function returns. */
GroupTest(waits_for_the_children_of_its_coroutines)
{
    spawn(make_children, '.');
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "fc");
}

static int own_a_group(void *unused)
{
    group = hob_group_new();
    spawn(sleep_until_cancelled, 'm');
    hob_yield();
    trace('o');
    return 0;
}

CoroutineTest(group, ends_with_the_coroutine_that_made_it)
{
    cr_expect_eq(hob_await(hob_async(own_a_group, NULL)), 0);
    cr_expect_str_eq(traced(), "om");
}

static int spawn_and_return(void *unused)
{
    spawn(trace_name, 'm');
    return 0;
}

GroupTest(keeps_what_others_spawn)
{
    cr_expect_eq(hob_await(hob_async(spawn_and_return, NULL)), 0);
    cr_expect_eq(hob_group_count(group), 1, "it does not end with its spawner");
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "m");
}

static int trace_how_it_waited(void *unused)
{
    trace(hob_sleep(0.01) == 0 ? 'w' : '!');
    return 0;
}

static int spawn_late(void *unused)
{
    hob_deadline(0);
    spawn(trace_how_it_waited, '.');
    return 0;
}

GroupTest(has_the_deadline_of_its_maker)
{
    cr_expect_eq(hob_await(hob_async(spawn_late, NULL)), 0);
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "w");
}

static int count_stacks(void)
{
    return (int)stacks_count(&loop_current()->stacks).mapped;
}

GroupTest(leaves_nothing_of_those_that_ended)
{
    spawn(do_nothing, '.');
    hob_group_wait(group);
    int before = count_stacks();
    for (int i = 0; i < 1000; i++) {
        spawn(do_nothing, '.');
        hob_yield();
    }
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_leq(count_stacks(), before + 16);
}

static int wait_for_the_group(void *unused)
{
    return hob_group_wait(group);
}

GroupTest(several_can_wait_and_a_wait_can_be_cancelled)
{
    spawn(sleep_until_cancelled, 'm');
    hob_future *cancelled = hob_async(wait_for_the_group, NULL);
    hob_future *other = hob_async(wait_for_the_group, NULL);
    cr_expect_eq(cancel_waiting(cancelled), -ECANCELED);
    hob_group_cancel(group);
    cr_expect_eq(hob_await(other), 0);
}
