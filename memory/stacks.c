#include "hob/runtime.h"
#include "stack.h"

_Static_assert(STACK_SIZE_MIN << (STACK_SIZES - 1) == HOB_STACK_MAX, "");

void stacks_init(struct stacks *self)
{
    for (size_t i = 0; i < STACK_SIZES; i++)
        stack_pool_init(&self->of_size[i], STACK_SIZE_MIN << i);
}

void stacks_destroy(struct stacks *self)
{
    for (size_t i = 0; i < STACK_SIZES; i++)
        stack_pool_destroy(&self->of_size[i]);
}

struct stack_pool *stacks_of_size(struct stacks *self, size_t size)
{
    if (size == 0)
        return stacks_default(self);
    for (size_t i = 0; i < STACK_SIZES; i++) {
        if (size <= STACK_SIZE_MIN << i)
            return &self->of_size[i];
    }
    return NULL;
}

size_t stacks_trim(struct stacks *self, size_t limit)
{
    size_t parked = 0;
    for (size_t i = 0; i < STACK_SIZES; i++) {
        size_t before = self->of_size[i].parked_count;
        size_t left = stack_pool_trim(&self->of_size[i], limit);
        limit -= before - left;
        parked += left;
    }
    return parked;
}

struct stacks_count stacks_count(const struct stacks *self)
{
    struct stacks_count count = {0};
    for (size_t i = 0; i < STACK_SIZES; i++) {
        count.mapped += self->of_size[i].mapped_count;
        count.used += self->of_size[i].mapped_count - self->of_size[i].parked_count;
    }
    return count;
}
