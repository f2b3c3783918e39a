/*
 * Numbers that look random, and are the same in each run, so that a failure can be looked into.
 */
#ifndef HOB_TESTS_SUPPORT_RANDOM_H
#define HOB_TESTS_SUPPORT_RANDOM_H

#include <stdint.h>

/* From a sequence of one's own. Any state but 0 can be the first. */
static inline uint32_t random_from(uint32_t *state, uint32_t limit)
{
    *state ^= *state << 13; /* Marsaglia's xorshift32 */
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state % limit;
}

static inline uint32_t random_below(uint32_t limit)
{
    static uint32_t state = 2463534242;
    return random_from(&state, limit);
}

#endif
