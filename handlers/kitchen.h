/* What all recipes need: someone who says what happens, and a clock. */
#ifndef HOB_HANDLERS_KITCHEN_H
#define HOB_HANDLERS_KITCHEN_H

#include "hob/runtime.h"

/*
 * How long cooking takes, as a factor: at 0.1 everything is done ten times faster. Finite and not
 * negative. To be set before the first order.
 */
void kitchen_set_time_scale(double scale);

/* The seconds that so many seconds of cooking really take. */
double kitchen_time(double seconds);

/* A step that the cook does with her own hands, and that takes no time. */
void kitchen_do(const char *dish, const char *step);

/* A step that a pan does alone: ready when so many seconds of cooking have passed. */
hob_future *kitchen_start(const char *dish, const char *step, double seconds);

/* Says that the dish can be served. */
void kitchen_done(const char *dish);

#endif
