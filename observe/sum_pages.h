/*
 * The metrics of several processes as those of one: pages in the formats of Prometheus, added up
 * series by series.
 */
#ifndef HOB_OBSERVE_SUM_PAGES_H
#define HOB_OBSERVE_SUM_PAGES_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes a page on which each series has the sum of the values on the given ones, which must all
 * be of the same format, without timestamps or exemplars. Metrics come in the order in which they
 * are met, and a series behind the one it stands behind on its page. Gauges are added up too, so
 * that connections are those of all processes; but of infos the first is told, and of start times
 * ("_start_time_seconds") the least.
 *
 * Returns 0, or -ENOMEM and has written nothing.
 */
int sum_pages(const char *const *pages, size_t count, FILE *out);

/*
 * Writes what is left of a page when its process has ended: what it has counted, in counters and
 * histograms. Added to the page of the one that takes its place, it keeps the sums from going down.
 */
void keep_counters(const char *page, FILE *out);

#endif
