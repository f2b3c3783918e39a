/*
 * The metrics of several workers as those of one server, whichever of them is asked: each one
 * publishes its page from time to time, and the one that is asked adds them all up.
 *
 *     hob_metrics_group_new(workers)               before the workers are forked
 *     shared_metrics_join(shared, worker)          in each of them
 *     shared_metrics_publish(shared, format, page) once a second, say, and before telling
 *     shared_metrics_tell(shared, format, out)     when asked
 *
 * What a worker has counted is kept when it dies, but for what it did not publish. So counters
 * never go down: not even between two answers, since who tells a number has published it.
 */
#ifndef HOB_OBSERVE_SHARED_METRICS_H
#define HOB_OBSERVE_SHARED_METRICS_H

#include <stddef.h>
#include <stdio.h>

#include "hob/metrics.h"

/* Pages of one format are added to pages of the same: see sum_pages.h. */
enum metrics_format { METRICS_PROMETHEUS, METRICS_OPEN_METRICS, METRICS_FORMATS };

/*
 * From now on this process is the worker of this number, from 0 on, and what was counted under that
 * number before is added to what it publishes. Returns 0 or -ENOMEM.
 */
int shared_metrics_join(hob_metrics_group *self, size_t worker);

/* Replaces this worker's page. Returns 0, -ENOMEM, or -EMSGSIZE if it is too long. */
int shared_metrics_publish(hob_metrics_group *self, enum metrics_format format, const char *page);

/* Writes the sum of all workers' pages. Returns 0, or -ENOMEM and has written nothing. */
int shared_metrics_tell(const hob_metrics_group *self, enum metrics_format format, FILE *out);

#endif
