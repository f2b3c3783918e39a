#include "kitchen.h"

#include "hob/log.h"
#include "hob/trace.h"

void kitchen_init(struct kitchen *self)
{
    *self = (struct kitchen){.time_scale = 1, .worker = 1, .workers = 1};
}

double kitchen_time(const struct kitchen *self, double seconds)
{
    return seconds * self->time_scale;
}

/* Reports up to STEPS_MAX steps; the others are left out. */
static void report_step(struct order *order, const char *text, double seconds)
{
    struct progress *progress = order->progress;
    if (!progress || progress->count == STEPS_MAX)
        return;
    struct step *step = &progress->steps[progress->count++];
    *step = (struct step){order->dish, text, hob_now(), seconds};
    hob_queue_put(progress->queue, step); /* it has room for all */
}

void kitchen_do(struct order *order, const char *step)
{
    hob_log(HOB_LOG_DEBUG, "%s: %s", order->dish, step);
    report_step(order, step, 0);
}

hob_future *kitchen_start(struct order *order, const char *step, double seconds)
{
    double time = kitchen_time(order->kitchen, seconds);
    hob_log(HOB_LOG_DEBUG, "%s: %s, %g s", order->dish, step, time);
    report_step(order, step, time);
    hob_trace_step(step, time);
    order->seconds += time;
    return hob_timer(time);
}

void kitchen_done(struct order *order)
{
    hob_log(HOB_LOG_INFO, "%s cooking done", order->dish);
    order->kitchen->totals.seconds += order->seconds;
}
