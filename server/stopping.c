#include "stopping.h"

#include <stdlib.h>

#include "runtime/task.h"

struct stopping {
    hob_future future;
    struct list link; /* in server->told_when_stopping, until it is ready */
};

static void cancel_stopping(hob_future *future, int reason)
{
    list_remove(&((struct stopping *)future)->link);
    future_complete(future, reason);
}

static void release_stopping(hob_future *future)
{
    free((struct stopping *)future);
}

hob_future *hob_server_until_stopping(hob_server *server)
{
    static const struct future_kind kind = {.cancel = cancel_stopping, .release = release_stopping};
    struct task *maker = task_current(__func__);
    struct stopping *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    future_init(&self->future, &kind, maker);
    list_init(&self->link);
    if (server->stopping)
        future_complete(&self->future, 0);
    else
        list_append(&server->told_when_stopping, &self->link);
    return &self->future;
}

void tell_stopping(hob_server *server)
{
    while (!list_empty(&server->told_when_stopping)) {
        struct list *link = server->told_when_stopping.next;
        list_remove(link);
        future_complete(&list_entry(link, struct stopping, link)->future, 0);
    }
}
