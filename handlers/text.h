/* Text that grows while it is written, with the means of stdio. */
#ifndef HOB_HANDLERS_TEXT_H
#define HOB_HANDLERS_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct text {
    FILE *out;
    char *bytes; /* once it is ended, with a NUL behind it */
    size_t size;
};

/* Returns 0 or -ENOMEM, and then there is nothing to free. */
int text_begin(struct text *self);

/* No more is written. Returns 0, or -ENOMEM if something is missing. Free it in either case. */
int text_end(struct text *self);

void text_free(struct text *self);

#endif
