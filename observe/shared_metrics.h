/*
 * Shares the metrics of several processes of one server. Each process publishes its records once a
 * second; the process that replies to a request for metrics reads the records of all others.
 *
 * The numbers that a process has published are kept when it dies, and a process publishes its
 * numbers before it replies. So counters never decrease, not even between two replies.
 */
#ifndef HOB_OBSERVE_SHARED_METRICS_H
#define HOB_OBSERVE_SHARED_METRICS_H

#include "exposition.h"

/*
 * Gives this process its number, from 0 on, and keeps the counters and histograms that an earlier
 * process has published with that number. Returns 0 or -ENOMEM.
 */
int shared_metrics_join(hob_metrics_group *self, size_t process);

/*
 * Appends the kept numbers to this process's records, and replaces what it has published by both.
 * Returns 0, -ENOMEM, or -EMSGSIZE if they are larger than SHARED_PAGE_SIZE.
 */
int shared_metrics_publish(hob_metrics_group *self, hob_exposition *own);

/*
 * Appends what the other processes have published. Yields to other coroutines between two of them.
 * Returns 0, -ENOMEM, or as hob_sleep().
 */
int shared_metrics_read_others(const hob_metrics_group *self, hob_exposition *out);

/* How often a process of the group could not publish its records, since they were too large. */
uint64_t shared_metrics_unpublished(const hob_metrics_group *self);

#endif
