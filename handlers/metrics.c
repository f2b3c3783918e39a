#include "routes.h"

#include <errno.h>

#include "hob/cross_site.h"
#include "hob/router.h"
#include "hob/trace.h"

int serve_metrics(hob_request *req, hob_response *res)
{
    const struct kitchen *kitchen = hob_state(req);
    if (hob_refuse_cross_site(req, res))
        return 0;
    return kitchen->metrics ? hob_metrics_reply(kitchen->metrics, req, res) : -ENOENT;
}

void kitchen_metrics(void *kitchen, hob_exposition *out)
{
    static const hob_metric cooking = {
        .name = "hob_orders_cooking",
        .type = HOB_METRIC_GAUGE,
        .help = "Orders that cook, those of the kitchen page included."};
    static const hob_metric served = {
        .name = "hob_orders_served",
        .type = HOB_METRIC_COUNTER,
        .help = "Orders that were served."};
    static const hob_metric failed = {
        .name = "hob_orders_failed",
        .type = HOB_METRIC_COUNTER,
        .help = "Orders of the kitchen page that failed, other than by being cancelled."};
    static const hob_metric seconds = {
        .name = "hob_cooking_seconds",
        .type = HOB_METRIC_COUNTER,
        .unit = "seconds",
        .help = "Sum of the cooking times of all dishes."};
    const struct kitchen_totals *totals = &((struct kitchen *)kitchen)->totals;
    hob_trace_totals trace;
    hob_trace_count(&trace);
    hob_metrics_put(out, &cooking, (double)trace.orders);
    hob_metrics_put(out, &served, (double)totals->served);
    hob_metrics_put(out, &failed, (double)totals->failed);
    hob_metrics_put(out, &seconds, totals->seconds);
}
