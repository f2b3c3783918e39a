#include "fetched.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decoding.h"
#include "hob/text.h"
#include "http/syntax.h"
#include "net/error.h"
#include "runtime/task.h"

/* Drops content that has been received, so that the connection can be kept if there is no more. */
static void drop_unread(hob_fetched *self)
{
    char *unread = self->kept + self->unread;
    size_t size = self->unread_end - self->unread;
    if (self->reader.state == RESPONSE_BODY)
        self->unread += response_reader_feed(&self->reader, unread, size, unread);
}

static void end(void *arg)
{
    hob_fetched *self = arg;
    drop_unread(self);
    if (self->conn)
        fetched_release(self);
    decoding_free(self->decoding);
    free(self->trailers.strings.data);
    free(self->kept);
    free(self->url);
    free(self);
}

hob_fetched *fetched_new(hob_client *client)
{
    hob_fetched *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->client = client;
    self->arena = &task_current("hob_fetch")->arena;
    arena_push(self->arena, &self->cleanup, end, self);
    return self;
}

void hob_fetched_close(hob_fetched *fetched)
{
    if (!fetched)
        return;
    arena_remove(fetched->arena, &fetched->cleanup);
    end(fetched);
}

/*
 * Failing.
 */

static void begin_text(const hob_fetched *self, hob_error *error)
{
    const char *url = self->url ? self->url : "";
    error_set(error, "%s %.*s: ", self->method, (int)strcspn(url, "?#"), url);
}

int fetched_fail(hob_fetched *self, int err, const char *format, ...)
{
    hob_error detail;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail.text, sizeof(detail.text), format, arguments);
    va_end(arguments);
    begin_text(self, &self->client->error);
    error_append(&self->client->error, "%s", detail.text);
    return err;
}

int fetched_fail_conn(hob_fetched *self, int err)
{
    hob_error detail;
    hob_conn_error(self->conn->conn, &detail);
    return fetched_fail(self, err, "%s", detail.text);
}

static int fail_reading(hob_fetched *self)
{
    const struct response_reader *reader = &self->reader;
    int err = reader->over_limit ? -EOVERFLOW : -EPROTO;
    err = self->trailers.err == -ENOMEM ? -ENOMEM : err;
    return fetched_fail(self, err, "the response is refused: %s", reader->reason);
}

/*
 * The connection.
 */

/* Seconds for which the server announces to keep it, less one for the next request to arrive. */
static double announced_timeout(const hob_fetched *self)
{
    const char *list = head_find(&self->reader.head, "Keep-Alive");
    const char *parameter;
    size_t length;
    while (list && list_next(&list, &parameter, &length)) {
        if (length > 8 && letters_are(parameter, "timeout=", 8))
            return (double)strtoul(parameter + 8, NULL, 10) - 1;
    }
    return (double)INT_MAX;
}

void fetched_release(hob_fetched *self)
{
    const struct response_reader *reader = &self->reader;
    struct pool *pool = &self->client->pool;
    bool whole = self->sent && reader->state == RESPONSE_DONE && reader->keep_alive;
    if (whole && self->unread == self->unread_end)
        pool_give(pool, self->conn, announced_timeout(self));
    else
        pool_drop(pool, self->conn);
    self->conn = NULL;
}

/*
 * Receives into `data`. Returns how many bytes, 0 at the end, or a negative errno. `limit` is
 * seconds.
 */
static int receive(hob_fetched *self, void *data, size_t size, double limit)
{
    double before = hob_deadline(limit);
    int length = hob_conn_read(self->conn->conn, data, size);
    hob_deadline_at(before);
    return length < 0 ? fetched_fail_conn(self, length) : length;
}

/*
 * The head.
 */

/*
 * Copies this fetch's data from the client's shared buffers to memory of its own: the strings of
 * the head and `size` bytes of the body. Leaves `room` bytes for more strings.
 */
static int keep(hob_fetched *self, const char *bytes, size_t size, size_t room)
{
    struct head *head = &self->reader.head;
    size_t head_size = head->length + self->reader.line_length;
    char *kept = malloc(head_size + room + size + 1);
    if (!kept)
        return -ENOMEM;
    memcpy(kept, head->data, head_size);
    memcpy(kept + head_size, bytes, size);
    head->data = kept;
    free(self->kept);
    self->kept = kept;
    self->unread = head_size;
    self->unread_end = head_size + size;
    return 0;
}

/* Takes received bytes up to the end of the final head. Returns how many. */
static size_t feed_head(hob_fetched *self, const hob_fetch_request *request, size_t size)
{
    struct response_reader *reader = &self->reader;
    size_t taken = 0;
    while (taken < size && (reader->state == RESPONSE_HEAD || reader->state == RESPONSE_INTERIM)) {
        taken += response_reader_feed(reader, self->client->in + taken, size - taken, NULL);
        if (reader->state == RESPONSE_INTERIM && request->interim)
            request->interim(request->context, self);
    }
    return taken;
}

/* Receives once, and feeds that. Returns 0 or a negative errno. */
static int read_some_head(hob_fetched *self, const hob_fetch_request *request)
{
    struct response_reader *reader = &self->reader;
    hob_client *client = self->client;
    int length = receive(self, client->in, sizeof(client->in), client->options.head_timeout);
    if (length < 0)
        return length;
    if (length == 0 && !self->began)
        return fetched_fail(
            self, -ECONNRESET, "the server has closed the connection without a response");
    if (length == 0)
        response_reader_end(reader);
    if (!self->kept)
        reader->head.data = client->head;
    self->began = true;
    size_t taken = feed_head(self, request, (size_t)length);
    if (reader->state == RESPONSE_FAILED)
        return fail_reading(self);
    bool complete = reader->state == RESPONSE_BODY || reader->state == RESPONSE_DONE;
    if (!complete && self->kept)
        return 0;
    size_t room = complete ? 0 : client->limits.head;
    if (keep(self, client->in + taken, (size_t)length - taken, room) < 0)
        return fetched_fail(self, -ENOMEM, "no memory for the response");
    return 0;
}

int fetched_read_head(hob_fetched *self, const hob_fetch_request *request)
{
    int err = 0;
    while (err == 0 && self->reader.state < RESPONSE_BODY)
        err = read_some_head(self, request);
    return err;
}

int hob_fetched_status(const hob_fetched *fetched)
{
    return fetched->reader.status;
}

const char *hob_fetched_protocol(const hob_fetched *fetched)
{
    return fetched->reader.minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

const char *hob_fetched_url(const hob_fetched *fetched)
{
    return fetched->url;
}

const char *hob_fetched_header(const hob_fetched *fetched, const char *name)
{
    return head_find_nth(&fetched->reader.head, name, 0);
}

bool hob_fetched_next_header(const hob_fetched *fetched, size_t *position, hob_header *header)
{
    return head_next(&fetched->reader.head, position, &header->name, &header->value);
}

/* The strings of the trailers, NULL before the end of the body. */
static const struct head *trailer_strings(const hob_fetched *self)
{
    const struct head *strings = &self->trailers.strings;
    return self->reader.state == RESPONSE_DONE && strings->data ? strings : NULL;
}

const char *hob_fetched_trailer(const hob_fetched *fetched, const char *name)
{
    const struct head *strings = trailer_strings(fetched);
    return strings ? head_find_nth(strings, name, 0) : NULL;
}

bool hob_fetched_next_trailer(const hob_fetched *fetched, size_t *position, hob_header *trailer)
{
    const struct head *strings = trailer_strings(fetched);
    return strings && head_next(strings, position, &trailer->name, &trailer->value);
}

/*
 * The body.
 */

/* Feeds bytes that came with the head. Returns how much content they have. */
static size_t read_unread(hob_fetched *self, char *data, size_t size)
{
    size_t left = self->unread_end - self->unread;
    size_t piece = left < size ? left : size;
    self->unread += response_reader_feed(&self->reader, self->kept + self->unread, piece, data);
    return self->reader.body_length;
}

/* Receives into the caller's memory, and leaves the content there. Returns how much. */
static int read_more(hob_fetched *self, char *data, size_t size)
{
    struct response_reader *reader = &self->reader;
    int length = receive(self, data, size, self->client->options.read_timeout);
    if (length < 0)
        return length;
    if (length == 0)
        response_reader_end(reader);
    size_t taken = response_reader_feed(reader, data, (size_t)length, data);
    if (taken < (size_t)length)
        reader->keep_alive = false; /* these bytes belong to no response */
    return (int)reader->body_length;
}

/* One step: content, or 0 if there was none in it. */
static int read_step(hob_fetched *self, char *data, size_t size)
{
    struct response_reader *reader = &self->reader;
    int length = self->unread < self->unread_end ? (int)read_unread(self, data, size)
                                                 : read_more(self, data, size);
    if (length >= 0 && reader->state == RESPONSE_FAILED)
        length = fail_reading(self);
    if (length < 0)
        self->err = length;
    if (length < 0 || reader->state == RESPONSE_DONE)
        fetched_release(self);
    return length;
}

int fetched_read_encoded(hob_fetched *self, void *data, size_t size)
{
    int length = 0;
    while (self->err == 0 && self->conn && length == 0)
        length = read_step(self, data, size);
    return self->err < 0 ? self->err : length;
}

/* For a body that cannot be decoded. */
static void stop_reading(hob_fetched *self, int err)
{
    self->err = err;
    if (self->conn)
        fetched_release(self);
}

int hob_fetched_read(hob_fetched *fetched, void *data, size_t size)
{
    size = size < INT_MAX ? size : INT_MAX;
    if (!fetched->decoding || fetched->err < 0)
        return fetched_read_encoded(fetched, data, size);
    int length = decoding_read(fetched->decoding, data, size);
    if (length < 0)
        stop_reading(fetched, length);
    return length;
}

void fetched_drain(hob_fetched *self, size_t limit)
{
    char waste[1024];
    int length = 1;
    bool small = self->reader.framing == FRAMING_CHUNKED || self->reader.left <= limit;
    while (self->conn && small && length > 0 && limit >= (size_t)length) {
        limit -= (size_t)length;
        length = fetched_read_encoded(self, waste, sizeof(waste));
    }
}
