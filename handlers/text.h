/* Text in memory that grows while stdio writes it. */
#ifndef HOB_HANDLERS_TEXT_H
#define HOB_HANDLERS_TEXT_H

#include <stddef.h>
#include <stdio.h>

struct text {
    FILE *out;
    char *bytes; /* after text_end(), followed by a NUL */
    size_t size;
};

/* Returns 0, or -ENOMEM; there is nothing to free then. */
int text_begin(struct text *self);

/* Ends the text. Returns 0, or -ENOMEM if a part is missing. Free it in either case. */
int text_end(struct text *self);

void text_free(struct text *self);

#endif
