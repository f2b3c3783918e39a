/*
 * Boost.Context alone: the jump in hob's context_switch(), without hob's work around it (it stores
 * where each side continues, and reports switches to sanitizers). There is no scheduler here, and
 * stacks have no guard page.
 */
#include <stdlib.h>

#include "bench/measure.h"

/* As boost/context/detail/fcontext.hpp has them, which is C++. See runtime/context.c. */
struct transfer {
    void *fctx;
    void *data;
};
struct transfer jump_fcontext(void *to, void *data);
void *make_fcontext(void *stack_top, size_t size, void (*entry)(struct transfer));

/* Returning from an entry function would end the process. */
static void jump_back_for_ever(struct transfer from)
{
    for (;;)
        from = jump_fcontext(from.fctx, NULL);
}

static void *make_context(char *stack)
{
    return make_fcontext(stack + STACK_SIZE, STACK_SIZE, jump_back_for_ever);
}

static char *take_stack(void)
{
    char *stack = malloc(STACK_SIZE);
    if (!stack)
        give_up("out of memory");
    return stack;
}

/* Each round has two switches. */
static void measure_switch(void)
{
    const size_t count = 20000000;
    char *stack = take_stack();
    void *there = make_context(stack);

    double start = cpu_now();
    for (size_t i = 0; i < count; i++)
        there = jump_fcontext(there, NULL).fctx;
    print_each("switch", cpu_now() - start, 2 * count);
    free(stack);
}

/* The least possible cost: a stack from malloc(), one jump there and one back. */
static void measure_spawn_join(void)
{
    const size_t count = 2000000;
    double start = cpu_now();
    for (size_t i = 0; i < count; i++) {
        char *stack = take_stack();
        jump_fcontext(make_context(stack), NULL);
        free(stack);
    }
    print_each("spawn-join", cpu_now() - start, count);
}

int main(int argc, char **argv)
{
    static const struct measure measures[] = {
        {"switch", measure_switch},
        {"spawn-join", measure_spawn_join},
    };
    return measure_main(argc, argv, measures, sizeof(measures) / sizeof(measures[0]));
}
