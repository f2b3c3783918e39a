#include "dishes.h"

#include <time.h>

#include "hob/trace.h"
#include "kitchen.h"

#define SECONDS 2

static double processor_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Uses the processor for that many seconds, on any thread. */
static int compute(void *seconds)
{
    double end = processor_time() + *(double *)seconds;
    while (processor_time() < end)
        continue;
    return 0;
}

int block_the_thread(void *arg)
{
    struct order *order = arg;
    double seconds = kitchen_time(order->kitchen, SECONDS);
    kitchen_do(order, "compute");
    compute(&seconds); /* no await: the thread does nothing else until this returns */
    kitchen_done(order);
    return 0;
}

int compute_on_other_thread(void *arg)
{
    struct order *order = arg;
    double seconds = kitchen_time(order->kitchen, SECONDS);
    kitchen_do(order, "compute on another thread");
    hob_trace_step("compute on another thread", seconds);
    int err = hob_await(hob_offload(compute, &seconds));
    if (err == 0)
        kitchen_done(order);
    return err;
}
