/*
 * How do I stream a response?
 *
 *     $ curl localhost:8080/squares.csv | tail -n 2
 *     9999,99980001
 *     10000,100000000
 */
#include <hob/hob.h>
#include <stdio.h>

/* While a slow client has 64 KiB to receive, hob_send() waits: the response needs little memory. */
static int send_squares(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_stream(res, 200, "text/csv");
    for (long i = 1; err == 0 && i <= 10000; i++) {
        char line[64];
        int length = snprintf(line, sizeof(line), "%ld,%ld\n", i, i * i);
        err = hob_send(res, line, (size_t)length);
    }
    return err; /* after an error the client sees that the end is missing */
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /squares.csv", send_squares), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
