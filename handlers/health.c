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
