#include "version.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

void version_of(struct version *self, const struct stat *file, time_t now)
{
    bool strong = file->st_mtim.tv_sec < now - 1; /* clocks of file systems are that coarse */
    snprintf(
        self->etag, sizeof(self->etag), "%s\"%" PRIx64 ".%lx-%" PRIx64 "\"", strong ? "" : "W/",
        (uint64_t)file->st_mtim.tv_sec, (unsigned long)file->st_mtim.tv_nsec,
        (uint64_t)file->st_size);
    self->validators = (hob_validators){.etag = self->etag, .modified = file->st_mtim.tv_sec};
}
