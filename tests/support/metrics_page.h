/* The metrics page of a server. */
#ifndef HOB_TESTS_SUPPORT_METRICS_PAGE_H
#define HOB_TESTS_SUPPORT_METRICS_PAGE_H

#include "tests/support/server_process.h"

/* The whole page, in the format 0.0.4. Valid until the next one. */
const char *metrics_page(const struct server *server);

/*
 * The value of a series, such as "hob_orders_cooking" or
 * "hob_http_rejects_total{reason=\"memory\"}". NAN if it is not there.
 */
double metric(const struct server *server, const char *series);

/* The same in a page that was asked for before. */
double metric_in(const char *page, const char *series);

/* The server for operators of a hob that was started with --admin. */
struct server admin_of(const struct server *server);

#endif
