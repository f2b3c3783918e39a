#include "health.h"

#include "dishes.h"

int serve_ping(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "Hello, world!");
}

int serve_health(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "ok\n");
}

static const hob_server *watched;

void readiness_of(const hob_server *server)
{
    watched = server;
}

int serve_readiness(hob_request *req, hob_response *res)
{
    (void)req;
    if (watched && hob_server_stopping(watched))
        return hob_reply_text(res, 503, "stopping\n");
    return hob_reply_text(res, 200, "ready\n");
}
