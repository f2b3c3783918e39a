/*
 * How long the supervisor waits before it replaces a worker that has died. One that has lived for a
 * while died of something that need not come again, and is replaced at once. If one after the other
 * dies young, something is wrong with all of them:
 *
 *     dies young for the   1st   2nd   3rd   4th   5th   6th   7th   8th time in a row
 *     replaced after       0 s   0.1   0.2   0.4   0.8   1.6   3.2   never
 */
#ifndef HOB_PROGRAM_BACKOFF_H
#define HOB_PROGRAM_BACKOFF_H

#include <stddef.h>

enum {
    DIES_YOUNG = 5,         /* seconds; who has lived for as long does not */
    EARLY_DEATHS_LIMIT = 8, /* in a row */
};

/*
 * Returns the seconds to wait, or a negative number to give up. *early_deaths, which begins as 0,
 * counts the deaths in a row; `lived` are the seconds of the last life.
 */
double backoff_after_death(size_t *early_deaths, double lived);

#endif
