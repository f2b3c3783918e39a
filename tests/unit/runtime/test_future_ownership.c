/* A future is released exactly once, whichever way its maker loses it. */

#include <errno.h>

#include "runtime/loop.h"
#include "tests/support/probe.h"
#include "tests/support/traced_coroutines.h"

/* Each of these functions runs in a coroutine that has made the future of a probe, and loses it. */

static int await_it_when_ready(void *future)
{
    future_complete(future, 0);
    return hob_await(future);
}

static int complete_it(void *future)
{
    future_complete(future, 0);
    return 0;
}

static int await_it_until_ready(void *future)
{
    hob_future *other = hob_async(complete_it, future);
    hob_await(future);
    return hob_await(other);
}

static int join_it(void *future)
{
    return hob_join(future, hob_async(complete_it, future));
}

static int cancel_and_await_it(void *future)
{
    return cancel_and_await(future);
}

static int complete_it_later(void *future)
{
    hob_yield();
    hob_yield();
    return complete_it(future);
}

static int abandon_it_before_it_is_ready(void *future)
{
    hob_async(complete_it_later, future);
    return 0;
}

static int abandon_it_when_cancelled(void *future)
{
    hob_cancel(future);
    return 0;
}

static int let_a_child_await_it(void *future)
{
    hob_future *child = hob_async(await_and_trace, future);
    hob_yield();
    future_complete(future, 0);
    return hob_await(child);
}

static int abandon_it_while_a_child_awaits_it(void *future)
{
    hob_async(await_and_trace, future);
    return hob_yield();
}

/* The child awaits it after its maker has returned. */
static int abandon_it_before_a_child_awaits_it(void *future)
{
    hob_async(await_and_trace, future);
    return 0;
}

/* The probe is ready when its maker returns, but the child has not run since. */
static int abandon_it_before_a_child_has_noticed(void *future)
{
    hob_async(await_and_trace, future);
    hob_yield();
    return complete_it(future);
}

struct maker {
    const char *name;
    hob_fn *lose;
    const struct future_kind *kind;
    struct probe probe;
};

static int make_and_lose(void *arg)
{
    struct maker *self = arg;
    return self->lose(probe_init(&self->probe, self->kind));
}

CoroutineTest(future, is_released_once_however_it_is_lost)
{
    struct maker cases[] = {
        {NAMED(await_it_when_ready), &probe_kind},
        {NAMED(await_it_until_ready), &probe_kind},
        {NAMED(join_it), &probe_kind},
        {"cancel and await it", cancel_and_await_it, &probe_kind},
        {"abandon it", do_nothing, &probe_kind},
        {NAMED(abandon_it_when_cancelled), &probe_kind},
        {"abandon it when ready", complete_it, &probe_kind},
        {NAMED(abandon_it_before_it_is_ready), &slow_probe_kind},
        {NAMED(let_a_child_await_it), &probe_kind},
        {NAMED(abandon_it_while_a_child_awaits_it), &probe_kind},
        {NAMED(abandon_it_before_a_child_awaits_it), &probe_kind},
        {NAMED(abandon_it_before_a_child_has_noticed), &probe_kind},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct probe *probe = &cases[i].probe;
        hob_await(hob_async(make_and_lose, &cases[i]));
        cr_expect_eq(probe->releases, 1, "%s: %d", cases[i].name, probe->releases);
        cr_expect(probe->future.ready, "%s", cases[i].name);
    }
}

static int abandon_it_before_it_is_awaited(void *probe)
{
    probe_init(probe, &probe_kind);
    return hob_yield();
}

static int leave_a_sleeper_to_a_child(void *arg)
{
    hob_async(await_and_trace, start(sleep_until_cancelled, 's'));
    return hob_yield();
}

CoroutineTest(future, a_coroutine_left_to_a_child_is_released_once)
{
    const struct stack_pool *pool = stacks_default(&loop_current()->stacks);
    hob_await(start(leave_a_sleeper_to_a_child, 0));
    cr_expect_str_eq(traced(), "sw");
    cr_expect_eq(pool->parked_count, pool->mapped_count - 1, "all but this task's");
}

CoroutineTest(future, one_can_be_awaited_by_a_task_above_its_maker)
{
    struct probe probe;
    hob_future *maker = hob_async(abandon_it_before_it_is_awaited, &probe);
    hob_yield();
    cr_expect_eq(hob_await(&probe.future), -ECANCELED);
    cr_expect_eq(hob_await(maker), 0);
    cr_expect_eq(probe.releases, 1);
}

/* The maker ends only after the probe is ready. Neither release may wait for the other. */
CoroutineTest(future, one_can_be_joined_together_with_its_maker)
{
    struct probe probe;
    hob_future *maker = hob_async(abandon_it_before_it_is_awaited, &probe);
    hob_yield();
    cr_expect_eq(hob_join(maker, &probe.future), -ECANCELED);
    cr_expect_eq(probe.releases, 1);
}

CoroutineTest(future, one_without_a_release_can_lie_on_a_stack)
{
    static const struct future_kind on_stack = {.cancel = cancel_probe};
    hob_future future;
    future_init(&future, &on_stack, NULL);
    hob_future *other = hob_async(complete_it, &future);
    cr_expect_eq(hob_await(&future), 0);
    hob_await(other);
}
