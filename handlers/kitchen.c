#include "kitchen.h"

#include "hob/log.h"
#include "hob/trace.h"

static double time_scale = 1;
static struct kitchen_totals totals;
static size_t worker_number = 1;
static size_t worker_count = 1;

void kitchen_set_time_scale(double scale)
{
    time_scale = scale;
}

double kitchen_time_scale(void)
{
    return time_scale;
}

void kitchen_set_worker(size_t number, size_t count)
{
    worker_number = number;
    worker_count = count;
}

void kitchen_worker(size_t *number, size_t *count)
{
    *number = worker_number;
    *count = worker_count;
}

double kitchen_time(double seconds)
{
    return seconds * time_scale;
}

/* A recipe with more steps than there is room for is followed no further. */
static void tell(struct order *order, const char *text, double seconds)
{
    struct progress *progress = order->progress;
    if (!progress || progress->count == STEPS_AT_MOST)
        return;
    struct step *step = &progress->steps[progress->count++];
    *step = (struct step){order->dish, text, hob_now(), seconds};
    hob_queue_put(progress->queue, step); /* it has room for all */
}

void kitchen_do(struct order *order, const char *step)
{
    hob_log(HOB_LOG_DEBUG, "%s: %s", order->dish, step);
    tell(order, step, 0);
}

hob_future *kitchen_start(struct order *order, const char *step, double seconds)
{
    double time = kitchen_time(seconds);
    hob_log(HOB_LOG_DEBUG, "%s: %s, %g s", order->dish, step, time);
    tell(order, step, time);
    hob_trace_step(step, time);
    order->seconds += time;
    return hob_timer(time);
}

void kitchen_done(struct order *order)
{
    hob_log(HOB_LOG_INFO, "%s cooking done", order->dish);
    totals.seconds += order->seconds;
}

void kitchen_served(void)
{
    totals.served++;
}

void kitchen_failed(void)
{
    totals.failed++;
}

struct kitchen_totals kitchen_totals(void)
{
    return totals;
}
