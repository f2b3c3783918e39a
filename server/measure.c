/* How much stack a handler uses: measured for one request now and then, at no cost for others. */
#include "connection.h"
#include "request.h"
#include "runtime/stack.h"
#include "server.h"

struct call {
    hob_handler *handler;
    hob_request *req;
    hob_response *res;
};

static int run_call(void *arg)
{
    const struct call *self = arg;
    return self->handler(self->req, self->res);
}

/* Called instead of the server's handler, for one request. */
static int handle_and_measure(hob_request *req, hob_response *res)
{
    hob_server *server = req->connection->server;
    struct measure measure = server->measure;
    struct call call = {measure.handler, req, res};
    struct stack_use use;
    server->options.handler = measure.handler;
    int result = task_measure(req->connection->task, run_call, &call, &use);
    if (use.size > 0)
        measure.done(measure.context, hob_request_route(req), use.used, use.size);
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
