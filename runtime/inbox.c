#include "inbox.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void on_arrival(struct ev_loop *ev, ev_async *watcher, int events)
{
    struct inbox *self = watcher->data;
    struct list done;
    (void)ev;
    (void)events;
    list_init(&done);
    pthread_mutex_lock(&self->lock);
    while (!list_empty(&self->done)) {
        struct list *link = self->done.next;
        list_remove(link);
        list_append(&done, link);
    }
    pthread_mutex_unlock(&self->lock);

    while (!list_empty(&done)) {
        struct job *job = list_entry(done.next, struct job, link);
        list_remove(&job->link);
        inbox_forget(self);
        future_complete(&job->future, job->result);
    }
}

/*
 * libev makes the descriptor that async and signal watchers share when the first of them starts,
 * and has no way to say that there is none left.
 */
static int expect_descriptor(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

struct inbox *inbox_new(struct ev_loop *ev, int *err)
{
    *err = expect_descriptor();
    if (*err < 0)
        return NULL;
    struct inbox *self = calloc(1, sizeof(*self));
    if (!self) {
        *err = -ENOMEM;
        return NULL;
    }
    self->ev = ev;
    pthread_mutex_init(&self->lock, NULL);
    list_init(&self->done);
    ev_async_init(&self->arrived, on_arrival);
    self->arrived.data = self;
    ev_async_start(ev, &self->arrived);
    ev_unref(ev); /* see inbox_expect() */
    return self;
}

void inbox_close(struct inbox *self)
{
    ev_ref(self->ev);
    ev_async_stop(self->ev, &self->arrived);
    pthread_mutex_lock(&self->lock);
    self->closed = true;
    pthread_mutex_unlock(&self->lock);
    if (self->unfinished > 0)
        return;
    pthread_mutex_destroy(&self->lock);
    free(self);
}

/* The loop has a reason to wait as long as there are unfinished jobs, and only then. */
void inbox_expect(struct inbox *self)
{
    if (self->unfinished++ == 0)
        ev_ref(self->ev);
}

void inbox_forget(struct inbox *self)
{
    if (--self->unfinished == 0)
        ev_unref(self->ev);
}

void inbox_put(struct inbox *self, struct job *job)
{
    pthread_mutex_lock(&self->lock);
    if (!self->closed) {
        list_append(&self->done, &job->link);
        ev_async_send(self->ev, &self->arrived);
    }
    pthread_mutex_unlock(&self->lock);
}
