/*
 * How long the supervisor waits before it replaces a worker that has died. A worker that has lived
 * for a while is replaced at once, since the cause may not occur again. Early deaths in a row mean
 * that all workers have the same problem:
 *
 *     the early death in a row   1st   2nd   3rd   4th   5th   6th   7th   8th
 *     is followed after          0 s   0.1   0.2   0.4   0.8   1.6   3.2   never
 */
#ifndef HOB_PROGRAM_BACKOFF_H
#define HOB_PROGRAM_BACKOFF_H

#include <stddef.h>

enum {
    EARLY_DEATH = 5,        /* a worker that has lived for fewer seconds has died early */
    EARLY_DEATHS_LIMIT = 8, /* in a row */
};

/*
 * Returns the seconds to wait, or a negative number to give up. *early_deaths counts the early
 * deaths in a row and is 0 at first; `lived` is how many seconds the worker has lived.
 */
double backoff_after_death(size_t *early_deaths, double lived);

#endif
