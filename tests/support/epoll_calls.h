/*
 * epoll_ctl(2) of the program that links this, which libev calls: counted, and made to fail.
 */
#ifndef HOB_TESTS_SUPPORT_EPOLL_CALLS_H
#define HOB_TESTS_SUPPORT_EPOLL_CALLS_H

#include <stdbool.h>
#include <stddef.h>

/* How many calls there have been. */
size_t epoll_calls(void);

/* The kernel has no memory, or fs.epoll.max_user_watches is reached: no descriptor can be added. */
void epoll_set_full(bool full);

#endif
