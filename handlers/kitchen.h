/* What all recipes need: someone who says what happens, and a clock. */
#ifndef HOB_HANDLERS_KITCHEN_H
#define HOB_HANDLERS_KITCHEN_H

#include <stdbool.h>
#include <stddef.h>

#include "failures.h"
#include "hob/metrics.h"
#include "hob/runtime.h"
#include "hob/server.h"

/* Since the kitchen opened: orders that were served or failed, and seconds of cooking done. */
struct kitchen_totals {
    size_t served;
    size_t failed; /* cancelled orders do not count */
    double seconds;
};

/* What a process serves from: the state of all routes. */
struct kitchen {
    double time_scale; /* how long cooking takes: at 0.1 ten times less. Finite, not negative */
    size_t worker;     /* which of how many kitchens it is, from 1 on, when several */
    size_t workers;    /* processes have one each */
    bool demo;         /* an order may keep the thread, to show what that does */
    bool traces;       /* guests may record traces, which the page offers then */
    char session[40];  /* identifies the process; "" until the first feed */
    size_t watchers;   /* feeds that are open */
    size_t recordings; /* traces that are being recorded */
    const hob_server *server;   /* the one whose readiness is served; NULL is always ready */
    const hob_metrics *metrics; /* served as /metrics; NULL is 404 */

    struct kitchen_totals totals;
    struct failures failures;
    struct page_order *page_orders; /* the newest first */
    size_t page_order_count;
    hob_group *cooks; /* of the page's orders; NULL while the kitchen is closed */
};

/* The only kitchen of all processes, at its usual speed. The rest is 0. */
void kitchen_init(struct kitchen *self);

/* The seconds that so many seconds of cooking really take. */
double kitchen_time(const struct kitchen *self, double seconds);

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
    struct kitchen *kitchen;
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

#endif
