/* The version of a file: its ETag and time. */
#ifndef HOB_MODULES_FILES_VERSION_H
#define HOB_MODULES_FILES_VERSION_H

#include <sys/stat.h>
#include <time.h>

#include "hob/http.h"

struct version {
    hob_validators validators;
    char etag[64]; /* of the validators */
};

/*
 * Describes a file by the time of its last change and its size: both are the same on all machines
 * that it was copied to together with its time. The etag is weak, "W/...", while the file is so new
 * that it could change again and keep that time. `now` is the time of day.
 */
void version_of(struct version *self, const struct stat *file, time_t now);

#endif
