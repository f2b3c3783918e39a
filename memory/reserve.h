/*
 * Memory for libev. libev ends the process when one of its arrays cannot grow, and offers no way to
 * find out before. So its memory comes from here, where some is kept in reserve. Once libev has
 * used of the reserve, calls that would start more watchers return an error, until the reserve is
 * whole again.
 */
#ifndef HOB_MEMORY_RESERVE_H
#define HOB_MEMORY_RESERVE_H

#include <stdbool.h>

/* Makes libev use the reserve from now on, in all loops of the process. */
void reserve_use(void);
void reserve_release(void);

/*
 * Refills the reserve if some of it was used, and returns whether it is whole now. Called before
 * anything that may start a watcher is made: a stack, a connection, a timer. Cheap while the
 * reserve is whole.
 */
bool reserve_is_whole(void);

#endif
