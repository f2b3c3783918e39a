/* A line of the access log, in each of its formats. */
#ifndef HOB_OBSERVE_ACCESS_LINE_H
#define HOB_OBSERVE_ACCESS_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "hob/access_log.h"

/* Strings may be anything, even NULL or "" if they are not known, but for the first two. */
struct access_record {
    const char *second; /* when the request began: of access_second() */
    const char *client; /* of hob_request_peer() */
    unsigned millisecond;
    const char *method;
    const char *path;
    const char *query; /* "" if there is a "?" and nothing behind it */
    const char *protocol;
    int status;
    uint64_t bytes;
    double seconds;
    const char *referer;
    const char *user_agent;
    const char *id;
    const char *route;
};

enum {
    ACCESS_SECOND_SIZE = sizeof("22/Nov/2026:16:33:22 +0000"),
    /* The longest line. Pipes take so much at once (pipe(7)), so that writers do not mix. */
    ACCESS_LINE_SIZE = 4096,
};

/* Writes a second of UTC as the lines of this format have it, whatever the program's locale is. */
void access_second(
    hob_access_log_format format, time_t second, char text[static ACCESS_SECOND_SIZE]);

/*
 * Writes the line and its "\n", with no NUL behind it. Returns its length. What is too long is cut:
 * path, query, referer and user agent at 768 bytes each, as they are written.
 */
size_t access_line(
    hob_access_log_format format, const struct access_record *record,
    char line[static ACCESS_LINE_SIZE]);

#endif
