#include "text.h"

#include <errno.h>
#include <stdlib.h>

int text_begin(struct text *self)
{
    *self = (struct text){0};
    self->out = open_memstream(&self->bytes, &self->size);
    return self->out ? 0 : -ENOMEM;
}

int text_end(struct text *self)
{
    int failed = ferror(self->out);
    if (fclose(self->out) != 0)
        failed = 1;
    self->out = NULL;
    return failed ? -ENOMEM : 0;
}

void text_free(struct text *self)
{
    if (self->out)
        fclose(self->out);
    free(self->bytes);
}
