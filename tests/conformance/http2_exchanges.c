#include <stdio.h>
#include <stdlib.h>

#include "http2.h"

static const struct http2_table *const http2_tables[] = {
    &http2_frame_cases,
    &http2_stream_cases,
    &http2_head_cases,
    &http2_compression_cases,
};

enum { HTTP2_TABLE_COUNT = sizeof(http2_tables) / sizeof(http2_tables[0]) };

static size_t count_most(void)
{
    size_t count = 0;
    for (size_t i = 0; i < HTTP2_TABLE_COUNT; i++)
        count += http2_tables[i]->count;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        count += case_tables[i]->count;
    return count;
}

static struct http2_exchange *
make_of_frames(struct http2_exchange *at, const struct http2_table *table)
{
    for (size_t i = 0; i < table->count; i++, at++) {
        const struct http2_case *c = &table->cases[i];
        *at = (struct http2_exchange){table->name, c->name, c->section, c->note, c->outcome};
        at->bytes = http2_case_bytes(c, &at->size);
    }
    return at;
}

/* nghttp2 finds most of what has status 400 over HTTP/1.1. */
static struct http2_outcome outcome_of_request(const struct http_case *self)
{
    if (self->http2 == HTTP2_RESETS || (self->http2 == 0 && self->statuses[0] == 400))
        return (struct http2_outcome){RESET, HTTP2_PROTOCOL_ERROR};
    int status = self->http2 ? self->http2 : self->statuses[0];
    return (struct http2_outcome){ANSWERED, (unsigned)status};
}

static struct http2_exchange *
make_of_requests(struct http2_exchange *at, const struct case_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct http_case *c = &table->cases[i];
        struct http2_outcome outcome = outcome_of_request(c);
        *at =
            (struct http2_exchange){table->name, c->name, c->section, c->note, outcome, c->routing};
        at->bytes = http2_request_bytes(c, &at->size);
        at += at->bytes != NULL;
    }
    return at;
}

struct http2_exchange *http2_exchanges_make(size_t *count)
{
    struct http2_exchange *self = calloc(count_most(), sizeof(*self));
    if (!self)
        abort();
    struct http2_exchange *end = self;
    for (size_t i = 0; i < HTTP2_TABLE_COUNT; i++)
        end = make_of_frames(end, http2_tables[i]);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        end = make_of_requests(end, case_tables[i]);
    *count = (size_t)(end - self);
    return self;
}

void http2_exchanges_free(struct http2_exchange *self, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(self[i].bytes);
    free(self);
}

struct http2_outcome http2_outcome_of(const struct http2_result *result, uint32_t connection_error)
{
    if (connection_error)
        return (struct http2_outcome){ENDED, connection_error};
    if (result->reset && result->error) /* NO_ERROR follows a response to an unread body */
        return (struct http2_outcome){RESET, result->error};
    return (struct http2_outcome){ANSWERED, (unsigned)result->status};
}

const char *http2_outcome_text(const struct http2_outcome *self, char text[HTTP2_OUTCOME_SIZE])
{
    if (self->end == ANSWERED && self->code == 0)
        snprintf(text, HTTP2_OUTCOME_SIZE, "nothing");
    else if (self->end == ANSWERED)
        snprintf(text, HTTP2_OUTCOME_SIZE, "%u", self->code);
    else if (self->end == ENDED && self->code == 0)
        snprintf(text, HTTP2_OUTCOME_SIZE, "closed");
    else
        snprintf(
            text, HTTP2_OUTCOME_SIZE, "%s %s", self->end == RESET ? "reset" : "GOAWAY",
            nghttp2_http2_strerror(self->code));
    return text;
}
