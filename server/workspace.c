#include "workspace.h"

#include <stdlib.h>

struct workspace *workspace_new(size_t head_size)
{
    struct workspace *self = calloc(1, sizeof(struct workspace) + head_size);
    if (!self)
        return NULL;
    self->head_size = head_size;
    if (workspace_ensure_spare(self))
        return self;
    free(self);
    return NULL;
}

void workspace_free(struct workspace *self)
{
    if (!self)
        return;
    buffer_free(&self->out);
    free(self->spare_head);
    free(self);
}

bool workspace_make_spare(struct workspace *self)
{
    self->spare_head = malloc(2 * self->head_size);
    return self->spare_head;
}

char *workspace_keep_head(struct workspace *self, size_t size)
{
    char *memory = malloc(size);
    if (memory)
        return memory;
    memory = self->spare_head;
    self->spare_head = NULL;
    return memory;
}
