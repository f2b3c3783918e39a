/* Descriptors that handlers reserve for files and connections of their own. */
#include "hob/runtime.h"
#include "server/request.h"

static void release_descriptor(void *arg)
{
    hob_server *server = arg;
    server->reserved_descriptors--;
    acceptor_resume(server);
}

int hob_request_reserve_descriptor(hob_request *req)
{
    hob_server *server = req->server;
    request_expect_task(req, __func__);
    server->reserved_descriptors++;
    return hob_defer(release_descriptor, server);
}
