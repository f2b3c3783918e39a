/*
 * When a request is sent again because the failure may pass, and how long the client waits before
 * that. A budget keeps retries a small part of all requests: else those of many clients would add
 * to the load of a server that fails because of its load.
 */
#ifndef HOB_CLIENT_RETRY_H
#define HOB_CLIENT_RETRY_H

#include <stdbool.h>
#include <time.h>

struct retry_budget {
    double tokens; /* retries that may be sent now */
};

enum { RETRY_BUDGET_MAX = 10 };        /* retries in a row */
#define RETRY_BUDGET_PER_REQUEST (0.1) /* of a retry, which each request adds */

void retry_budget_init(struct retry_budget *self);

/* Counts a request that is no retry. */
void retry_budget_add(struct retry_budget *self);

/* Takes a retry. Returns false if there is none. */
bool retry_budget_take(struct retry_budget *self);

/* Whether connecting has failed in a way that may pass. Nothing was sent then. */
bool retry_helps_connecting(int err);

/* Whether a status means that the same request may succeed later. */
bool retry_helps_status(int status);

/*
 * Returns the seconds to wait before the retry with this number, from 0 on: `delay`, doubled for
 * each retry before, less a random part of up to half of it, so that clients do not retry all at
 * once. It is at least the time of Retry-After (RFC 9110 section 10.2.3), whose value may be NULL;
 * `now` is the time of day.
 */
double retry_wait(double delay, int number, const char *retry_after, time_t now);

#endif
