/* upstream PORT: what the clients of script/bench client ask. */
#include <stdio.h>
#include <stdlib.h>

#include "hob/hob.h"

static int ping(hob_request *req, hob_response *res)
{
    (void)req;
    return hob_reply_text(res, 200, "pong\n");
}

/* Longer than it takes to measure what the client uses meanwhile. */
static int wait(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_sleep(120);
    return err < 0 ? err : hob_reply_text(res, 200, "pong\n");
}

int main(int argc, char **argv)
{
    char address[64];
    if (argc != 2)
        return EXIT_FAILURE;
    snprintf(address, sizeof(address), "127.0.0.1:%s", argv[1]);
    return hob_serve(
        address, (hob_route[]){
                     HOB_ROUTE("GET /ping", ping),
                     HOB_ROUTE("GET /wait", wait, NULL, .timeout = 300),
                     {.pattern = NULL},
                 });
}
