#include "kitchen.h"

#include "hob/log.h"

static double time_scale = 1;

void kitchen_set_time_scale(double scale)
{
    time_scale = scale;
}

double kitchen_time(double seconds)
{
    return seconds * time_scale;
}

void kitchen_do(const char *dish, const char *step)
{
    hob_log(HOB_LOG_DEBUG, "%s: %s", dish, step);
}

hob_future *kitchen_start(const char *dish, const char *step, double seconds)
{
    hob_log(HOB_LOG_DEBUG, "%s: %s, %g s", dish, step, kitchen_time(seconds));
    return hob_timer(kitchen_time(seconds));
}

void kitchen_done(const char *dish)
{
    hob_log(HOB_LOG_INFO, "%s cooking done", dish);
}
