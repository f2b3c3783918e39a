/* How much stack a handler uses: measured for one request now and then, at no cost for others. */
#include "memory/stack.h"
#include "server/exchange.h"

static int call_measured(void *arg)
{
    struct exchange *self = arg;
    return self->req.server->measure.handler(&self->req, &self->res);
}

/* Called in place of the server's handler, for one request. */
static int handle_and_measure(hob_request *req, hob_response *res)
{
    struct measure *measure = &req->server->measure;
    struct stack_use use;
    (void)res;
    req->server->options.handler = measure->handler;
    hob_stack_observer *done = measure->done;
    void *context = measure->context;
    int result = task_measure(req->task, call_measured, exchange_of(req), &use);
    if (use.size > 0)
        done(context, hob_request_route(req), use.used, use.size);
    return result;
}

void hob_server_measure_stack(hob_server *server, hob_stack_observer *done, void *context)
{
    if (server->options.handler != handle_and_measure)
        server->measure.handler = server->options.handler;
    server->measure.done = done;
    server->measure.context = context;
    server->options.handler = handle_and_measure;
}
