/*
 * The metrics of several processes as those of one server: each process publishes its records from
 * time to time, and the process that is asked for them reads those of all others.
 *
 * The numbers that a process has published are kept when it dies, so that counters never go down:
 * not even between two answers, since a process publishes its numbers before it answers.
 */
#ifndef HOB_OBSERVE_SHARED_METRICS_H
#define HOB_OBSERVE_SHARED_METRICS_H

#include "exposition.h"

/*
 * Makes this process the one with this number, from 0 on, and keeps the counters and histograms
 * that were published under that number before. Returns 0 or -ENOMEM.
 */
int shared_metrics_join(hob_metrics_group *self, size_t process);

/*
 * Appends the numbers that were kept to this process's records, and publishes both in place of what
 * was published before. Returns 0, -ENOMEM, or -EMSGSIZE if they take more than SHARED_PAGE_SIZE.
 */
int shared_metrics_publish(hob_metrics_group *self, hob_exposition *own);

/*
 * Appends what the other processes have published. Awaits between two of them. Returns 0, -ENOMEM,
 * or as hob_sleep().
 */
int shared_metrics_read_others(const hob_metrics_group *self, hob_exposition *out);

/* How often a process of the group could not publish its records because they take too much. */
uint64_t shared_metrics_unpublished(const hob_metrics_group *self);

#endif
