/*
 * A great many sleepers, all asleep at the same time: what it costs to make them and have them fall
 * asleep, what they occupy then, what it costs to wake and end them, and whether they are woken in
 * the order of their deadlines, which are 1 us apart and in random order.
 *
 *     sleepers_init()
 *         make them; each one calls sleeper_begins(), sleeps, and calls sleeper_wakes()
 *     sleepers_all_asleep()
 *         join them
 *     sleepers_report()
 */
#ifndef HOB_BENCH_SLEEPERS_H
#define HOB_BENCH_SLEEPERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct sleepers {
    size_t count;
    double first_deadline; /* to be set, before the first one begins */

    /* A sleeper is known by how many had begun to sleep before it. Of each one: */
    uint32_t *rank; /* how many of the deadlines come before its own */
    double *began;  /* when it began to sleep; one more, for when all had */

    uint32_t *woken; /* all of them, as they woke */
    atomic_size_t asleep;
    atomic_size_t awake;

    double cpu_before; /* making began */
    double cpu_asleep; /* all were asleep */
    size_t memory_before;
    size_t memory_asleep;
};

/* What the measuring itself needs is in memory from here on, and the clock runs. */
void sleepers_init(struct sleepers *self, size_t count);

/* Called by a sleeper, right before it sleeps `*seconds`. Returns how it is known. */
uint32_t sleeper_begins(struct sleepers *self, double *seconds);

/* Called by a sleeper as soon as it runs again. */
void sleeper_wakes(struct sleepers *self, uint32_t sleeper);

/* Called when all are asleep. Gives up if that was so late that some are awake again. */
void sleepers_all_asleep(struct sleepers *self);

/* Called when all have ended. Prints everything, and frees what sleepers_init() took. */
void sleepers_report(struct sleepers *self);

#endif
