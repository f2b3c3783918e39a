/* Processor time and memory of a server, from /proc. */
#ifndef HOB_BENCH_USAGE_H
#define HOB_BENCH_USAGE_H

#include <stddef.h>

struct usage {
    double wall;  /* seconds on the monotonic clock */
    double cpu;   /* seconds of processor time of all threads, to the nanosecond (schedstat) */
    double ticks; /* the same, less exact (stat) */
    double user;  /* the part of it in user space */
};

struct usage usage_of(const char *pid);

/*
 * Prints NAME-cpu, NAME-user and NAME-system in microseconds for each of `count` requests, and
 * NAME-busy, the part of the time in which the server ran, in percent.
 */
void usage_print(
    const char *name, const struct usage *before, const struct usage *after, size_t count);

/* Returns the resident pages (Rss in smaps_rollup), including shared ones, in KiB. */
double resident(const char *pid);

/* Prints a line "NAME-FIGURE value unit". */
void print_figure(const char *name, const char *figure, double value, const char *unit);

#endif
