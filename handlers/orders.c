#include "orders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dishes.h"
#include "failures.h"
#include "hard_work.h"
#include "hob/cross_site.h"
#include "hob/router.h"
#include "hob/trace.h"
#include "kitchen.h"
#include "query.h"
#include "text.h"

enum {
    COUNT_AT_MOST = 1000, /* in one request */
    ORDERS_AT_MOST = 2000,
};

struct dish {
    const char *name; /* in the request */
    const char *title;
    hob_fn *recipe;
    bool demo;   /* only offered with --demo */
    bool single; /* never two of them at once */
};

static const struct dish dishes[] = {
    {"french-fries", "french fries", cook_french_fries, .demo = false},
    {"noodles", "noodles", cook_noodles, .demo = false},
    {"meal", "meal", cook_meal, .demo = false},
    {"blocking", "blocking", block_the_thread, .demo = true, .single = true},
    {"offloaded", "offloaded", work_elsewhere, .demo = true},
};

/* The orders of one request, until each of them has begun or could not. */
struct intake {
    size_t waiting;
    size_t begun;
    uint64_t lanes[]; /* of those that have begun */
};

struct page_order {
    struct order order;
    const struct dish *dish;
    double deadline; /* seconds, 0 if it has none */
    uint64_t lane;   /* 0 until it has begun */
    hob_future *cook;
    struct intake *intake; /* until it has begun */
    struct page_order *next;
};

static bool demo;
static struct page_order *all; /* the newest first */
static size_t count_of_all;
static hob_queue *counter; /* orders to begin, and those that are done; NULL while it is closed */

void orders_set_demo(bool on)
{
    demo = on;
}

bool orders_demo(void)
{
    return demo;
}

static const struct dish *find_dish(const char *name)
{
    for (size_t i = 0; i < sizeof(dishes) / sizeof(dishes[0]); i++) {
        if (strcmp(name, dishes[i].name) == 0 && (demo || !dishes[i].demo))
            return &dishes[i];
    }
    return NULL;
}

static bool is_cooking(const struct dish *dish)
{
    for (const struct page_order *order = all; order; order = order->next) {
        if (order->dish == dish)
            return true;
    }
    return false;
}

/*
 * Cooking. The counter's queue has room for every order twice, so nobody waits to put one in.
 */

static void note_begun(struct page_order *self)
{
    struct intake *intake = self->intake;
    if (!intake)
        return;
    if (self->lane)
        intake->lanes[intake->begun++] = self->lane;
    intake->waiting--;
    self->intake = NULL;
}

static int report_done(void *order)
{
    return hob_queue_put(counter, order);
}

static int cook(void *arg)
{
    struct page_order *self = arg;
    self->lane = hob_trace_lane(self->dish->title);
    note_begun(self);
    if (self->deadline > 0)
        hob_deadline(self->deadline);
    int err = self->dish->recipe(&self->order);
    if (err == 0)
        kitchen_served();
    hob_shield(report_done, self);
    return err;
}

static void forget(struct page_order *self)
{
    struct page_order **place = &all;
    while (*place != self)
        place = &(*place)->next;
    *place = self->next;
    count_of_all--;
    note_begun(self);
    free(self);
}

static void begin(struct page_order *self)
{
    self->cook = hob_async_named(self->dish->title, cook, self);
    if (self->cook)
        return;
    failures_note(self->dish->title, -ENOMEM);
    forget(self);
}

static void end(struct page_order *self)
{
    int err = hob_await(self->cook);
    if (err < 0)
        failures_note(self->dish->title, err);
    forget(self);
}

/* When all of them have ended. */
static void close_counter(void *unused)
{
    (void)unused;
    while (all)
        forget(all);
    hob_queue_free(counter);
    counter = NULL;
}

int orders_cook(void *unused)
{
    void *value;
    int got;
    (void)unused;
    counter = hob_queue_new(2 * (size_t)ORDERS_AT_MOST);
    if (!counter || hob_defer(close_counter, NULL) < 0 || !hob_async(failures_log, NULL))
        return -ENOMEM;
    while ((got = hob_queue_get(counter, &value)) > 0) {
        struct page_order *order = value;
        if (order->cook)
            end(order);
        else
            begin(order);
    }
    return got;
}

/*
 * Taking orders.
 */

struct wish {
    const struct dish *dish;
    size_t count;
    double deadline;
};

static int refuse(hob_response *res, int status, const char *why)
{
    hob_reply_text(res, status, why);
    return -EINVAL;
}

/* Returns 0, or an error and has replied. */
static int read_wish(hob_request *req, hob_response *res, struct wish *wish)
{
    const char *dish = hob_request_query_value(req, "dish");
    const char *count = hob_request_query_value(req, "count");
    *wish = (struct wish){.dish = dish ? find_dish(dish) : NULL, .count = 1};
    if (!dish)
        return refuse(res, 400, "dish: which one?\n");
    if (!wish->dish)
        return refuse(res, 404, "dish: it is not on the menu\n");
    if (count && !parse_count(count, COUNT_AT_MOST, &wish->count))
        return refuse(res, 400, "count: a number from 1 to 1000\n");
    if (!query_deadline(req, res, &wish->deadline))
        return -EINVAL;
    if (wish->dish->single && (wish->count > 1 || is_cooking(wish->dish)))
        return refuse(res, 409, "dish: of this one only one can be cooked at a time\n");
    if (!counter)
        return refuse(res, 503, "the kitchen is closed\n");
    if (wish->count > ORDERS_AT_MOST - count_of_all)
        return refuse(res, 429, "count: there are too many orders already\n");
    return 0;
}

static int put_order(const struct wish *wish, struct intake *intake)
{
    struct page_order *self = malloc(sizeof(*self));
    if (!self)
        return -ENOMEM;
    *self = (struct page_order){
        .order = {.dish = wish->dish->title},
        .dish = wish->dish,
        .deadline = wish->deadline,
        .intake = intake,
        .next = all,
    };
    int err = hob_queue_put(counter, self);
    if (err < 0) {
        free(self);
        return err;
    }
    all = self;
    count_of_all++;
    intake->waiting++;
    return 0;
}

/* Not to be interrupted: the orders point to the intake. It takes as long as to begin them all. */
static int wait_until_begun(void *intake)
{
    while (((struct intake *)intake)->waiting > 0)
        hob_yield();
    return 0;
}

static int reply_lanes(hob_response *res, const struct intake *intake, size_t wanted)
{
    struct text json;
    size_t worker, workers;
    int err = text_begin(&json);
    if (err < 0)
        return err;
    kitchen_worker(&worker, &workers);
    fputs("{\"orders\":[", json.out);
    for (size_t i = 0; i < intake->begun; i++)
        fprintf(json.out, "%s%" PRIu64, i > 0 ? "," : "", intake->lanes[i]);
    fputs("]", json.out);
    if (intake->begun < wanted)
        fprintf(json.out, ",\"refused\":%zu", wanted - intake->begun);
    if (workers > 1)
        fprintf(json.out, ",\"worker\":%zu", worker);
    fputs("}\n", json.out);
    err = text_end(&json);
    if (err == 0)
        err = hob_reply_json(res, 202, json.bytes);
    text_free(&json);
    return err;
}

int orders_take(hob_request *req, hob_response *res)
{
    struct wish wish;
    if (hob_refuse_cross_site(req, res))
        return 0;
    if (read_wish(req, res, &wish) < 0)
        return 0;
    struct intake *intake = hob_alloc(sizeof(*intake) + wish.count * sizeof(intake->lanes[0]));
    if (!intake)
        return -ENOMEM;
    intake->waiting = intake->begun = 0;
    int err = 0;
    for (size_t i = 0; err == 0 && i < wish.count; i++)
        err = put_order(&wish, intake);
    hob_shield(wait_until_begun, intake);
    if (intake->begun == 0)
        return err < 0 ? err : -ENOMEM;
    return reply_lanes(res, intake, wish.count);
}

/* The same number may be that of another order with another worker. */
static bool is_ours(hob_request *req)
{
    size_t wanted, worker, workers;
    const char *value = hob_request_query_value(req, "worker");
    kitchen_worker(&worker, &workers);
    return !value || (parse_count(value, workers, &wanted) && wanted == worker);
}

int orders_cancel(hob_request *req, hob_response *res)
{
    size_t lane;
    const char *id = hob_path_value(req, "id");
    if (hob_refuse_cross_site(req, res))
        return 0;
    if (!is_ours(req))
        return hob_reply_text(res, 421, "worker: this is another one\n");
    if (!id || !parse_count(id, SIZE_MAX, &lane))
        return hob_reply_text(res, 400, "the id is not a number\n");
    for (struct page_order *order = all; order; order = order->next) {
        if (order->lane == lane && order->cook) {
            hob_cancel(order->cook);
            return hob_reply(res, 204, NULL, NULL, 0);
        }
    }
    return hob_reply_text(res, 404, "no such order was made on the kitchen page\n");
}
