#include "bell.h"

/* On the stack of the coroutine that waits. */
struct listener {
    hob_future *rung; /* NULL once it has */
    struct listener *next;
    struct listener **to_this; /* the pointer that points here */
};

static void enter(struct bell *self, struct listener *listener)
{
    listener->next = self->listeners;
    listener->to_this = &self->listeners;
    if (listener->next)
        listener->next->to_this = &listener->next;
    self->listeners = listener;
}

/* A promise wants its result once, whoever gives it. */
static void leave(struct listener *listener)
{
    hob_future *rung = listener->rung;
    *listener->to_this = listener->next;
    if (listener->next)
        listener->next->to_this = listener->to_this;
    listener->rung = NULL;
    hob_resolve(rung, 0);
}

int bell_wait(struct bell *self, hob_future *end)
{
    size_t winner;
    struct listener listener = {.rung = hob_promise()};
    hob_future *either[] = {listener.rung, end};
    if (listener.rung)
        enter(self, &listener);
    int err = hob_race_all(either, 2, &winner);
    if (listener.rung)
        leave(&listener); /* it has not rung */
    if (err < 0)
        return err;
    return winner == 0;
}

void bell_ring(struct bell *self)
{
    while (self->listeners)
        leave(self->listeners);
}
