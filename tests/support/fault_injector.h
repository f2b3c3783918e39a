/*
 * Makes a call of hob's own code fail, the N-th that is made from now on: each allocation, and each
 * system call that the manual allows to fail, in any way that it allows. The program is linked so
 * that these calls come here first (see fault_program() in CMake); libraries that are shared, such
 * as libev, are left alone.
 *
 *     for (struct fault fault = FIRST_FAULT; faults_next(&fault);) {
 *         faults_arm(&fault);
 *         ...ask the server for something...
 *         faults_disarm(&fault);
 *         ...ask again: it is to be answered now...
 *     }
 *
 * The calls are those of another process, a child, so the plan lies in memory that both share.
 */
#ifndef HOB_TESTS_SUPPORT_FAULT_INJECTOR_H
#define HOB_TESTS_SUPPORT_FAULT_INJECTOR_H

#include <stdbool.h>
#include <stddef.h>

struct fault {
    bool lasting;     /* there is no memory from that call on; no other call fails, or counts */
    size_t call;      /* which call is to fail, the first one being 1 */
    size_t way;       /* which of the ways that this call can fail in */
    bool injected;    /* once disarmed: there was such a call */
    size_t ways;      /* ... and it has so many ways to fail */
    size_t misses;    /* calls in a row that were not made */
    const char *name; /* ... and this is its name */
    int error;        /* ... and it failed with this errno, or with a short count if negative */
};

#define FIRST_FAULT        ((struct fault){0})
#define FIRST_MEMORY_FAULT ((struct fault){.lasting = true})

/* Before the child is made. */
void faults_prepare(void);

/* In the child: its calls are meant. */
void faults_are_mine(void);

/*
 * Goes on to the next way, or the next call. False when there are no more calls: the last few were
 * not made. One alone says little, since their number depends on when what arrives.
 */
bool faults_next(struct fault *self);

void faults_arm(const struct fault *self);
void faults_disarm(struct fault *self);

#endif
