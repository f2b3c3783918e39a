/* Children without an await: their memory is free again when they end. */

#include "runtime/loop.h"
#include "tests/support/current.h"
#include "tests/support/memory.h"
#include "tests/support/traced_coroutines.h"

TestSuite(async, .timeout = 20);

#define CLIENTS 1000

static size_t stacks_in_use(void)
{
    const struct stack_pool *pool = stacks_default(&loop_current()->stacks);
    return pool->mapped_count - pool->parked_count;
}

CoroutineTest(async, stacks_of_ended_children_are_free_at_once)
{
    hob_future *children[100];
    for (int i = 0; i < 100; i++)
        children[i] = start(return_number, i);
    hob_yield();
    cr_expect_eq(stacks_in_use(), 1, "%zu", stacks_in_use());
    for (int i = 0; i < 100; i++)
        cr_expect_eq(hob_await(children[i]), i);
}

/* As in an accept loop: one after the other, and none is awaited. */
CoroutineTest(async, unawaited_children_share_a_stack)
{
    for (int i = 0; i < CLIENTS; i++) {
        start(return_number, i);
        hob_yield();
    }
    cr_expect_eq(stacks_default(&loop_current()->stacks)->mapped_count, 2);
}

static int start_it(hob_fn *fn, intptr_t number)
{
    return hob_start(fn, as_argument(number));
}

CoroutineTest(async, started_ones_leave_nothing_when_they_end)
{
    for (int i = 0; i < CLIENTS; i++) {
        cr_expect_eq(start_it(return_number, i), 0);
        hob_yield();
    }
    cr_expect_eq(stacks_default(&loop_current()->stacks)->mapped_count, 2);
    cr_expect(list_empty(&this_task()->children));
}

static int start_two_and_return(void *arg)
{
    start_it(sleep_until_cancelled, 'a');
    start_it(sleep_until_cancelled, 'b');
    hob_yield();
    trace(name_of(arg));
    return 0;
}

CoroutineTest(async, started_ones_are_joined_with_their_maker)
{
    hob_await(start(start_two_and_return, 'm'));
    trace('r');
    cr_expect_str_eq(traced(), "mabr");
}

CoroutineTest(async, without_memory_none_is_started)
{
    struct stack_pool *pool = stacks_default(&loop_current()->stacks);
    char *end = pool->unused_end;
    pool->unused_end = pool->unused; /* as if all that were mapped at once had been taken */
    limit_address_space(0);
    int err = start_it(run_once, 'c');
    unlimit_address_space();
    pool->unused_end = end;
    cr_expect_eq(err, -ENOMEM);
    hob_yield();
    cr_expect_str_eq(traced(), "");
}
