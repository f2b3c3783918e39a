/*
 * Memory that libev can count on. It ends the process when an array of its cannot grow, and offers
 * no way to find out before. So its memory comes from here, and here some is kept in reserve: when
 * there is no other, libev gets that. From then on all that would start more watchers is refused,
 * where an error can be returned, until the reserve is whole again.
 */
#ifndef HOB_RUNTIME_RESERVE_H
#define HOB_RUNTIME_RESERVE_H

#include <stdbool.h>

/*
 * Has libev use the reserve, for all loops of the process, until the last call was released: behind
 * that, a program may unload this library (dlclose(3)) and go on to use libev.
 */
void reserve_use(void);
void reserve_release(void);

/*
 * Whether the reserve is whole, after an attempt to make it so. To be asked before each thing that
 * may start a watcher is made: a stack, a connection, a timer. Cheap while it is whole.
 */
bool reserve_is_whole(void);

#endif
