/* The kitchen: the state of all routes, and what recipes need. */
#ifndef HOB_HANDLERS_KITCHEN_H
#define HOB_HANDLERS_KITCHEN_H

#include <stdbool.h>
#include <stddef.h>

#include "failures.h"
#include "hob/client.h"
#include "hob/metrics.h"
#include "hob/runtime.h"
#include "hob/server.h"
#include "upstreams.h"

/* Since the process started. */
struct kitchen_totals {
    size_t served;  /* orders */
    size_t failed;  /* orders, without cancelled ones */
    double seconds; /* of cooking */
};

/* The state of all routes; a process has one. */
struct kitchen {
    double time_scale;          /* cooking takes this many times as long; finite, not negative */
    size_t worker;              /* the number of this process, from 1 on */
    size_t workers;             /* processes that serve, each with a kitchen */
    bool demo;                  /* orders may block the thread, as a demonstration */
    bool traces;                /* guests may record traces: the page offers it */
    char session[40];           /* identifies the process; "" until the first feed */
    size_t watchers;            /* open requests of GET /kitchen/events */
    size_t recordings;          /* traces that are being recorded */
    const hob_server *server;   /* of GET /readyz; NULL is always ready */
    const hob_metrics *metrics; /* of GET /metrics; NULL is 404 */

    const struct upstream *upstreams; /* the neighbours, upstream_count of them */
    size_t upstream_count;
    hob_client *client; /* for orders from them; NULL if there are none */

    struct kitchen_totals totals;
    struct failures failures;
    struct page_order *page_orders; /* the newest first */
    size_t page_order_count;
    hob_group *cooks; /* of the page's orders; NULL while orders_cook() does not run */
};

/* The only process, at normal speed. All other members are 0. */
void kitchen_init(struct kitchen *self);

/* How many seconds it takes to cook for `seconds`, with the time scale. */
double kitchen_time(const struct kitchen *self, double seconds);

/* A step of an order. */
struct step {
    const char *dish;
    const char *text;
    double at;      /* on the clock of hob_now() */
    double seconds; /* how long it takes; 0 if it is done at once */
};

enum { STEPS_MAX = 32 };

/* Where an order reports its steps, if its client follows them. */
struct progress {
    struct step steps[STEPS_MAX]; /* memory of the steps in the queue */
    size_t count;
    hob_queue *queue;
};

/* A dish that is being cooked: the argument of a recipe. */
struct order {
    struct kitchen *kitchen;
    const char *dish;
    struct progress *progress; /* NULL if the client does not follow it */
    double seconds;            /* of cooking, so far */
};

/* Does a step with the cook's own hands, which takes no time. */
void kitchen_do(struct order *order, const char *step);

/* Starts a step that a pan does alone: a future that is ready after `seconds` of cooking. */
hob_future *kitchen_start(struct order *order, const char *step, double seconds);

/* Reports that the dish is ready. */
void kitchen_done(struct order *order);

/* Adds the orders that cook, were served and failed. The argument is a struct kitchen. */
hob_metrics_source kitchen_metrics;

#endif
