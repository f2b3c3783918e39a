#include "asan.h"

#include <pthread.h>

void lsan_watch_frames(struct lsan_region *self)
{
    pthread_attr_t thread;
    void *bottom;
    size_t size;
    *self = (struct lsan_region){.start = __builtin_frame_address(0)};
    if (!lsan_is_there() || pthread_getattr_np(pthread_self(), &thread) != 0)
        return;
    if (pthread_attr_getstack(&thread, &bottom, &size) == 0) {
        self->size = (size_t)((char *)bottom + size - self->start);
        lsan_register(self->start, self->size);
    }
    pthread_attr_destroy(&thread);
}

void lsan_unwatch_frames(const struct lsan_region *self)
{
    if (self->size > 0)
        lsan_unregister(self->start, self->size);
}
