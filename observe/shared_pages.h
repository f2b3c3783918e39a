/*
 * Pages of records in memory that processes share: one process writes a page, all can read it. The
 * memory is allocated before the processes are forked, so that a page can be read after the process
 * that has written it has died.
 */
#ifndef HOB_OBSERVE_SHARED_PAGES_H
#define HOB_OBSERVE_SHARED_PAGES_H

#include "exposition.h"

struct shared_pages;

/* The maximum size of a page in bytes. The metrics of 2,000 routes take a quarter of it. */
enum { SHARED_PAGE_SIZE = 4 * 1024 * 1024 };

/*
 * Returns `count` empty pages, for this process and those that it forks later, or NULL when out of
 * memory. A page takes memory as it is written.
 */
struct shared_pages *shared_pages_new(size_t count);

/* Unmaps the pages of this process only. NULL is ignored. */
void shared_pages_free(struct shared_pages *self);

/*
 * Replaces a page, which only one process may do at a time. Does not wait. Returns 0, or -EMSGSIZE
 * if the records are too large; the page stays as it was then.
 */
int shared_pages_write(struct shared_pages *self, size_t index, const hob_exposition *records);

/* How often records of any process were too large for a page. */
uint64_t shared_pages_refused(const struct shared_pages *self);

/* Appends the records of a page. */
void shared_pages_read(const struct shared_pages *self, size_t index, hob_exposition *out);

#endif
