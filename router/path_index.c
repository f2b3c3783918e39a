#include "path_index.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a. A client cannot cause collisions, since the table has only paths of the program. */
static size_t hash(const char *path)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 0x100000001b3;
    return (size_t)(hash ^ hash >> 32);
}

/* Returns the slot with the path, or the free slot for it. */
static struct range *slot_of(const struct path_index *self, const char *path)
{
    size_t at = hash(path) & self->mask;
    while (self->slots[at].first && strcmp((*self->slots[at].first)->path, path) != 0)
        at = (at + 1) & self->mask;
    return &self->slots[at];
}

int path_index_init(struct path_index *self, struct route *const *routes, size_t count)
{
    size_t size = 2;
    while (size < 2 * count) /* so that at least half of them are free */
        size *= 2;
    self->slots = calloc(size, sizeof(self->slots[0]));
    if (!self->slots)
        return -ENOMEM;
    self->mask = size - 1;
    for (size_t i = 0; i < count; i++) {
        if (!routes[i]->path)
            continue;
        struct range *slot = slot_of(self, routes[i]->path);
        if (!slot->first)
            slot->first = &routes[i];
        slot->end = &routes[i] + 1;
    }
    return 0;
}

void path_index_free(struct path_index *self)
{
    free(self->slots);
    *self = (struct path_index){0};
}

struct range path_index_find(const struct path_index *self, const char *path)
{
    return *slot_of(self, path);
}
