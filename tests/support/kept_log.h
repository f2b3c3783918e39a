/*
 * The log of the test's own process, kept for the test instead of written.
 */
#ifndef HOB_TESTS_SUPPORT_KEPT_LOG_H
#define HOB_TESTS_SUPPORT_KEPT_LOG_H

#include <stdio.h>

#include "hob/log.h"

struct kept_log {
    char last[1024]; /* the last message; "" if there is none */
};

static inline void kept_log_take(void *self, hob_log_level level, const char *message)
{
    (void)level;
    snprintf(self, sizeof(struct kept_log), "%s", message);
}

/* From now on, until the test ends. */
static inline void kept_log_begin(struct kept_log *self)
{
    self->last[0] = '\0';
    hob_log_to(kept_log_take, self);
}

#endif
