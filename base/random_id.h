/* Random ids in hexadecimal. */
#ifndef HOB_BASE_RANDOM_ID_H
#define HOB_BASE_RANDOM_ID_H

#include <stddef.h>

enum {
    RANDOM_ID_BYTES = 16,                     /* of an id */
    RANDOM_ID_SIZE = 2 * RANDOM_ID_BYTES + 1, /* in hexadecimal, and a NUL */
    RANDOM_ID_BLOCK = 256,                    /* bytes: getrandom(2) returns so many in one call */
};

/* Random bytes for the next ids, since a system call for each would cost more than the rest. */
struct random_ids {
    unsigned char random[RANDOM_ID_BLOCK];
    size_t left; /* bytes at the end that were not used */
};

/* Makes an id. Returns 0, or a negative errno of getrandom(2). */
int random_id_make(struct random_ids *self, char id[static RANDOM_ID_SIZE]);

#endif
