/* GET /metrics, and what the kitchen adds to it. */
#ifndef HOB_HANDLERS_METRICS_H
#define HOB_HANDLERS_METRICS_H

#include "hob/metrics.h"

/* Replies with the kitchen's metrics, and with 404 if there are none. */
hob_handler serve_metrics;

/* Orders that cook and that were served: the numbers of the kitchen page. For a struct kitchen. */
hob_metrics_source kitchen_metrics;

#endif
