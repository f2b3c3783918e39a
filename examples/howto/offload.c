/*
 * How do I run code that blocks, or computes for long?
 *
 *     $ curl localhost:8080/primes/100000
 *     9592 primes
 */
#include <hob/hob.h>
#include <stdlib.h>

struct count {
    long limit;
    long primes;
};

/* On another thread: it uses nothing but its argument. */
static int count_primes(void *arg)
{
    struct count *self = arg;
    for (long n = 2; n <= self->limit; n++) {
        long divisor = 2;
        while (divisor * divisor <= n && n % divisor != 0)
            divisor++;
        self->primes += divisor * divisor > n;
    }
    return 0;
}

static int serve_primes(hob_request *req, hob_response *res)
{
    struct count count = {.limit = strtol(hob_path_value(req, "limit"), NULL, 10)};
    if (count.limit > 1000000)
        return hob_reply_error(res, 400, "at most 1000000");
    int err =
        hob_await(hob_offload(count_primes, &count)); /* this thread serves others meanwhile */
    return err < 0 ? err : hob_reply_printf(res, 200, HOB_TEXT, "%ld primes\n", count.primes);
}

int main(int argc, char **argv)
{
    const hob_route routes[] = {HOB_ROUTE("GET /primes/{limit}", serve_primes), {0}};
    return hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
}
