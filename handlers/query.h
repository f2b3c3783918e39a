/* Values of queries. */
#ifndef HOB_HANDLERS_QUERY_H
#define HOB_HANDLERS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

/* Reads a whole number from 1 to `most`. Returns false if the text is anything else. */
bool parse_count(const char *text, size_t most, size_t *count);

/*
 * Reads ?deadline=SECONDS, above 0 and at most 3,600; 0 if the query has none. If it is wrong,
 * replies with 400 and returns false.
 */
bool query_deadline(hob_request *req, hob_response *res, double *seconds);

#endif
