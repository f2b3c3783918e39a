#include "routes.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "hob/cross_site.h"
#include "hob/router.h"
#include "hob/trace.h"
#include "query.h"
#include "text.h"
#include "watching.h"

#define TICK 0.05 /* seconds between two reads of the trace */

enum {
    SECONDS_BY_DEFAULT = 5,
    SECONDS_MAX = 60,
    EVENTS_AT_ONCE = 1000,
    EVENTS_MAX = 500000, /* some 50 MB of text */
    LIVE_MAX = 4096,
    LANES = 8192,
    RECORDINGS_MAX = 4, /* half a megabyte each */
};

/*
 * Tracks are threads of process 1. The cook is thread 1, the usual number of a main thread: readers
 * take thread 0 for an unknown one. The lanes have the numbers after it.
 */
enum { COOK = 1 };

static uint64_t track_number(uint64_t lane)
{
    return COOK + lane;
}

/* A lane until its next event. A newer lane replaces an older one with the same index. */
struct lane {
    uint64_t id;
    const char *name;
    const char *doing; /* NULL if it is not known */
    double since;
};

struct recording {
    hob_response *res;
    FILE *out;     /* the piece that is sent next */
    bool begun;    /* a line was written, so the next one begins with a comma */
    bool complete; /* neither the limit of events nor the end of the server cut it short */
    size_t written;
    uint64_t position;
    uint64_t dropped;
    struct lane lanes[LANES];
    hob_trace_event events[EVENTS_AT_ONCE];
};

/*
 * Rounded to an eighth, which is exact in binary and in three decimals: a viewer that adds a
 * duration to a time gets the beginning of the next slice, and sees no overlap.
 */
static double microseconds(double seconds)
{
    return round(seconds * 8e6) / 8;
}

/*
 * A line for each event of the format. Names are literals of the program and need no escapes.
 */

static void begin_line(struct recording *self, const char *phase, uint64_t track)
{
    fprintf(
        self->out, "%s\n{\"ph\":\"%s\",\"pid\":1,\"tid\":%" PRIu64, self->begun ? "," : "", phase,
        track);
    self->begun = true;
    self->written++;
}

/* Skips empty slices: speedscope takes one, and the slice behind it, for a slice without an end. */
static void
write_slice(struct recording *self, uint64_t track, const char *name, double begin, double end)
{
    double length = microseconds(end) - microseconds(begin);
    if (length <= 0)
        return;
    begin_line(self, "X", track);
    fprintf(
        self->out, ",\"name\":\"%s\",\"ts\":%.3f,\"dur\":%.3f}", name, microseconds(begin), length);
}

static void write_instant(struct recording *self, uint64_t track, const char *name, double time)
{
    begin_line(self, "i", track);
    fprintf(self->out, ",\"s\":\"t\",\"name\":\"%s\",\"ts\":%.3f}", name, microseconds(time));
}

/* The name and order of a lane's track, or of the cook's, whose lane is 0. */
static void write_track(struct recording *self, uint64_t lane, const char *name, uint64_t part_of)
{
    uint64_t track = track_number(lane);
    begin_line(self, "M", track);
    fprintf(self->out, ",\"name\":\"thread_name\",\"args\":{\"name\":\"%s", name);
    if (lane != 0)
        fprintf(self->out, " %" PRIu64, lane);
    if (part_of != 0)
        fprintf(self->out, " (part of %" PRIu64 ")", part_of);
    fputs("\"}}", self->out);
    begin_line(self, "M", track);
    fprintf(
        self->out, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%" PRIu64 "}}", track);
}

/*
 * The runtime's events as slices.
 */

static struct lane *find_lane(struct recording *self, const hob_trace_event *event)
{
    struct lane *lane = &self->lanes[event->id % LANES];
    return lane->id == event->id && event->id != 0 ? lane : NULL;
}

static void set_activity(struct recording *self, struct lane *lane, const char *doing, double time)
{
    if (lane->doing)
        write_slice(self, track_number(lane->id), lane->doing, lane->since, time);
    lane->doing = doing;
    lane->since = time;
}

static void write_run(struct recording *self, struct lane *lane, const hob_trace_event *event)
{
    double end = event->time + event->seconds;
    if (lane && lane->doing && lane->since <= event->time)
        set_activity(self, lane, NULL, event->time); /* it was ready; an await begins later */
    if (lane)
        write_slice(self, track_number(lane->id), "running", event->time, end);
    write_slice(self, COOK, lane ? lane->name : "an order", event->time, end);
}

static void write_event(struct recording *self, const hob_trace_event *event)
{
    struct lane *lane = find_lane(self, event);
    switch (event->kind) {
    case HOB_TRACE_BEGIN:
        self->lanes[event->id % LANES] = (struct lane){.id = event->id, .name = event->text};
        write_track(self, event->id, event->text, event->parent);
        break;
    case HOB_TRACE_AWAIT:
        if (lane)
            set_activity(self, lane, event->text, event->time);
        break;
    case HOB_TRACE_READY:
        if (lane)
            set_activity(self, lane, "ready", event->time);
        break;
    case HOB_TRACE_RUN:
        write_run(self, lane, event);
        break;
    case HOB_TRACE_OTHERS:
        break; /* a sum, without a time */
    case HOB_TRACE_END:
        if (lane) {
            set_activity(self, lane, NULL, event->time);
            write_instant(self, track_number(lane->id), outcome_name(event->result), event->time);
        }
        break;
    case HOB_TRACE_STALL:
        write_instant(self, COOK, "stall", event->time);
        break;
    }
}

static void close_lanes(struct recording *self, double time)
{
    for (size_t i = 0; i < LANES; i++)
        set_activity(self, &self->lanes[i], NULL, time);
}

/*
 * Sending.
 */

static int begin_piece(struct recording *self, struct text *piece)
{
    int err = text_begin(piece);
    self->out = piece->out;
    return err;
}

static int send_piece(struct recording *self, struct text *piece)
{
    int err = text_end(piece);
    if (err == 0)
        err = hob_send(self->res, piece->bytes, piece->size);
    text_free(piece);
    return err;
}

static int send_events(struct recording *self, const hob_trace_event *events, size_t count)
{
    struct text piece;
    int err = begin_piece(self, &piece);
    if (err < 0)
        return err;
    for (size_t i = 0; i < count; i++)
        write_event(self, &events[i]);
    return send_piece(self, &piece);
}

/* The head of the file, and the lanes that exist. */
static int send_begin(struct recording *self)
{
    static const char head[] = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
    hob_trace_event *live = hob_alloc(LIVE_MAX * sizeof(*live));
    struct text piece;
    int err = live ? hob_send(self->res, head, sizeof(head) - 1) : -ENOMEM;
    if (err == 0)
        err = begin_piece(self, &piece);
    if (err < 0)
        return err;
    write_track(self, 0, "the cook", 0);
    err = send_piece(self, &piece);
    self->position = hob_trace_position();
    return err < 0 ? err : send_events(self, live, hob_trace_live(live, LIVE_MAX));
}

static int send_end(struct recording *self)
{
    struct text piece;
    int err = begin_piece(self, &piece);
    if (err < 0)
        return err;
    close_lanes(self, hob_now());
    fprintf(
        self->out, "\n],\"otherData\":{\"dropped\":\"%" PRIu64 "\",\"complete\":\"%s\"}}\n",
        self->dropped, self->complete ? "yes" : "no");
    return send_piece(self, &piece);
}

/* Ends the file early, but complete in form, when the server is stopping. */
static int record(struct recording *self, const hob_request *req, double end)
{
    int err = send_begin(self);
    int more = 1;
    while (err == 0 && more > 0 && hob_now() < end && self->written < EVENTS_MAX) {
        size_t count =
            hob_trace_read(&self->position, self->events, EVENTS_AT_ONCE, &self->dropped);
        err = send_events(self, self->events, count);
        if (err == 0)
            more = wait_unless_stopping(req, count == EVENTS_AT_ONCE ? 0 : TICK);
    }
    self->complete = more > 0 && self->written < EVENTS_MAX;
    if (err == 0 && more < 0)
        err = more;
    return err < 0 ? err : send_end(self);
}

int serve_trace(hob_request *req, hob_response *res)
{
    size_t seconds = SECONDS_BY_DEFAULT;
    const char *value = hob_request_query_value(req, "seconds");
    struct kitchen *kitchen = hob_state(req);
    if (hob_refuse_cross_site(req, res))
        return 0;
    if (value && !parse_count(value, SECONDS_MAX, &seconds))
        return hob_reply_text(res, 400, "seconds: a number from 1 to 60\n");
    if (kitchen->recordings >= RECORDINGS_MAX)
        return hob_reply_text(res, 503, "4 traces are being recorded already\n");
    struct recording *self = hob_alloc(sizeof(*self));
    if (!self)
        return -ENOMEM;
    memset(self, 0, sizeof(*self));
    self->res = res;
    int err = watch_until_end(&kitchen->recordings);
    if (err == 0)
        err = hob_response_add_header(res, "Cache-Control", "no-store");
    if (err == 0)
        err = hob_stream(res, 200, HOB_JSON);
    return err < 0 ? err : record(self, req, hob_now() + (double)seconds);
}
