/* GET /metrics, and what the kitchen adds to it. */
#ifndef HOB_HANDLERS_METRICS_H
#define HOB_HANDLERS_METRICS_H

#include "hob/metrics.h"

/* Replies with the metrics, and with 404 if there are none. */
hob_handler serve_metrics;

/* Whose; to be called before the server runs. NULL are none. */
void metrics_of(const hob_metrics *metrics);

/* Orders that cook and that were served: the numbers of the kitchen page. */
hob_metrics_source kitchen_metrics;

#endif
