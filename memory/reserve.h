/*
 * Memory for libev. libev ends the process when one of its arrays cannot grow, and has no function
 * that checks this before. So its memory comes from here, where some is kept in reserve. Once libev
 * has used some of the reserve, calls that would start more watchers return an error, until the
 * reserve is full again.
 */
#ifndef HOB_MEMORY_RESERVE_H
#define HOB_MEMORY_RESERVE_H

#include <stdbool.h>

/* Makes libev use the reserve from now on, in all loops of the process. */
void reserve_use(void);
void reserve_release(void);

/*
 * Refills the reserve if some of it was used. Returns whether it is full now. Called before a call
 * makes something that may start a watcher: a stack, a connection, a timer. Cheap while the reserve
 * is full.
 */
bool reserve_refill(void);

#endif
