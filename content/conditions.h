/* Requests that depend on the version of the content (RFC 9110 section 13). */
#ifndef HOB_CONTENT_CONDITIONS_H
#define HOB_CONTENT_CONDITIONS_H

#include <stdbool.h>
#include <time.h>

#include "hob/http.h"

/* The headers of a request that make it conditional; NULL where there is none. */
struct conditions {
    const char *if_match;
    const char *if_none_match;
    const char *if_modified_since;
    const char *if_unmodified_since;
    bool reads; /* the method is GET or HEAD */
};

/*
 * Returns the status for these conditions: 200 if the request can be carried out, 304 if the client
 * has the current version, or 412. `current` is NULL if there is no content yet. `now` is the time
 * of day. Section 13.2.2 defines the order of evaluation.
 */
int conditions_check(const struct conditions *self, const hob_validators *current, time_t now);

/*
 * Returns whether a client may get a range: If-Range is NULL, which means that it is absent, or
 * contains the current version (section 13.1.5).
 */
bool conditions_allow_range(const char *if_range, const hob_validators *current, time_t now);

#endif
