/* The metrics of the process, by the names that Prometheus' client libraries give them. */
#ifndef HOB_OBSERVE_PROCESS_H
#define HOB_OBSERVE_PROCESS_H

#include "hob/metrics.h"

/* Those that the system does not tell, as without /proc, are left out. */
hob_metrics_source process_metrics;

#endif
