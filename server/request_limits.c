#include "request_limits.h"

#include <errno.h>
#include <stdbool.h>

static bool complete_time(double *seconds, double usual)
{
    if (*seconds == 0)
        *seconds = usual;
    return *seconds > 0; /* false for NaN, too */
}

/* Sets the default if the time is 0. Less than 0 means none. */
static bool complete_grace(double *seconds, double usual)
{
    if (*seconds == 0)
        *seconds = usual;
    if (*seconds < 0)
        *seconds = 0;
    return *seconds >= 0;
}

static void complete_size(size_t *size, size_t usual)
{
    if (*size == 0)
        *size = usual;
}

int limits_complete(hob_server_options *options)
{
    complete_size(&options->target_limit, (size_t)8 * 1024);
    complete_size(&options->head_limit, (size_t)16 * 1024);
    complete_size(&options->header_limit, 100);
    complete_size(&options->body_limit, (size_t)1024 * 1024);
    complete_size(&options->pipeline_limit, (size_t)64 * 1024);
    complete_size(&options->accept_batch, 64);
    bool sound = complete_time(&options->head_timeout, 10);
    sound &= complete_time(&options->body_timeout, 15);
    sound &= complete_time(&options->handler_timeout, 30);
    sound &= complete_time(&options->write_timeout, 20);
    sound &= complete_time(&options->idle_timeout, 75);
    sound &= complete_time(&options->linger_timeout, 2);
    sound &= complete_grace(&options->drain_delay, 0);
    sound &= complete_grace(&options->grace, 30);
    sound &= complete_grace(&options->idle_grace, 1);
    sound &= options->stack <= HOB_STACK_MAX;
    return sound ? 0 : -ERANGE;
}

struct parser_limits limits_for_parser(const hob_server_options *options)
{
    return (struct parser_limits){
        .target = options->target_limit,
        .head = options->head_limit,
        .header_count = options->header_limit,
        .framing = options->head_limit, /* trailers are fields, too */
    };
}
