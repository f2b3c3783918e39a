/* What a server uses, as the system tells it in /proc. */
#ifndef HOB_BENCH_USAGE_H
#define HOB_BENCH_USAGE_H

#include <stddef.h>

struct usage {
    double wall;  /* seconds on the clock */
    double cpu;   /* seconds of processor time of all threads, to the nanosecond (schedstat) */
    double ticks; /* the same, more coarsely (stat) ... */
    double user;  /* ... and what of it was not spent in the kernel */
};

struct usage usage_of(const char *pid);

/*
 * Prints NAME-cpu, NAME-user and NAME-system in microseconds for each of `count` requests, and
 * NAME-busy, the part of the time in which the server had work, in percent.
 */
void usage_print(
    const char *name, const struct usage *before, const struct usage *after, size_t count);

/* The resident pages (Rss in smaps_rollup), shared ones included, in KiB. */
double resident(const char *pid);

/* Prints a line "NAME-FIGURE value unit". */
void print_figure(const char *name, const char *figure, double value, const char *unit);

#endif
