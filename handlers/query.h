/* What requests say in their queries. */
#ifndef HOB_HANDLERS_QUERY_H
#define HOB_HANDLERS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

/* A whole number from 1 to `most`. Returns false if the text is none. */
bool parse_count(const char *text, size_t most, size_t *count);

/*
 * ?deadline=SECONDS, above 0 and at most 3,600; 0 if the query has none. Returns false if it makes
 * no sense, and then it has replied.
 */
bool query_deadline(hob_request *req, hob_response *res, double *seconds);

#endif
