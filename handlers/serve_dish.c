#include "serve_dish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hob/router.h"
#include "hob/trace.h"
#include "query.h"

/* An order that is followed cooks in a coroutine of its own; the handler sends its steps. */
struct followed {
    hob_fn *recipe;
    struct order *order;
};

static int cook_followed(void *arg)
{
    struct followed *self = arg;
    hob_trace_lane(self->order->dish);
    int err = self->recipe(self->order);
    hob_queue_close(self->order->progress->queue);
    return err;
}

static int send_step(hob_response *res, const struct step *step, double start)
{
    char line[200];
    char takes[40] = "";
    if (step->seconds > 0)
        snprintf(takes, sizeof(takes), ", takes %g s", step->seconds);
    snprintf(
        line, sizeof(line), "%7.3f s  %s: %s%s", step->at - start, step->dish, step->text, takes);
    return hob_event(res, NULL, NULL, line);
}

static int send_steps(hob_response *res, hob_queue *steps, double start)
{
    void *step;
    int got = hob_event_stream(res);
    while (got >= 0 && (got = hob_queue_get(steps, &step)) > 0)
        got = send_step(res, step, start);
    return got;
}

/* Sends each line of the text with the time. */
static int send_end(hob_response *res, const char *text, double start)
{
    int err = 0;
    for (const char *end; err == 0 && (end = strchr(text, '\n')); text = end + 1) {
        char line[200];
        snprintf(line, sizeof(line), "%7.3f s  %.*s", hob_now() - start, (int)(end - text), text);
        err = hob_event(res, NULL, NULL, line);
    }
    return err;
}

static int serve_followed(hob_response *res, hob_fn *recipe, struct order *order, const char *text)
{
    struct progress progress = {.queue = hob_queue_new(STEPS_MAX)};
    struct followed followed = {recipe, order};
    double start = hob_now();
    if (!progress.queue)
        return -ENOMEM;
    order->progress = &progress;
    hob_future *cook = hob_async_named(order->dish, cook_followed, &followed);
    int sent = cook ? send_steps(res, progress.queue, start) : -ENOMEM;
    if (sent < 0)
        hob_cancel(cook);
    int err = hob_await(cook); /* always: it uses variables of this function */
    hob_queue_free(progress.queue);
    if (err == 0 && sent == 0)
        sent = send_end(res, text, start);
    return sent < 0 ? sent : err;
}

static int serve_at_once(hob_response *res, hob_fn *recipe, struct order *order, const char *text)
{
    hob_trace_lane(order->dish);
    int cooked = recipe(order);
    /* Not earlier: a header takes memory, and thousands of orders may wait. */
    int err = hob_response_add_header(res, "Cache-Control", "no-store");
    if (cooked < 0 || err < 0)
        return cooked < 0 ? cooked : err;
    return hob_reply_text(res, 200, text);
}

int serve_dish(
    hob_request *req, hob_response *res, hob_fn *recipe, struct order *order, const char *text)
{
    bool follow = wants_progress(req);
    double deadline;
    order->kitchen = hob_state(req);
    if (!request_deadline(req, res, &deadline))
        return 0;
    if (deadline > 0)
        hob_deadline(deadline);
    int err = (follow ? serve_followed : serve_at_once)(res, recipe, order, text);
    if (err == 0)
        order->kitchen->totals.served++;
    return err;
}
