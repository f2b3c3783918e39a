/*
 * Pages of text that processes show each other: one writes a page, all can read it. They are made
 * before the processes are forked and outlive each of them, so that what a process has shown last
 * can be read when it has died.
 */
#ifndef HOB_OBSERVE_SHARED_PAGES_H
#define HOB_OBSERVE_SHARED_PAGES_H

#include <stddef.h>

struct shared_pages;

enum { SHARED_PAGE_SIZE = 256 * 1024 }; /* bytes of a page, at most */

/*
 * So many pages, empty at first, for this process and those that it forks from now on. A page takes
 * memory as it is written. NULL if there is no memory.
 */
struct shared_pages *shared_pages_new(size_t count);

/* For this process alone. NULL is ignored. */
void shared_pages_free(struct shared_pages *self);

/*
 * Replaces a page, which only one process may do at a time. Waits for nobody. Returns 0, or
 * -EMSGSIZE and leaves the page as it was if the text is too long.
 */
int shared_pages_write(struct shared_pages *self, size_t index, const char *text, size_t size);

/* A copy of a page, ended by NUL; the caller's to free. NULL when out of memory. */
char *shared_pages_read(const struct shared_pages *self, size_t index);

#endif
