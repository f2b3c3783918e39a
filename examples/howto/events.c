/*
 * How do I send server-sent events?
 *
 *     $ curl -N localhost:8080/events 2>/dev/null | head -n 5
 *     id: 1
 *     event: tick
 *     data: tick 1
 *
 *     id: 2
 */
#include <hob/hob.h>
#include <stdio.h>

static int wait_for_tick(hob_request *req)
{
    size_t winner;
    hob_future *either[] = {hob_timer(0.1), hob_server_until_stopping(hob_request_server(req))};
    int err = hob_race_all(either, 2, &winner);
    return err < 0 ? err : winner == 0;
}

/* Ends when the client leaves (-ECANCELED) or the server stops. */
static int send_events(hob_request *req, hob_response *res)
{
    int err = hob_event_stream(res);
    for (unsigned i = 1; err >= 0; i++) {
        char id[16], data[32];
        snprintf(id, sizeof(id), "%u", i);
        snprintf(data, sizeof(data), "tick %u", i);
        err = hob_event(res, id, "tick", data);
        if (err == 0)
            err = wait_for_tick(req);
        if (err == 0)
            break;
    }
    return err;
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /events", send_events), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
