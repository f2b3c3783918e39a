/*
 * Pages of records in memory that processes share: one process writes a page, all can read it. They
 * are made before the processes are forked and outlive each of them, so that what a process has
 * written last can be read when it has died.
 */
#ifndef HOB_OBSERVE_SHARED_PAGES_H
#define HOB_OBSERVE_SHARED_PAGES_H

#include "exposition.h"

struct shared_pages;

/* Bytes of a page, at most. The metrics of 2,000 routes take a quarter of that. */
enum { SHARED_PAGE_SIZE = 4 * 1024 * 1024 };

/*
 * So many pages, empty at first, for this process and those that it forks from now on. A page takes
 * memory as it is written. NULL if there is no memory.
 */
struct shared_pages *shared_pages_new(size_t count);

/* For this process alone. NULL is ignored. */
void shared_pages_free(struct shared_pages *self);

/*
 * Replaces a page, which only one process may do at a time. Does not wait. Returns 0, or -EMSGSIZE
 * and leaves the page as it was if the records take more than that.
 */
int shared_pages_write(struct shared_pages *self, size_t index, const hob_exposition *records);

/* How often records of any process were too large. */
uint64_t shared_pages_refused(const struct shared_pages *self);

/* Appends the records of a page. */
void shared_pages_read(const struct shared_pages *self, size_t index, hob_exposition *out);

#endif
