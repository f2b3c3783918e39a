/*
 * How do I limit the time of a handler?
 *
 *     $ curl localhost:8080/slow
 *     504 Gateway Timeout: it took longer than 0.1 s (handler_timeout)
 *     $ curl localhost:8080/patient
 *     the answer is late
 */
#include <errno.h>
#include <hob/hob.h>

/* The time of the route ends the wait with -ETIMEDOUT, which becomes status 504. */
static int serve_slow(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_sleep(60);
    return err < 0 ? err : hob_reply_text(res, 200, "done\n");
}

/* A deadline of its own leaves time for another reply. */
static int serve_patient(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_await_for(hob_timer(60), 0.05);
    if (err == -ETIMEDOUT)
        return hob_reply_text(res, 200, "the answer is late\n");
    return err < 0 ? err : hob_reply_text(res, 200, "done\n");
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {
        HOB_ROUTE("GET /slow", serve_slow, .timeout = 0.1),
        HOB_ROUTE("GET /patient", serve_patient),
        {0},
    };
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
