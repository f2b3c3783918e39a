/*
 * hob/virtual_time.h: tests in virtual time link testing/virtual_time.c, which is hob::virtual_time
 * in CMake and hob-virtual-time in pkg-config. All functions may be called anywhere, on any thread.
 */
#ifndef HOB_VIRTUAL_TIME_H
#define HOB_VIRTUAL_TIME_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns the seconds of virtual time since the program began. */
double hob_virtual_elapsed(void);

/*
 * Sets whether peers are real. Virtual time does not wait for a peer at the other end of a
 * descriptor: a deadline of two seconds passes at once. With `real` set, virtual time stands still
 * while a coroutine waits for a descriptor (hob_readable(), hob_read() and the like), so the peer
 * has as much real time as it needs. Deadlines and timers do not pass meanwhile, so limit the real
 * time of the test. It applies to all loops, and is off by default.
 */
void hob_virtual_peers(bool real);

/* Functions for a replacement of the clock; they work without virtual time as well. */

/* Returns whether this thread is inside hob_block_on(). */
bool hob_in_loop(void);

/*
 * Returns how many functions of hob_offload() and hob_read_file() this thread's loop waits for. 0
 * outside of a loop.
 */
size_t hob_offload_unfinished(void);

/* Returns whether a timer, a sleep or a deadline of this thread's loop is pending. */
bool hob_timers_pending(void);

/* Returns whether a coroutine of this thread's loop waits for a descriptor. */
bool hob_descriptors_awaited(void);

#ifdef __cplusplus
}
#endif

#endif
