/*
 * Measures the costs of hob's runtime. bench/peers/ has the same for other runtimes; script/bench
 * prints them side by side. Threads (hob_offload) and descriptors are not measured, since system
 * calls dominate their costs.
 */
#include <hob/runtime.h>
#include <stdlib.h>

#include "bench/measure.h"
#include "bench/sleepers.h"
#include "runtime/context.h"

static void in_coroutine(hob_fn *fn)
{
    if (hob_block_on_named("benchmark", fn, NULL) < 0)
        give_up("a measure failed");
}

/* switch: a switch of contexts, without tasks and the ready queue. Each round is two. */

static struct context here, there;

static void switch_back_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        context_switch(&there, &here);
}

static void measure_switch(void)
{
    const size_t count = 20000000;
    void *stack = malloc(STACK_SIZE);
    if (!stack)
        give_up("out of memory");
    context_init_current(&here);
    context_init(&there, stack, STACK_SIZE, switch_back_for_ever, NULL);

    double start = cpu_now();
    for (size_t i = 0; i < count; i++)
        context_switch(&here, &there);
    print_each("switch", cpu_now() - start, 2 * count);
    free(stack);
}

/* yield: through the ready queue, with a poll for input (a system call) now and then. */

static int yield_often(void *arg)
{
    const size_t *count = arg;
    int err = 0;
    for (size_t i = 0; i < *count && err == 0; i++)
        err = hob_yield();
    return err;
}

static int yield_alone(void *arg)
{
    (void)arg;
    size_t count = 5000000;
    double start = cpu_now();
    int err = yield_often(&count);
    print_each("yield-1", cpu_now() - start, count);
    return err;
}

static int yield_in_crowd(void *arg)
{
    (void)arg;
    static hob_future *crowd[CROWD];
    size_t each = 5000;
    for (size_t i = 0; i < CROWD; i++)
        crowd[i] = hob_async(yield_often, &each);
    int err = hob_yield(); /* now they have all begun */
    if (err < 0)
        return err;

    double start = cpu_now();
    err = hob_join_all(crowd, CROWD);
    print_each("yield-1000", cpu_now() - start, CROWD * each);
    return err;
}

static void measure_yield(void)
{
    in_coroutine(yield_alone);
    in_coroutine(yield_in_crowd);
}

/* spawn-join: from hob_async() to its result, on used stacks. */

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int spawn_and_join(void *arg)
{
    (void)arg;
    const size_t count = 2000000;
    int err = hob_await(hob_async(do_nothing, NULL)); /* maps the stack */

    double start = cpu_now();
    for (size_t i = 0; i < count && err == 0; i++)
        err = hob_await(hob_async(do_nothing, NULL));
    print_each("spawn-join", cpu_now() - start, count);
    return err;
}

static int spawn_and_join_crowd(void)
{
    static hob_future *crowd[CROWD];
    for (size_t i = 0; i < CROWD; i++)
        crowd[i] = hob_async(do_nothing, NULL);
    return hob_join_all(crowd, CROWD);
}

static int spawn_and_join_crowds(void *arg)
{
    (void)arg;
    const size_t count = 1000;
    int err = spawn_and_join_crowd(); /* maps the stacks */

    double start = cpu_now();
    for (size_t i = 0; i < count && err == 0; i++)
        err = spawn_and_join_crowd();
    print_each("spawn-join-1000", cpu_now() - start, count * CROWD);
    return err;
}

static void measure_spawn_join(void)
{
    in_coroutine(spawn_and_join);
    in_coroutine(spawn_and_join_crowds);
}

/* timer-await: the cost of one hob_sleep() while 20,000 tasks sleep. */

static int take_naps(void *arg)
{
    uint32_t random = *(const uint32_t *)arg;
    int err = 0;
    for (size_t i = 0; i < NAPS && err == 0; i++)
        err = hob_sleep(next_nap(&random));
    return err;
}

static int nap_together(void *arg)
{
    (void)arg;
    static hob_future *nappers[NAPPERS];
    static uint32_t seeds[NAPPERS];
    hob_stall_limit(0); /* making so many at once is a stall */
    for (size_t i = 0; i < NAPPERS; i++) {
        seeds[i] = (uint32_t)i + 1;
        nappers[i] = hob_async(take_naps, &seeds[i]);
    }
    int err = hob_yield(); /* now they all have their first timer and a warm stack */
    if (err < 0)
        return err;

    double start = cpu_now();
    err = hob_join_all(nappers, NAPPERS);
    print_each("timer-await", cpu_now() - start, NAPPERS * NAPS);
    return err;
}

static void measure_timer_await(void)
{
    in_coroutine(nap_together);
}

/* sleepers: a million of them. See bench/sleepers.h. */

static int sleep_once(void *arg)
{
    struct sleepers *all = arg;
    double seconds;
    uint32_t self = sleeper_begins(all, &seconds);
    int err = hob_sleep(seconds);
    sleeper_wakes(all, self);
    return err;
}

static int sleep_by_the_million(void *arg)
{
    (void)arg;
    const size_t count = 1000000;
    hob_future **futures = malloc(count * sizeof(hob_future *));
    struct sleepers all;
    if (!futures)
        return -1;
    hob_stall_limit(0);

    sleepers_init(&all, count);
    double start = wall_now();
    for (size_t i = 0; i < count; i++)
        futures[i] = hob_async(sleep_once, &all);
    /* None of them has run yet. Falling asleep takes much less time than being made. */
    all.first_deadline = wall_now() + 1 + (wall_now() - start) / 2;
    hob_yield();
    sleepers_all_asleep(&all);
    int err = hob_join_all(futures, count);
    sleepers_report(&all);
    free(futures);
    return err;
}

static void measure_sleepers(void)
{
    in_coroutine(sleep_by_the_million);
}

int main(int argc, char **argv)
{
    static const struct measure measures[] = {
        {"switch", measure_switch},         {"yield", measure_yield},
        {"spawn-join", measure_spawn_join}, {"timer-await", measure_timer_await},
        {"sleepers", measure_sleepers},
    };
    return measure_main(argc, argv, measures, sizeof(measures) / sizeof(measures[0]));
}
