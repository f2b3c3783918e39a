/*
 * What the programs that script/bench compares share. Each measures the same things in its own way
 * and prints one line for each: "name value unit". bench/runtime.rows says what the names mean.
 */
#ifndef HOB_BENCH_MEASURE_H
#define HOB_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* The stack of everything that is given one here: as large as those of hob. */
#define STACK_SIZE ((size_t)(64 * 1024))

/* How many are made, or take turns, where a name ends in -1000. */
#define CROWD ((size_t)1000)

/* timer-await: so many tasks, each with so many naps. */
#define NAPPERS ((size_t)20000)
#define NAPS    ((size_t)15)

struct measure {
    const char *name;
    void (*run)(void); /* prints what it found */
};

/* Runs the measures that the arguments name, those of them that there are; without any, all. */
int measure_main(int argc, char **argv, const struct measure *measures, size_t count);

/* Ends the program: nothing was measured that could be believed. */
_Noreturn void give_up(const char *why);

/*
 * Seconds of processor time that this process has used, in all its threads and in the kernel. In
 * a program that never sleeps this is the time it takes, but without what other programs take.
 */
double cpu_now(void);

/* Seconds on the monotonic clock. */
double wall_now(void);

/*
 * What this process occupies: its resident pages (VmRSS) and the page tables that map them (VmPTE).
 * What else the kernel holds for it does not count, so that threads look better than they are.
 */
size_t memory_now(void);

void print_value(const char *name, double value, const char *unit);

/* Prints what each of `count` things took, in nanoseconds. */
void print_each(const char *name, double seconds, size_t count);

/* The same numbers in every program and every run. Start with any state but 0. */
uint32_t next_random(uint32_t *state);

/* Between 1 and 80 ms: 20,000 nappers want half a million naps a second. */
double next_nap(uint32_t *state);

#endif
