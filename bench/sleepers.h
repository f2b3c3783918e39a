/*
 * Measures many simultaneous sleepers: the time to make them and let them fall asleep, their
 * memory, the time to wake and end them, and whether they wake in the order of their deadlines,
 * which are 1 us apart and in random order.
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
    double first_deadline; /* set it before the first one begins */

    /* The number of a sleeper is how many began to sleep before it. For each one: */
    uint32_t *rank; /* the number of earlier deadlines */
    double *began;  /* when it began to sleep; the last one is when all had begun */

    uint32_t *woken; /* the sleepers in the order in which they woke */
    atomic_size_t asleep;
    atomic_size_t awake;

    double cpu_before; /* making began */
    double cpu_asleep; /* all were asleep */
    size_t memory_before;
    size_t memory_asleep;
};

/* Allocates the memory of the measurement, and starts the clock. */
void sleepers_init(struct sleepers *self, size_t count);

/* Called by a sleeper, right before it sleeps for `*seconds`. Returns its number. */
uint32_t sleeper_begins(struct sleepers *self, double *seconds);

/* Called by a sleeper as soon as it runs again. */
void sleeper_wakes(struct sleepers *self, uint32_t sleeper);

/* Called when all are asleep. Fails if some are awake again by then. */
void sleepers_all_asleep(struct sleepers *self);

/* Called when all have ended. Prints the results, and frees the memory of sleepers_init(). */
void sleepers_report(struct sleepers *self);

#endif
