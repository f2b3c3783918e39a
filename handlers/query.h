/* Values of queries, and of the header that has the deadline of another hob. */
#ifndef HOB_HANDLERS_QUERY_H
#define HOB_HANDLERS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

/* Reads a whole number from 1 to `most`. Returns false if the text is anything else. */
bool parse_count(const char *text, size_t most, size_t *count);

/*
 * Reads ?deadline=SECONDS, above 0 and at most DEADLINE_MAX; 0 if the query has none. If it is
 * wrong, replies with 400 and returns false.
 */
bool query_deadline(hob_request *req, hob_response *res, double *seconds);

/*
 * The seconds for which a client waits for an order, above 0 and at most DEADLINE_MAX: a hob that
 * orders from another one hands its deadline on.
 */
#define DEADLINE_HEADER "Hob-Deadline"
#define DEADLINE_MAX    3600

/* The same as query_deadline(), or the seconds of DEADLINE_HEADER if those are fewer. */
bool request_deadline(hob_request *req, hob_response *res, double *seconds);

/*
 * Returns whether the client follows its order: by ?progress, or since it accepts text/event-stream
 * by name.
 */
bool wants_progress(hob_request *req);

#endif
