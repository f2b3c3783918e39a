/*
 * Functions that the clients in C share. Each is started as
 *
 *     fetch-PEER URL requests COUNT   fetches in COUNT loops at the same time, for a while
 *     fetch-PEER URL waiting COUNT    begins COUNT fetches that are not answered, and waits until
 *                                     memory no longer changes
 *
 * and prints lines "name value unit", as bench/measure.h describes.
 */
#ifndef HOB_BENCH_CLIENT_FETCH_H
#define HOB_BENCH_CLIENT_FETCH_H

#include <stddef.h>
#include <stdint.h>

#define WARM_UP_SECONDS (0.5)
#define RUN_SECONDS     (3.0)

/* Resident memory of this process, in KiB. */
double resident_kib(void);

/*
 * The same when it no longer changes: when all fetches wait, and the memory that connecting took is
 * given back. That is after at most a minute. `pass` lets the client work for this many seconds.
 */
double settled_kib(void (*pass)(void *arg, double seconds), void *arg);

/* Prints the rate and the processor time of requests that took so long. */
void print_requests(uint64_t count, double wall, double cpu);

/* Prints the memory that each of `count` fetches takes. */
void print_waiting(size_t count, double kib);

#endif
