/* Futures that are ready when a server begins to stop. */
#include <stdlib.h>

#include "server/server.h"

static void cancel_stopping_future(hob_future *future, int reason)
{
    list_remove(&((struct stopping_future *)future)->link);
    future_complete(future, reason);
}

static void release_stopping_future(hob_future *future)
{
    free((struct stopping_future *)future);
}

hob_future *hob_server_until_stopping(hob_server *server)
{
    static const struct future_kind kind = {
        .cancel = cancel_stopping_future, .release = release_stopping_future};
    struct task *maker = task_current(__func__);
    struct stopping_future *self = malloc(sizeof(*self));
    if (!self)
        return NULL;
    future_init(&self->future, &kind, maker);
    list_init(&self->link);
    if (server->closing)
        future_complete(&self->future, 0);
    else
        list_append(&server->stopping_futures, &self->link);
    return &self->future;
}
