#include "workspace.h"

#include <stdlib.h>

struct workspace *workspace_new(size_t head_limit)
{
    return calloc(1, sizeof(struct workspace) + head_limit);
}

void workspace_free(struct workspace *self)
{
    if (self)
        buffer_free(&self->out);
    free(self);
}
