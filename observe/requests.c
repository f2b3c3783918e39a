#include "requests.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exposition.h"
#include "hob/log.h"

enum { ROUTES_MAX = 2000 };

void requests_init(struct requests *self)
{
    memset(self, 0, sizeof(*self)); /* a compound literal would be too large for the stack */
    for (size_t i = 0; i < RECENT_ROUTES; i++)
        self->recent[i] = &self->others;
}

static void free_series(const struct route_count *route)
{
    for (struct series *series = route->series, *next; series; series = next) {
        next = series->next;
        free(series);
    }
}

void requests_free(struct requests *self)
{
    free_series(&self->others);
    for (struct route_count *route = self->routes, *next; route; route = next) {
        next = route->next;
        free_series(route);
        free(route);
    }
}

/*
 * Counting.
 */

/* Without the lowest bits, which alignment makes equal. */
static size_t cache_index(const char *pattern)
{
    return ((uintptr_t)pattern >> 4) % RECENT_ROUTES;
}

static struct route_count *add_route(struct requests *self, const char *pattern)
{
    if (self->route_count == ROUTES_MAX)
        return &self->others;
    struct route_count *route = calloc(1, sizeof(*route));
    if (!route)
        return &self->others;
    route->pattern = pattern;
    route->next = self->routes;
    self->routes = route;
    self->route_count++;
    return route;
}

/* Searches for a route by the text of its pattern, and adds it if it is new. */
static struct route_count *find_or_add_route(struct requests *self, const char *pattern)
{
    if (!pattern)
        return &self->others;
    for (struct route_count *route = self->routes; route; route = route->next) {
        if (strcmp(route->pattern, pattern) == 0)
            return route;
    }
    return add_route(self, pattern);
}

/* Methods of RFC 9110 and RFC 5789. Each is one constant, so that series compare addresses. */
static const char get[] = "GET";
static const char other[] = "other";
static const char *const methods[] = {
    get, "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
};

static const char *known_method(const char *name)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(name, methods[i]) == 0)
            return methods[i];
    }
    return other;
}

static struct series *add_series(struct route_count *route, const char *method, int status)
{
    struct series *series = malloc(sizeof(*series));
    if (!series)
        return NULL;
    *series = (struct series){.method = method, .status = status, .next = route->series};
    route->series = series;
    return series;
}

static struct series *find_series(const struct route_count *route, const char *method, int status)
{
    struct series *series = route->series;
    while (series && (series->method != method || series->status != status))
        series = series->next;
    return series;
}

static void count(struct route_count *route, struct series *series, const hob_exchange *exchange)
{
    series->count++;
    histogram_add(&route->seconds, exchange->seconds);
}

/* Not inlined, so that requests_add() saves no registers for it. */
__attribute__((noinline)) static void
search_and_count(struct requests *self, const hob_exchange *exchange)
{
    const char *pattern = hob_request_route(exchange->req);
    const char *method = known_method(hob_request_method(exchange->req));
    struct route_count *route = find_or_add_route(self, pattern);
    struct series *series = find_series(route, method, exchange->status);
    if (!series)
        series = add_series(route, method, exchange->status);
    if (series)
        count(route, series, exchange);
    self->recent[cache_index(pattern)] = route;
}

static bool is_get(const char *method)
{
    return method[0] == 'G' && method[1] == 'E' && method[2] == 'T' && method[3] == '\0';
}

void requests_add(struct requests *self, const hob_exchange *exchange)
{
    const char *pattern = hob_request_route(exchange->req);
    struct route_count *route = self->recent[cache_index(pattern)];
    struct series *series = NULL;
    if (route->pattern == pattern && is_get(hob_request_method(exchange->req)))
        series = find_series(route, get, exchange->status);
    if (series)
        count(route, series, exchange);
    else
        search_and_count(self, exchange);
}

static const char *name_of(const struct route_count *route)
{
    return route->pattern ? route->pattern : other;
}

void requests_record_stack(struct requests *self, const char *pattern, size_t used, size_t size)
{
    struct route_count *route = find_or_add_route(self, pattern);
    if (used <= route->stack.used)
        return;
    route->stack.used = used;
    route->stack.size = size;
    if (used / 3 > size / 4)
        hob_log(
            HOB_LOG_WARN,
            "%s has used %zu of the %zu KiB of its stack: run deep calls by hob_call_deep or "
            "hob_offload, or give the route a larger stack",
            name_of(route), used / 1024, size / 1024);
}

/*
 * Exposing.
 */

static void expose_series(const struct route_count *route, hob_exposition *out)
{
    char status[16];
    for (const struct series *series = route->series; series; series = series->next) {
        const hob_label labels[] = {
            {"route", name_of(route)}, {"method", series->method}, {"status", status}};
        snprintf(status, sizeof(status), "%d", series->status);
        hob_metrics_value(out, labels, sizeof(labels) / sizeof(labels[0]), (double)series->count);
    }
}

static void expose_seconds(const struct route_count *route, hob_exposition *out)
{
    const hob_label label = {"route", name_of(route)};
    if (route->series)
        exposition_histogram(out, &route->seconds, &label);
}

static void expose_stack(const struct route_count *route, size_t bytes, hob_exposition *out)
{
    const hob_label label = {"route", name_of(route)};
    if (route->stack.size > 0)
        hob_metrics_value(out, &label, 1, (double)bytes);
}

static void expose_stacks(const struct requests *self, hob_exposition *out)
{
    static const hob_metric used = {
        .name = "hob_stack_used_bytes",
        .type = HOB_METRIC_PEAK,
        .unit = "bytes",
        .help = "The maximum of stack that was measured for requests of the route."};
    static const hob_metric size = {
        .name = "hob_stack_size_bytes",
        .type = HOB_METRIC_PEAK,
        .unit = "bytes",
        .help = "The size of the stack of requests of the route."};
    hob_metrics_begin(out, &used);
    expose_stack(&self->others, self->others.stack.used, out);
    for (const struct route_count *route = self->routes; route; route = route->next)
        expose_stack(route, route->stack.used, out);
    hob_metrics_begin(out, &size);
    expose_stack(&self->others, self->others.stack.size, out);
    for (const struct route_count *route = self->routes; route; route = route->next)
        expose_stack(route, route->stack.size, out);
}

void requests_expose(const struct requests *self, hob_exposition *out)
{
    static const hob_metric requests = {
        .name = "hob_http_requests",
        .type = HOB_METRIC_COUNTER,
        .help = "Completed requests by route, method and status of the response; status 0 if the "
                "client left before a response."};
    hob_metrics_begin(out, &requests);
    expose_series(&self->others, out);
    for (const struct route_count *route = self->routes; route; route = route->next)
        expose_series(route, out);
    exposition_begin_histogram(
        out, "hob_http_request_duration_seconds",
        "Time from the first bytes of a request until its response was passed to the socket.");
    expose_seconds(&self->others, out);
    for (const struct route_count *route = self->routes; route; route = route->next)
        expose_seconds(route, out);
    expose_stacks(self, out);
}
