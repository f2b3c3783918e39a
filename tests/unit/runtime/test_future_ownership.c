/* A future is released exactly once, whichever way its maker loses it. */

#include <errno.h>

#include "runtime/loop.h"
#include "tests/support/probe.h"
#include "tests/support/traced_coroutines.h"

/* Each of these coroutines makes a probe and loses it in another way. */

static int await_it_when_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    future_complete(&probe->future, 0);
    return hob_await(&probe->future);
}

static int complete_it(void *arg)
{
    future_complete(arg, 0);
    return 0;
}

static int await_it_until_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_future *other = hob_async(complete_it, &probe->future);
    hob_await(&probe->future);
    return hob_await(other);
}

static int join_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    return hob_join(&probe->future, hob_async(complete_it, &probe->future));
}

static int cancel_and_await_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_cancel(&probe->future);
    return hob_await(&probe->future);
}

static int abandon_it(void *arg)
{
    probe_init(arg, &probe_kind);
    return 0;
}

static int abandon_it_when_cancelled(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_cancel(&probe->future);
    return 0;
}

static int abandon_it_when_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    future_complete(&probe->future, 0);
    return 0;
}

static int complete_it_later(void *arg)
{
    hob_yield();
    hob_yield();
    future_complete(arg, 0);
    return 0;
}

static int abandon_it_before_it_is_ready(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &slow_probe_kind);
    hob_async(complete_it_later, &probe->future);
    return 0;
}

static int abandon_it_before_it_is_awaited(void *arg)
{
    probe_init(arg, &probe_kind);
    hob_yield();
    return 0;
}

static int let_a_child_await_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_future *child = hob_async(await_and_trace, &probe->future);
    hob_yield();
    future_complete(&probe->future, 0);
    return hob_await(child);
}

static int abandon_it_while_a_child_awaits_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_async(await_and_trace, &probe->future);
    return hob_yield();
}

/* The child awaits it after its maker has returned. */
static int abandon_it_before_a_child_awaits_it(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_async(await_and_trace, &probe->future);
    return 0;
}

/* The probe is ready when its maker returns, but the child has not run since. */
static int abandon_it_before_a_child_has_noticed(void *arg)
{
    struct probe *probe = arg;
    probe_init(probe, &probe_kind);
    hob_async(await_and_trace, &probe->future);
    hob_yield();
    future_complete(&probe->future, 0);
    return 0;
}

CoroutineTest(future, is_released_once_whoever_awaits_it)
{
    static const struct {
        const char *name;
        hob_fn *maker;
    } cases[] = {
        {"awaited when ready", await_it_when_ready},
        {"awaited until ready", await_it_until_ready},
        {"joined", join_it},
        {"cancelled and awaited", cancel_and_await_it},
        {"abandoned", abandon_it},
        {"abandoned when cancelled", abandon_it_when_cancelled},
        {"abandoned when ready", abandon_it_when_ready},
        {"abandoned before it is ready", abandon_it_before_it_is_ready},
        {"awaited by a child", let_a_child_await_it},
        {"abandoned while a child awaits it", abandon_it_while_a_child_awaits_it},
        {"abandoned before a child awaits it", abandon_it_before_a_child_awaits_it},
        {"abandoned before a child has noticed", abandon_it_before_a_child_has_noticed},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct probe probe;
        hob_await(hob_async(cases[i].maker, &probe));
        cr_expect_eq(probe.releases, 1, "%s: %d", cases[i].name, probe.releases);
        cr_expect(probe.future.ready, "%s", cases[i].name);
    }
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
