#include "bench/sleepers.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"

#define SPACING 1e-6 /* seconds between two deadlines */

/* Writes zeros, since the kernel backs memory of calloc() only when it is written. */
static void *take_zeroed(size_t count, size_t size)
{
    void *memory = malloc(count * size);
    if (!memory)
        give_up("out of memory");
    return memset(memory, 0, count * size);
}

/* Fisher and Yates. */
static void fill_shuffled(uint32_t *numbers, size_t count)
{
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        size_t other = next_random(&state) % (i + 1);
        numbers[i] = numbers[other];
        numbers[other] = (uint32_t)i;
    }
}

void sleepers_init(struct sleepers *self, size_t count)
{
    *self = (struct sleepers){
        .count = count,
        .rank = take_zeroed(count, sizeof(*self->rank)),
        .began = take_zeroed(count + 1, sizeof(*self->began)),
        .woken = take_zeroed(count, sizeof(*self->woken)),
    };
    fill_shuffled(self->rank, count);
    self->memory_before = memory_now();
    self->cpu_before = cpu_now();
}

static double deadline_of(const struct sleepers *self, uint32_t sleeper)
{
    return self->first_deadline + (double)self->rank[sleeper] * SPACING;
}

uint32_t sleeper_begins(struct sleepers *self, double *seconds)
{
    uint32_t sleeper = (uint32_t)atomic_fetch_add(&self->asleep, 1);
    self->began[sleeper] = wall_now();
    *seconds = deadline_of(self, sleeper) - self->began[sleeper];
    return sleeper;
}

void sleeper_wakes(struct sleepers *self, uint32_t sleeper)
{
    self->woken[atomic_fetch_add(&self->awake, 1)] = sleeper;
}

void sleepers_all_asleep(struct sleepers *self)
{
    self->began[self->count] = wall_now();
    self->memory_asleep = memory_now();
    self->cpu_asleep = cpu_now();
    if (self->asleep != self->count || wall_now() >= self->first_deadline)
        give_up("not all were asleep before the first deadline: the machine is too busy");
}

/*
 * Counts the sleepers that were woken after one with a later deadline; each of them becomes the new
 * reference.
 *
 * A runtime that sleeps for a duration reads the clock itself, after the sleeper and before the
 * next one. A deadline may be that much later than planned, and an order that this explains is
 * correct.
 */
static size_t count_misordered(const struct sleepers *self)
{
    double latest = 0;
    size_t misordered = 0;
    for (size_t i = 0; i < self->count; i++) {
        uint32_t sleeper = self->woken[i];
        double deadline = deadline_of(self, sleeper);
        double slack = self->began[sleeper + 1] - self->began[sleeper];
        bool in_order = deadline + slack >= latest;
        misordered += !in_order;
        if (deadline > latest || !in_order)
            latest = deadline;
    }
    return misordered;
}

void sleepers_report(struct sleepers *self)
{
    double cpu_after = cpu_now();
    if (self->awake != self->count)
        give_up("not all sleepers woke up");
    double occupied = (double)(self->memory_asleep - self->memory_before);
    print_value("sleepers", (double)self->count, "");
    print_each("sleepers-start", self->cpu_asleep - self->cpu_before, self->count);
    print_each("sleepers-end", cpu_after - self->cpu_asleep, self->count);
    print_value("sleepers-misordered", (double)count_misordered(self), "");
    print_value("sleepers-memory", occupied / (double)self->count, "bytes");
    print_value("sleepers-memory-all", (double)self->memory_asleep / (1 << 30), "GiB");
    free(self->rank);
    free(self->began);
    free(self->woken);
}
