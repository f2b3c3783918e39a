/* What all recipes need: someone who says what happens, and a clock. */
#ifndef HOB_HANDLERS_KITCHEN_H
#define HOB_HANDLERS_KITCHEN_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/runtime.h"

/*
 * How long cooking takes, as a factor: at 0.1 everything is done ten times faster. Finite and not
 * negative. To be set before the first order.
 */
void kitchen_set_time_scale(double scale);
double kitchen_time_scale(void);

/*
 * Which of how many kitchens this one is, both from 1 on, when several processes have one each. To
 * be set before the server runs; the default is the only one.
 */
void kitchen_set_worker(size_t number, size_t count);
void kitchen_worker(size_t *number, size_t *count);

/* The seconds that so many seconds of cooking really take. */
double kitchen_time(double seconds);

/* Something that happens to an order. */
struct step {
    const char *dish;
    const char *text;
    double at;      /* on the clock of hob_now() */
    double seconds; /* how long it takes; 0 if it is done at once */
};

enum { STEPS_AT_MOST = 32 };

/* Where the steps of an order are told, for somebody who wants to follow them. */
struct progress {
    struct step steps[STEPS_AT_MOST]; /* those that were put into the queue lie here */
    size_t count;
    hob_queue *queue;
};

/* A dish while it is being cooked: what a recipe gets as its argument. */
struct order {
    const char *dish;
    struct progress *progress; /* NULL if nobody follows it */
    double seconds;            /* of cooking, so far */
};

/* A step that the cook does with her own hands, and that takes no time. */
void kitchen_do(struct order *order, const char *step);

/* A step that a pan does alone: ready when so many seconds of cooking have passed. */
hob_future *kitchen_start(struct order *order, const char *step, double seconds);

/* Says that the dish is ready. */
void kitchen_done(struct order *order);

/* Says that an order was served. */
void kitchen_served(void);

/* Counts an order that has failed. Cancelled orders do not count. */
void kitchen_failed(void);

/* Since the kitchen opened: orders that were served or failed, and seconds of cooking done. */
struct kitchen_totals {
    size_t served;
    size_t failed;
    double seconds;
};

struct kitchen_totals kitchen_totals(void);

#endif
