#include "routes.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hob/cross_site.h"
#include "hob/router.h"
#include "hob/trace.h"
#include "text.h"
#include "watching.h"

#define TICK        0.04 /* seconds between two batches */
#define SILENCE_MAX 0.25 /* the page takes a longer one for a blocked thread */

/* More events at once would block the thread for too long. */
enum { EVENTS_AT_ONCE = 1000, LIVE_MAX = 16384, LAGS = 256 };

/* Each one takes some processor time, 25 times a second. */
enum { WATCHERS_MAX = 50 };

/* Values that are computed once a second from the values of the second before. */
struct rates {
    double since;
    uint64_t switches;
    double running;
    double per_second; /* switches */
    double busy;
    long resident; /* KiB */
};

struct feed {
    struct kitchen *kitchen;
    hob_response *res;
    uint64_t position;
    uint64_t dropped;
    double others; /* seconds that coroutines without a lane have run, not sent yet */
    double sent_at;
    struct rates rates;
    double lags[LAGS]; /* of the last ticks, as a ring */
    size_t lag_count;
    hob_trace_event events[EVENTS_AT_ONCE];
};

static double milliseconds(double seconds)
{
    return seconds * 1e3;
}

/*
 * Events.
 */

static void write_event(FILE *out, const hob_trace_event *event)
{
    double time = milliseconds(event->time);
    double duration = milliseconds(event->seconds);
    switch (event->kind) {
    case HOB_TRACE_BEGIN:
        fprintf(
            out, "[\"b\",%.3f,%" PRIu64 ",%" PRIu64 ",\"%s\"]", time, event->id, event->parent,
            event->text);
        break;
    case HOB_TRACE_AWAIT:
        fprintf(out, "[\"w\",%.3f,%" PRIu64 ",\"%s\",", time, event->id, event->text);
        fprintf(out, isnan(duration) ? "null]" : "%.3f]", duration);
        break;
    case HOB_TRACE_READY:
        fprintf(out, "[\"r\",%.3f,%" PRIu64 "]", time, event->id);
        break;
    case HOB_TRACE_RUN:
        fprintf(out, "[\"x\",%.3f,%" PRIu64 ",%.3f]", time, event->id, duration);
        break;
    case HOB_TRACE_OTHERS:
        break; /* sent as a sum */
    case HOB_TRACE_END:
        fprintf(
            out, "[\"e\",%.3f,%" PRIu64 ",\"%s\"]", time, event->id, outcome_name(event->result));
        break;
    case HOB_TRACE_STALL:
        fprintf(
            out, "[\"s\",%.3f,%" PRIu64 ",%.3f,\"%s\"]", time, event->id, duration, event->text);
        break;
    }
}

static void write_events(FILE *out, const hob_trace_event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        write_event(out, &events[i]);
        fputc(',', out);
    }
}

/* Sums the events of coroutines without a lane. Returns how many other events remain. */
static size_t sum_others(struct feed *self, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (self->events[i].kind == HOB_TRACE_OTHERS)
            self->others += self->events[i].seconds;
        else
            self->events[kept++] = self->events[i];
    }
    return kept;
}

/*
 * Numbers.
 */

/* In KiB; 0 without /proc. The second number is in pages: see proc(5). */
static long resident_memory(void)
{
    char line[200] = "";
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    const char *rest = fgets(line, sizeof(line), file) ? strchr(line, ' ') : NULL;
    fclose(file);
    return rest ? strtol(rest, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

static void renew_rates(struct rates *self, const hob_trace_totals *totals, double now)
{
    double seconds = now - self->since;
    if (seconds < 1)
        return;
    if (self->since > 0) {
        self->per_second = (double)(totals->switches - self->switches) / seconds;
        self->busy = fmin((totals->running - self->running) / seconds, 1);
    }
    self->since = now;
    self->switches = totals->switches;
    self->running = totals->running;
    self->resident = resident_memory();
}

static int compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double lag_percentile(const struct feed *self, double share)
{
    double sorted[LAGS];
    size_t count = self->lag_count < LAGS ? self->lag_count : LAGS;
    if (count == 0)
        return 0;
    memcpy(sorted, self->lags, count * sizeof(sorted[0]));
    qsort(sorted, count, sizeof(sorted[0]), compare);
    return sorted[(size_t)((double)(count - 1) * share)];
}

static void write_stats(struct feed *self, FILE *out, double now)
{
    hob_trace_totals totals;
    const struct kitchen_totals *done = &self->kitchen->totals;
    hob_trace_count(&totals);
    renew_rates(&self->rates, &totals, now);
    fprintf(
        out,
        "\"stats\":{\"cooking\":%zu,\"ready\":%zu,\"switchesPerSecond\":%.0f,\"lagP99\":%.3f,"
        "\"coroutines\":%zu,\"stacks\":%zu,",
        totals.orders, totals.ready, self->rates.per_second,
        milliseconds(lag_percentile(self, 0.99)), totals.coroutines, totals.stacks);
    fprintf(
        out,
        "\"residentKiB\":%ld,\"busy\":%.4f,\"served\":%zu,\"cookedSeconds\":%.3f,"
        "\"dropped\":%" PRIu64 "}",
        self->rates.resident, self->rates.busy, done->served, done->seconds, self->dropped);
}

/*
 * Messages.
 */

static int send_text(struct feed *self, struct text *text, const char *id, const char *name)
{
    int err = text_end(text);
    if (err == 0)
        err = hob_event(self->res, id, name, text->bytes);
    text_free(text);
    return err;
}

/* Identifies this process; another one may have had the address before. */
static const char *session(struct kitchen *kitchen)
{
    struct timespec wall;
    if (!*kitchen->session) {
        clock_gettime(CLOCK_REALTIME, &wall);
        snprintf(
            kitchen->session, sizeof(kitchen->session), "%lld.%09ld-%ld", (long long)wall.tv_sec,
            wall.tv_nsec, (long)getpid());
    }
    return kitchen->session;
}

static int send_batch(struct feed *self, const hob_trace_event *events, size_t count)
{
    struct text text;
    char id[64];
    double now = hob_now();
    int err = text_begin(&text);
    if (err < 0)
        return err;
    fprintf(text.out, "{\"now\":%.3f,\"dropped\":%" PRIu64 ",", milliseconds(now), self->dropped);
    fputs("\"events\":[", text.out);
    write_events(text.out, events, count);
    fprintf(text.out, "[\"o\",%.3f,%.3f]],", milliseconds(now), milliseconds(self->others));
    self->others = 0;
    write_stats(self, text.out, now);
    fputc('}', text.out);
    snprintf(id, sizeof(id), "%s %" PRIu64, session(self->kitchen), self->position);
    self->sent_at = now;
    return send_text(self, &text, id, "batch");
}

/* Their names need no escapes. */
static void write_upstreams(FILE *out, const struct kitchen *kitchen)
{
    fputs(",\"upstreams\":[", out);
    for (size_t i = 0; i < kitchen->upstream_count; i++)
        fprintf(out, "%s\"%s\"", i > 0 ? "," : "", kitchen->upstreams[i].name);
    fputc(']', out);
}

static int send_hello(struct feed *self)
{
    struct text text;
    struct timespec wall;
    struct kitchen *kitchen = self->kitchen;
    clock_gettime(CLOCK_REALTIME, &wall);
    double now = milliseconds(hob_now());
    double epoch = (double)wall.tv_sec * 1e3 + (double)wall.tv_nsec / 1e6 - now;
    int err = text_begin(&text);
    if (err < 0)
        return err;
    fprintf(
        text.out, "{\"now\":%.3f,\"epoch\":%.3f,\"timeScale\":%g,\"demo\":%s,\"trace\":%s,", now,
        epoch, kitchen->time_scale, kitchen->demo ? "true" : "false",
        kitchen->traces ? "true" : "false");
    fprintf(
        text.out, "\"worker\":%zu,\"workers\":%zu,\"session\":\"%s\"", kitchen->worker,
        kitchen->workers, session(kitchen));
    write_upstreams(text.out, kitchen);
    fputc('}', text.out);
    return send_text(self, &text, NULL, "hello");
}

/* The orders that cook when the feed begins. */
static int send_live(struct feed *self)
{
    hob_trace_event *live = malloc(LIVE_MAX * sizeof(*live));
    if (!live)
        return -ENOMEM;
    self->position = hob_trace_position();
    int err = send_batch(self, live, hob_trace_live(live, LIVE_MAX));
    free(live);
    return err;
}

static int send_news(struct feed *self)
{
    size_t count;
    int err = 0;
    do {
        count = hob_trace_read(&self->position, self->events, EVENTS_AT_ONCE, &self->dropped);
        size_t count_left = sum_others(self, count);
        if (count_left > 0 || hob_now() - self->sent_at >= SILENCE_MAX)
            err = send_batch(self, self->events, count_left);
        if (err == 0)
            err = hob_yield(); /* other coroutines run between large batches */
    } while (err == 0 && count == EVENTS_AT_ONCE);
    return err;
}

/* Waits for the next tick. Returns 1, 0 if the server is stopping, or a negative errno. */
static int wait_for_tick(struct feed *self, hob_request *req)
{
    double due = hob_now() + TICK;
    int ticks = wait_unless_stopping(req, TICK);
    self->lags[self->lag_count++ % LAGS] = fmax(hob_now() - due, 0);
    return ticks;
}

/* A page cannot set the header of a new stream, so it puts the id into the query. */
static const char *last_id(hob_request *req)
{
    const char *header = hob_request_header(req, "Last-Event-ID");
    return header ? header : hob_request_query_value(req, "since");
}

/* Continues a feed that was interrupted. Returns false if events are missing. */
static bool resume(struct feed *self, hob_request *req)
{
    uint64_t missed = 0;
    const char *own = session(self->kitchen);
    size_t length = strlen(own);
    const char *last = last_id(req);
    if (!last || strncmp(last, own, length) != 0 || last[length] != ' ')
        return false;
    self->position = strtoull(last + length, NULL, 10);
    if (self->position > hob_trace_position())
        return false;
    uint64_t next = self->position;
    hob_trace_read(&next, self->events, 1, &missed);
    return missed == 0;
}

static int begin(struct feed *self, hob_request *req)
{
    static const char reconnect_soon[] =
        "retry: 500\n\n"; /* ms; the default of browsers is some seconds */
    int err = watch_until_end(&self->kitchen->watchers);
    if (err == 0)
        err = hob_event_stream(self->res);
    if (err == 0)
        err = hob_send(self->res, reconnect_soon, sizeof(reconnect_soon) - 1);
    if (err < 0 || resume(self, req))
        return err;
    err = send_hello(self);
    return err < 0 ? err : send_live(self);
}

int serve_events(hob_request *req, hob_response *res)
{
    struct kitchen *kitchen = hob_state(req);
    if (hob_refuse_cross_site(req, res))
        return 0;
    if (kitchen->watchers >= WATCHERS_MAX)
        return hob_reply_text(res, 503, "50 clients watch the kitchen already\n");
    struct feed *self = hob_alloc(sizeof(*self));
    if (!self)
        return -ENOMEM;
    memset(self, 0, sizeof(*self)); /* too large for a copy on the stack */
    self->kitchen = kitchen;
    self->res = res;
    int err = begin(self, req);
    while (err == 0 && (err = wait_for_tick(self, req)) > 0)
        err = send_news(self);
    return err;
}
