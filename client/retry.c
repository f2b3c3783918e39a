#include "retry.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include "hob/http.h"

enum { DOUBLED_MAX = 16 };

void retry_budget_init(struct retry_budget *self)
{
    self->tokens = RETRY_BUDGET_MAX;
}

void retry_budget_add(struct retry_budget *self)
{
    self->tokens = fmin(self->tokens + RETRY_BUDGET_PER_REQUEST, RETRY_BUDGET_MAX);
}

bool retry_budget_take(struct retry_budget *self)
{
    if (self->tokens < 1)
        return false;
    self->tokens -= 1;
    return true;
}

bool retry_helps_connecting(int err)
{
    switch (err) {
    case -ECONNREFUSED:
    case -ECONNRESET:
    case -EHOSTUNREACH:
    case -ENETUNREACH:
    case -EREMOTEIO: /* no name server has answered */
    case -ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

bool retry_helps_status(int status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

/* Seconds, or a date; 0 if it is neither. */
static double seconds_of(const char *retry_after, time_t now)
{
    time_t date;
    char *end;
    if (!retry_after)
        return 0;
    if (hob_http_date_parse(retry_after, &date))
        return fmax(0, difftime(date, now));
    unsigned long seconds = strtoul(retry_after, &end, 10);
    return *end == '\0' && *retry_after != '-' ? (double)seconds : 0;
}

/* From 0.5 to 1; 1 if the system has no random numbers yet. */
static double random_part(void)
{
    uint16_t number = UINT16_MAX;
    ssize_t size = getrandom(&number, sizeof(number), GRND_NONBLOCK);
    return size == sizeof(number) ? 0.5 + number / (2.0 * UINT16_MAX) : 1;
}

double retry_wait(double delay, int number, const char *retry_after, time_t now)
{
    int doubled = number < DOUBLED_MAX ? number : DOUBLED_MAX;
    return fmax(ldexp(delay, doubled) * random_part(), seconds_of(retry_after, now));
}
