/* bell.h: wakes everyone who waits for it. */
#ifndef BELL_H
#define BELL_H

#include <hob/runtime.h>

struct bell {
    struct listener *listeners; /* all zero is a bell that nobody waits for */
};

/*
 * Waits until the bell rings, or `end` is ready, which is consumed. Returns 1 if it has rung, 0 if
 * the other was first, -ENOMEM, -ECANCELED or -ETIMEDOUT.
 */
int bell_wait(struct bell *self, hob_future *end);

/* Never waits. Who waits has not run yet when it returns. */
void bell_ring(struct bell *self);

#endif
