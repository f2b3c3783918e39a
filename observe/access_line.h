/* Formats a line of the access log. */
#ifndef HOB_OBSERVE_ACCESS_LINE_H
#define HOB_OBSERVE_ACCESS_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "hob/access_log.h"

/* The data of a line. A string is NULL or "" if it is not known, except for the first two. */
struct access_record {
    const char *second; /* when the request began, from access_second() */
    const char *client; /* from hob_request_client() */
    unsigned millisecond;
    const char *method;
    const char *path;
    const char *query; /* "" if nothing follows the "?" */
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
    /* The longest line: a pipe takes as much at once, so lines of several writers do not mix
       (pipe(7)). */
    ACCESS_LINE_SIZE = 4096,
};

/* Writes a second of UTC as this format does, independent of the program's locale. */
void access_second(
    hob_access_log_format format, time_t second, char text[static ACCESS_SECOND_SIZE]);

/*
 * Writes the line and its "\n", without a NUL. Returns its length. Path, query, referer and user
 * agent are cut at 768 bytes each, counted as they are written.
 */
size_t access_line(
    hob_access_log_format format, const struct access_record *record,
    char line[static ACCESS_LINE_SIZE]);

#endif
