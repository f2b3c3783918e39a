/*
 * Functions for the programs that script/bench compares. Each measures the same costs, and prints a
 * line "name value unit" for each. bench/runtime.rows explains the names.
 */
#ifndef HOB_BENCH_MEASURE_H
#define HOB_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* The size of all stacks, which is that of hob's. */
#define STACK_SIZE ((size_t)(64 * 1024))

/* The number of tasks where a name ends in -1000. */
#define CROWD ((size_t)1000)

/* timer-await: the number of tasks, and of naps of each. */
#define NAPPERS ((size_t)20000)
#define NAPS    ((size_t)15)

struct measure {
    const char *name;
    void (*run)(void); /* prints the result */
};

/* Runs the measures that the arguments name and that exist; without arguments, all. */
int measure_main(int argc, char **argv, const struct measure *measures, size_t count);

/* Ends the program after a failure, since no result would be valid. */
_Noreturn void give_up(const char *why);

/*
 * Seconds of processor time that this process has used, in all its threads and in the kernel. In
 * a program that never sleeps this is its duration without that of other programs.
 */
double cpu_now(void);

/* Seconds on the monotonic clock. */
double wall_now(void);

/*
 * The memory of this process: its resident pages (VmRSS) and the page tables that map them (VmPTE).
 * Other memory of the kernel is not counted, so threads appear cheaper than they are.
 */
size_t memory_now(void);

void print_value(const char *name, double value, const char *unit);

/* Prints the nanoseconds of each of `count` operations. */
void print_each(const char *name, double seconds, size_t count);

/* Returns the same numbers in every program and every run. The first state is not 0. */
uint32_t next_random(uint32_t *state);

/* Returns 1 to 80 ms: 20,000 tasks take half a million naps a second. */
double next_nap(uint32_t *state);

#endif
