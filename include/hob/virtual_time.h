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

/* Seconds of virtual time that have passed since the program began. */
double hob_virtual_elapsed(void);

/*
 * Real peers. Virtual time does not know that a peer at the other end of a descriptor is about to
 * answer: a deadline of two seconds passes at once. With `real` set, time stands still as long as a
 * coroutine waits for a descriptor (hob_readable(), hob_read() and the like), so that the peer has
 * all the real time that it needs. Deadlines and timers do not pass meanwhile, so bound the test in
 * real time. It is for all loops, and off at first.
 */
void hob_virtual_peers(bool real);

/* Functions for a replacement of the clock; they work without virtual time as well. */

/* Whether this thread is inside hob_block_on(). */
bool hob_in_loop(void);

/*
 * How many functions of hob_offload() and hob_read_file() this thread's loop waits for. 0 outside
 * of a loop.
 */
size_t hob_offload_unfinished(void);

/* Whether a timer, a sleep or a deadline of this thread's loop is still to come. */
bool hob_timers_pending(void);

/* Whether a coroutine of this thread's loop waits for a descriptor. */
bool hob_descriptors_awaited(void);

#ifdef __cplusplus
}
#endif

#endif
