/*
 * A function for threads that reports when it has begun, and then blocks until it may go on. It
 * writes without a lock: its awaiter may read.
 */
#ifndef HOB_TESTS_SUPPORT_GATE_H
#define HOB_TESTS_SUPPORT_GATE_H

#include <fcntl.h>
#include <semaphore.h>

#include "tests/support/coroutine.h"

struct gate {
    int reached[2]; /* a pipe: a byte for each that has begun */
    sem_t open;
    int passed;
};

static inline void gate_init(struct gate *gate)
{
    cr_expect_eq(pipe2(gate->reached, O_NONBLOCK), 0);
    sem_init(&gate->open, 0, 0);
    gate->passed = 0;
}

static inline void gate_destroy(struct gate *gate)
{
    close(gate->reached[0]);
    close(gate->reached[1]);
    sem_destroy(&gate->open);
}

static inline int pass_gate(void *arg)
{
    struct gate *gate = arg;
    if (write(gate->reached[1], "x", 1) != 1)
        return -EIO;
    while (sem_wait(&gate->open) < 0)
        ;
    gate->passed++;
    return 7;
}

static inline void wait_until_reached(struct gate *gate)
{
    char byte;
    cr_expect_eq(hob_read(gate->reached[0], &byte, 1), 1);
}

static inline void open_gate(struct gate *gate)
{
    sem_post(&gate->open);
}

/* A CoroutineTest with a gate, that its body uses as `gate`, a pointer. */
#define GateTest(suite, name)                                                                      \
    static void suite##_##name##_at(struct gate *gate);                                            \
    CoroutineTest(suite, name)                                                                     \
    {                                                                                              \
        struct gate gate;                                                                          \
        gate_init(&gate);                                                                          \
        suite##_##name##_at(&gate);                                                                \
        gate_destroy(&gate);                                                                       \
    }                                                                                              \
    static void suite##_##name##_at(struct gate *gate)

#endif
