#include "runtime/loop.h"
#include "tests/support/coroutine.h"
#include "tests/support/trace.h"

TestSuite(group, .timeout = 20);

static hob_group *group;

static int trace_name(void *name)
{
    hob_yield();
    trace(name_of(name));
    return 0;
}

static int wait_for_ever(void *name)
{
    int err = hob_sleep(INFINITY);
    trace(name_of(name));
    return err;
}

CoroutineTest(group, is_waited_for_until_nobody_is_left)
{
    group = hob_group_new();
    cr_expect_eq(hob_group_wait(group), 0, "there is nobody to wait for");
    for (int name = 'a'; name <= 'c'; name++)
        cr_expect_eq(hob_group_spawn(group, trace_name, as_argument(name)), 0);
    cr_expect_eq(hob_group_count(group), 3);
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "abc");
    cr_expect_eq(hob_group_count(group), 0);
    cr_expect_eq(hob_group_spawn(group, trace_name, as_argument('d')), 0, "it can be used again");
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "abcd");
}

CoroutineTest(group, is_cancelled_as_it_is_now)
{
    group = hob_group_new();
    hob_group_spawn(group, wait_for_ever, as_argument('a'));
    hob_group_spawn(group, wait_for_ever, as_argument('b'));
    hob_yield();
    hob_group_cancel(group);
    hob_group_spawn(group, trace_name, as_argument('c'));
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "abc");
}

static int make_children(void *unused)
{
    hob_async(wait_for_ever, as_argument('c'));
    hob_yield();
    trace('f');
    return 0;
}

/* A coroutine ends when its children have: not when its function returns. */
CoroutineTest(group, waits_for_the_children_of_its_coroutines)
{
    group = hob_group_new();
    hob_group_spawn(group, make_children, NULL);
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "fc");
}

static int own_a_group(void *unused)
{
    group = hob_group_new();
    hob_group_spawn(group, wait_for_ever, as_argument('m'));
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
    return hob_group_spawn(group, trace_name, as_argument('m'));
}

CoroutineTest(group, keeps_what_others_spawn)
{
    group = hob_group_new();
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
    return hob_group_spawn(group, trace_how_it_waited, NULL);
}

CoroutineTest(group, has_the_deadline_of_its_maker)
{
    group = hob_group_new();
    cr_expect_eq(hob_await(hob_async(spawn_late, NULL)), 0);
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_str_eq(traced(), "w");
}

static int count_stacks(void)
{
    return (int)stacks_count(&loop_current()->stacks).mapped;
}

CoroutineTest(group, leaves_nothing_of_those_that_ended)
{
    group = hob_group_new();
    hob_group_spawn(group, do_nothing, NULL);
    hob_group_wait(group);
    int before = count_stacks();
    for (int i = 0; i < 1000; i++) {
        cr_expect_eq(hob_group_spawn(group, do_nothing, NULL), 0);
        hob_yield();
    }
    cr_expect_eq(hob_group_wait(group), 0);
    cr_expect_leq(count_stacks(), before + 16);
}

static int wait_for_the_group(void *unused)
{
    return hob_group_wait(group);
}

CoroutineTest(group, several_can_wait_and_a_wait_can_be_cancelled)
{
    group = hob_group_new();
    hob_group_spawn(group, wait_for_ever, as_argument('m'));
    hob_future *waits[] = {
        hob_async(wait_for_the_group, NULL), hob_async(wait_for_the_group, NULL)};
    hob_yield();
    hob_cancel(waits[0]);
    cr_expect_eq(hob_await(waits[0]), -ECANCELED);
    hob_group_cancel(group);
    cr_expect_eq(hob_await(waits[1]), 0);
}
