#include "routes.h"

#include "hob/router.h"

int serve_ping(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "Hello, world!");
}

/* A cache would report an old state. */
static int reply_uncached(hob_response *res, int status, const char *text)
{
    int err = hob_response_add_header(res, "Cache-Control", "no-store");
    return err < 0 ? err : hob_reply_text(res, status, text);
}

int serve_health(hob_request *req, hob_response *res)
{
    (void)req;
    return reply_uncached(res, 200, "ok\n");
}

int serve_readiness(hob_request *req, hob_response *res)
{
    const struct kitchen *kitchen = hob_state(req);
    if (kitchen->server && hob_server_is_stopping(kitchen->server))
        return reply_uncached(res, 503, "stopping\n");
    return reply_uncached(res, 200, "ready\n");
}
