#include "hob/access_log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "access_line.h"
#include "hob/forwarded.h"
#include "hob/runtime.h"
#include "line_writer.h"

/* Bytes of lines that wait to be written: some thousand lines. */
#define CAPACITY ((size_t)1024 * 1024)
/* Seconds that closing may take. */
#define CLOSE_TIMEOUT 2

struct hob_access_log {
    hob_access_log_format format;
    struct line_writer *writer;
    double offset;      /* from hob_now() to UTC */
    double compared_at; /* when the offset was computed; once a second */
    time_t second;      /* the second in `text` */
    char text[ACCESS_SECOND_SIZE];
    char line[ACCESS_LINE_SIZE]; /* a buffer, too large for the stack of a coroutine */
};

bool hob_access_log_format_from_name(const char *name, hob_access_log_format *format)
{
    static const char *const names[] = {
        [HOB_ACCESS_LOG_COMBINED] = "combined",
        [HOB_ACCESS_LOG_JSON] = "json",
        [HOB_ACCESS_LOG_LOGFMT] = "logfmt",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = (hob_access_log_format)i;
            return true;
        }
    }
    return false;
}

int hob_access_log_open(hob_access_log_format format, const char *path, hob_access_log **log)
{
    hob_access_log *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    self->format = format;
    self->compared_at = -INFINITY;
    self->second = -1;
    int err = line_writer_open("access log", path, CAPACITY, &self->writer);
    if (err < 0)
        free(self);
    else
        *log = self;
    return err;
}

/* Converts a time of hob_now() to seconds of UTC since 1970. */
static double to_utc(hob_access_log *self, double time)
{
    if (time >= self->compared_at + 1) {
        struct timespec utc;
        clock_gettime(CLOCK_REALTIME, &utc);
        self->compared_at = hob_now();
        self->offset = (double)utc.tv_sec + (double)utc.tv_nsec / 1e9 - self->compared_at;
    }
    return time + self->offset;
}

static void set_time(hob_access_log *self, struct access_record *record, double began)
{
    double utc = to_utc(self, began);
    time_t second = (time_t)utc;
    if (second != self->second) {
        access_second(self->format, second, self->text);
        self->second = second;
    }
    record->second = self->text;
    record->millisecond = (unsigned)((utc - (double)second) * 1000);
}

void hob_access_log_observe(void *log, const hob_exchange *exchange)
{
    hob_access_log *self = log;
    hob_request *req = exchange->req;
    char client[HOB_PEER_SIZE];
    hob_request_client(req, client, sizeof(client)); /* always fits */
    struct access_record record = {
        .client = client,
        .method = hob_request_method(req),
        .path = hob_request_peek_path(req),
        .query = hob_request_query(req),
        .protocol = hob_request_protocol(req),
        .status = exchange->status,
        .bytes = exchange->sent,
        .seconds = exchange->seconds,
        .referer = hob_request_header(req, "Referer"),
        .user_agent = hob_request_header(req, "User-Agent"),
        .id = hob_request_id(req),
        .route = hob_request_route(req),
    };
    set_time(self, &record, exchange->began);
    line_writer_put(self->writer, self->line, access_line(self->format, &record, self->line));
}

void hob_access_log_reopen(hob_access_log *log)
{
    line_writer_reopen(log->writer);
}

uint64_t hob_access_log_lost(const hob_access_log *log)
{
    return line_writer_lost(log->writer);
}

void hob_access_log_close(hob_access_log *log)
{
    if (!log)
        return;
    line_writer_close(log->writer, CLOSE_TIMEOUT);
    free(log);
}
