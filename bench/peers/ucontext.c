/*
 * ucontext(3), what the C library has: it saves and restores the signal mask too, which is a system
 * call for each switch. There is no scheduler here, and stacks have no guard page.
 */
#include <stdlib.h>
#include <ucontext.h>

#include "bench/measure.h"

static ucontext_t here, there;

/* Makes a context that runs fn and then continues in `here`. */
static void make_context(ucontext_t *context, void (*fn)(void))
{
    getcontext(context);
    context->uc_stack.ss_sp = malloc(STACK_SIZE);
    context->uc_stack.ss_size = STACK_SIZE;
    context->uc_link = &here;
    if (!context->uc_stack.ss_sp)
        give_up("out of memory");
    makecontext(context, fn, 0);
}

static void switch_back_for_ever(void)
{
    for (;;)
        swapcontext(&there, &here);
}

/* Each round has two switches. */
static void measure_switch(void)
{
    const size_t count = 500000;
    make_context(&there, switch_back_for_ever);

    double start = cpu_now();
    for (size_t i = 0; i < count; i++)
        swapcontext(&here, &there);
    print_each("switch", cpu_now() - start, 2 * count);
    free(there.uc_stack.ss_sp);
}

static void do_nothing(void)
{
}

static void spawn_and_join(ucontext_t *contexts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        make_context(&contexts[i], do_nothing);
    for (size_t i = 0; i < count; i++) {
        swapcontext(&here, &contexts[i]);
        free(contexts[i].uc_stack.ss_sp);
    }
}

static void measure_spawn_join(void)
{
    static ucontext_t contexts[CROWD];
    const size_t count = 300000, crowds = 300;

    double start = cpu_now();
    for (size_t i = 0; i < count; i++)
        spawn_and_join(contexts, 1);
    print_each("spawn-join", cpu_now() - start, count);

    spawn_and_join(contexts, CROWD); /* the stacks come warm from malloc() afterwards */
    start = cpu_now();
    for (size_t i = 0; i < crowds; i++)
        spawn_and_join(contexts, CROWD);
    print_each("spawn-join-1000", cpu_now() - start, crowds * CROWD);
}

int main(int argc, char **argv)
{
    static const struct measure measures[] = {
        {"switch", measure_switch},
        {"spawn-join", measure_spawn_join},
    };
    return measure_main(argc, argv, measures, sizeof(measures) / sizeof(measures[0]));
}
