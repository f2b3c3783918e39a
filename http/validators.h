/*
 * What tells one version of a file from another, and requests that depend on it (RFC 9110 sections
 * 8.8 and 13).
 */
#ifndef HOB_HTTP_VALIDATORS_H
#define HOB_HTTP_VALIDATORS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "http_date.h"

struct validators {
    /*
     * From the time of the last change and the size: the same on all machines that a file was
     * copied to together with its time. Weak, "W/...", while the file is so new that it could
     * change again and keep that time.
     */
    char etag[64];
    char last_modified[HTTP_DATE_SIZE]; /* "" if that makes no sense, as in the future */
    time_t modified;
    bool strong; /* what they stand for is the same byte for byte */
};

/* The headers of a request that make it conditional; NULL where there is none. */
struct conditions {
    const char *if_match;
    const char *if_none_match;
    const char *if_modified_since;
    const char *if_unmodified_since;
};

/* `now` is the time of day, in seconds. */
void validators_of(struct validators *self, const struct stat *file, time_t now);

/*
 * How to answer GET or HEAD under these conditions: 200, 304 if the client has this version
 * already, or 412 if it wants another. Section 13.2.2 says which condition counts.
 */
int validators_check(
    const struct validators *self, const struct conditions *conditions, time_t now);

/*
 * Whether a range can be added to what the client has, which the value of If-Range stands for; NULL
 * if it does not ask (section 13.1.5).
 */
bool validators_allow_range(const struct validators *self, const char *if_range, time_t now);

#endif
