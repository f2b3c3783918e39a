#include "orders.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "delivery.h"
#include "dishes.h"
#include "failures.h"
#include "hob/cross_site.h"
#include "hob/router.h"
#include "hob/trace.h"
#include "kitchen.h"
#include "query.h"
#include "text.h"

enum {
    COUNT_MAX = 1000, /* of one request */
    ORDERS_MAX = 2000,
};

/* The orders of one request, until each of them has begun or failed to begin. */
struct intake {
    size_t waiting;
    size_t begun;
    uint64_t lanes[]; /* of the orders that have begun */
};

struct page_order {
    struct order order;
    const struct dish *dish;
    const struct upstream *from; /* the neighbour that cooks it; NULL if this kitchen does */
    double deadline;             /* seconds; 0 for none */
    uint64_t lane;               /* 0 until it has begun */
    hob_future *cooking;         /* to cancel this order alone */
    struct intake *intake;       /* until it has begun */
    struct page_order *next;
};

static bool is_cooking(const struct kitchen *kitchen, const struct dish *dish)
{
    for (const struct page_order *order = kitchen->page_orders; order; order = order->next) {
        if (order->dish == dish)
            return true;
    }
    return false;
}

/*
 * Cooking. Each order is a coroutine of the kitchen's group. It has a child that cooks, which can
 * be cancelled alone.
 */

static void leave_intake(struct page_order *self)
{
    struct intake *intake = self->intake;
    if (!intake)
        return;
    if (self->lane)
        intake->lanes[intake->begun++] = self->lane;
    intake->waiting--;
    self->intake = NULL;
}

static int await_neighbour(const struct page_order *self)
{
    hob_bytes served;
    struct delivery delivery = {
        .kitchen = self->order.kitchen, .dish = self->dish, .from = self->from};
    int err = await_delivery(&delivery, &served);
    hob_bytes_free(&served);
    return err;
}

static int cook(void *arg)
{
    struct page_order *self = arg;
    self->lane = hob_trace_lane(self->dish->title);
    leave_intake(self);
    if (self->deadline > 0)
        hob_deadline(self->deadline);
    return self->from ? await_neighbour(self) : self->dish->recipe(&self->order);
}

static void remove_order(struct page_order *self)
{
    struct kitchen *kitchen = self->order.kitchen;
    struct page_order **place = &kitchen->page_orders;
    while (*place != self)
        place = &(*place)->next;
    *place = self->next;
    kitchen->page_order_count--;
    leave_intake(self);
    free(self);
}

static int serve_order(void *arg)
{
    struct page_order *self = arg;
    struct kitchen *kitchen = self->order.kitchen;
    self->cooking = hob_async_named(self->dish->title, cook, self);
    int err = hob_await(self->cooking);
    if (err < 0)
        failures_add(kitchen, self->dish->title, err);
    else
        kitchen->totals.served++;
    remove_order(self);
    return err;
}

int orders_cook(void *arg)
{
    struct kitchen *kitchen = arg;
    kitchen->cooks = hob_group_new();
    if (!kitchen->cooks)
        return -ENOMEM;
    int err = failures_log(kitchen);
    kitchen->cooks = NULL; /* the group cancels its orders when this coroutine returns */
    return err;
}

/*
 * Taking orders.
 */

struct request_values {
    const struct dish *dish;
    const struct upstream *from; /* NULL is this kitchen */
    size_t count;
    double deadline;
};

static int refuse(hob_response *res, int status, const char *why)
{
    hob_reply_text(res, status, why);
    return -EINVAL;
}

/* Returns 0, or a negative errno after it has replied. */
static int read_values(hob_request *req, hob_response *res, struct request_values *wish)
{
    const struct kitchen *kitchen = hob_state(req);
    const char *dish = hob_request_query_value(req, "dish");
    const char *count = hob_request_query_value(req, "count");
    const char *from = hob_request_query_value(req, "from");
    *wish = (struct request_values){.dish = dish ? find_dish(kitchen, dish) : NULL, .count = 1};
    if (!dish)
        return refuse(res, 400, "dish: missing; french-fries, noodles or meal\n");
    if (!wish->dish || (from && wish->dish->demo))
        return refuse(res, 404, "dish: it is not on the menu\n");
    if (count && !parse_count(count, COUNT_MAX, &wish->count))
        return refuse(res, 400, "count: a number from 1 to 1000\n");
    if (!query_deadline(req, res, &wish->deadline))
        return -EINVAL;
    if (from && !(wish->from = query_upstream(req, res)))
        return -EINVAL;
    if (wish->dish->single && (wish->count > 1 || is_cooking(kitchen, wish->dish)))
        return refuse(res, 409, "dish: only one of these can cook at a time\n");
    if (!kitchen->cooks)
        return refuse(res, 503, "the kitchen is closed\n");
    if (wish->count > ORDERS_MAX - kitchen->page_order_count)
        return refuse(res, 429, "count: there are too many orders\n");
    return 0;
}

static int
begin_order(struct kitchen *kitchen, const struct request_values *wish, struct intake *intake)
{
    struct page_order *self = malloc(sizeof(*self));
    if (!self)
        return -ENOMEM;
    *self = (struct page_order){
        .order = {.kitchen = kitchen, .dish = wish->dish->title},
        .dish = wish->dish,
        .from = wish->from,
        .deadline = wish->deadline,
        .intake = intake,
        .next = kitchen->page_orders,
    };
    int err = hob_group_spawn_named(kitchen->cooks, wish->dish->title, serve_order, self);
    if (err < 0) {
        free(self);
        return err;
    }
    kitchen->page_orders = self;
    kitchen->page_order_count++;
    intake->waiting++;
    return 0;
}

static void
begin_orders(struct kitchen *kitchen, const struct request_values *wish, struct intake *intake)
{
    for (size_t i = 0; i < wish->count; i++) {
        int err = begin_order(kitchen, wish, intake);
        if (err < 0)
            failures_add(kitchen, wish->dish->title, err);
    }
}

/* Called with cancellation shielded, since the orders point to the intake. */
static int wait_until_begun(void *intake)
{
    while (((struct intake *)intake)->waiting > 0)
        hob_yield();
    return 0;
}

static int reply_lanes(
    hob_response *res, const struct kitchen *kitchen, const struct intake *intake, size_t wanted)
{
    struct text json;
    int err = text_begin(&json);
    if (err < 0)
        return err;
    fputs("{\"orders\":[", json.out);
    for (size_t i = 0; i < intake->begun; i++)
        fprintf(json.out, "%s%" PRIu64, i > 0 ? "," : "", intake->lanes[i]);
    fputs("]", json.out);
    if (intake->begun < wanted)
        fprintf(json.out, ",\"refused\":%zu", wanted - intake->begun);
    if (kitchen->workers > 1)
        fprintf(json.out, ",\"worker\":%zu", kitchen->worker);
    fputs("}\n", json.out);
    err = text_end(&json);
    if (err == 0)
        err = hob_reply_json(res, 202, json.bytes);
    text_free(&json);
    return err;
}

int orders_take(hob_request *req, hob_response *res)
{
    struct request_values wish;
    struct kitchen *kitchen = hob_state(req);
    if (hob_refuse_cross_site(req, res))
        return 0;
    if (read_values(req, res, &wish) < 0)
        return 0;
    struct intake *intake = hob_alloc(sizeof(*intake) + wish.count * sizeof(intake->lanes[0]));
    if (!intake)
        return -ENOMEM;
    intake->waiting = intake->begun = 0;
    begin_orders(kitchen, &wish, intake);
    hob_shield(wait_until_begun, intake);
    return intake->begun == 0 ? -ENOMEM : reply_lanes(res, kitchen, intake, wish.count);
}

/* Workers number their orders independently. */
static bool is_ours(hob_request *req)
{
    size_t wanted;
    const struct kitchen *kitchen = hob_state(req);
    const char *value = hob_request_query_value(req, "worker");
    return !value || (parse_count(value, kitchen->workers, &wanted) && wanted == kitchen->worker);
}

int orders_cancel(hob_request *req, hob_response *res)
{
    size_t lane;
    const struct kitchen *kitchen = hob_state(req);
    const char *id = hob_path_value(req, "id");
    if (hob_refuse_cross_site(req, res))
        return 0;
    if (!is_ours(req))
        return hob_reply_text(res, 421, "worker: another worker has this order\n");
    if (!id || !parse_count(id, SIZE_MAX, &lane))
        return hob_reply_text(res, 400, "the id is not a number\n");
    for (struct page_order *order = kitchen->page_orders; order; order = order->next) {
        if (order->lane == lane) {
            hob_cancel(order->cooking);
            return hob_reply(res, 204, NULL, NULL, 0);
        }
    }
    return hob_reply_text(res, 404, "no such order was made on the kitchen page\n");
}
