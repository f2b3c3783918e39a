#include "ticker.h"

#include <errno.h>

#include "price.h"

/* Waits for a second. Returns 1, 0 if the server is to stop, or a negative errno. */
static int wait_a_second(hob_request *req)
{
    size_t winner;
    hob_future *either[] = {hob_timer(1), hob_server_until_stopping(hob_request_server(req))};
    int err = hob_race_all(either, 2, &winner);
    if (err < 0)
        return err;
    return winner == 0;
}

int serve_ticker(hob_request *req, hob_response *res)
{
    char price[40];
    const char *goods = hob_path_value(req, "goods");
    int err = hob_event_stream(res);
    if (err < 0)
        return err;
    do {
        int status = find_price(hob_state(req), goods, price, sizeof(price));
        if (status == -ECANCELED)
            return status; /* the guest has left */
        err = hob_event(res, NULL, NULL, status == 200 ? price : "no price");
        if (err == 0)
            err = wait_a_second(req);
    } while (err > 0);
    return err;
}
