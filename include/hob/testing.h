/*
 * hob/testing.h: for tests in virtual time, which link testing/virtual_time.c: hob::virtual_time in
 * CMake, hob-virtual-time in pkg-config. All functions may be called anywhere, on any thread.
 */
#ifndef HOB_TESTING_H
#define HOB_TESTING_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds of virtual time that have passed since the program began. */
double hob_virtual_elapsed(void);

/*
 * What a replacement of the clock asks the runtime; these two work without virtual time as well.
 */

/* Whether this thread is inside hob_block_on(). */
bool hob_in_loop(void);

/*
 * How many functions of hob_offload() and hob_read_file() this thread's loop waits for. 0 outside
 * of a loop.
 */
size_t hob_offload_unfinished(void);

#ifdef __cplusplus
}
#endif

#endif
