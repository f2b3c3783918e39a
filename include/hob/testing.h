/*
 * hob/testing.h: for tests that link the object library hob_virtual_time.
 */
#ifndef HOB_TESTING_H
#define HOB_TESTING_H

#ifdef __cplusplus
extern "C" {
#endif

/* Seconds of virtual time that have passed since the program began. May be called anywhere. */
double hob_virtual_elapsed(void);

#ifdef __cplusplus
}
#endif

#endif
