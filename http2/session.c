#include "session.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "carrier.h"
#include "hob/address.h"
#include "hob/log.h"
#include "stream.h"

#define FLOOD "it sends too many frames to no purpose"

static double now_of(const struct http2_session *self)
{
    return connection_now(self->connection);
}

static hob_server *server_of(const struct http2_session *self)
{
    return self->connection->server;
}

/*
 * Errors.
 */

/* No stream gets a response any more. */
static void close_streams(struct http2_session *self)
{
    struct list *link = self->streams.next;
    while (link != &self->streams) {
        struct http2_stream *stream = list_entry(link, struct http2_stream, link);
        link = link->next;
        http2_stream_close(stream, HTTP2_CANCEL);
    }
}

/* Ends the connection of a client that has exceeded a limit. */
static void terminate_for_limit(struct http2_session *self, hob_reject reason, const char *limit)
{
    if (self->broken_limit)
        return;
    self->broken_limit = limit;
    server_count_reject(server_of(self), reason);
    self->framing->terminate(self->frames, HTTP2_ENHANCE_YOUR_CALM);
}

static void break_for_memory(struct http2_session *self)
{
    server_reject_for_memory(server_of(self));
    connection_break(self->connection);
}

/*
 * Events of the framing.
 */

/* Whether a frame brings a request or a part of one, or lets the server send more. */
static bool has_purpose(int type, size_t length, bool ends_stream)
{
    switch (type) {
    case HTTP2_DATA:
        return length > 0 || ends_stream;
    case HTTP2_HEADERS:
    case HTTP2_RST_STREAM: /* which has a budget of its own */
    case HTTP2_WINDOW_UPDATE:
        return true;
    default:
        return false;
    }
}

static void on_begin_frame(struct http2_session *self, int type, size_t length, bool ends_stream)
{
    if (!has_purpose(type, length, ends_stream) &&
        !http2_budget_take(&self->overhead, now_of(self)))
        terminate_for_limit(self, HOB_REJECT_FLOOD, FLOOD);
}

/*
 * Counts a reset by the client, or one that the client has caused: a window that is opened too far
 * (CVE-2025-8671), a head that is refused. Without a limit, a client that reads nothing could make
 * the server queue any number of resets.
 */
static void count_reset(struct http2_session *self)
{
    if (!http2_budget_take(&self->resets, now_of(self)))
        terminate_for_limit(self, HOB_REJECT_RAPID_RESET, "it resets too many streams");
}

static void on_close(struct http2_stream *stream, uint32_t error)
{
    if (!http2_stream_is_complete(stream, error))
        count_reset(stream->session);
    http2_stream_close(stream, error);
}

static void set_time(struct http2_session *self, double *time, double seconds);

static void on_begin_head(struct http2_session *self)
{
    hob_server *server = server_of(self);
    if (http2_fields_begin(&self->fields, &server->parser_limits) < 0)
        break_for_memory(self);
    set_time(self, &self->times.head, server->options.head_timeout);
}

static void on_field(
    struct http2_session *self, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    http2_fields_add(
        &self->fields, &server_of(self)->parser_limits, name, name_length, value, value_length);
}

static struct http2_stream *on_end_head(struct http2_session *self, int32_t id)
{
    self->times.head = 0;
    if (self->stream_count == HTTP2_MAX_STREAMS) { /* handlers of reset streams count, too */
        count_reset(self);
        self->framing->reset(self->frames, id, HTTP2_REFUSED_STREAM);
        return NULL;
    }
    struct http2_stream *stream = http2_stream_new(self, id, &self->fields);
    if (!stream) {
        server_reject_for_memory(server_of(self));
        self->framing->reset(self->frames, id, HTTP2_REFUSED_STREAM);
        return NULL;
    }
    list_append(&self->arrived, &stream->link);
    self->stream_count++;
    server_of(self)->serving_count++;
    self->times.idle = 0;
    return stream;
}

static void on_refuse(struct http2_session *self, bool malformed)
{
    self->times.head = 0;
    if (malformed)
        server_count_reject(server_of(self), HOB_REJECT_MALFORMED);
    count_reset(self);
}

static void on_fail(struct http2_session *self, uint32_t error, const char *reason, size_t length)
{
    char peer[HOB_PEER_SIZE] = "";
    peer_format(&self->connection->peer, peer, sizeof(peer));
    if (!self->broken_limit)
        server_count_reject(server_of(self), HOB_REJECT_MALFORMED);
    hob_log(
        HOB_LOG_INFO, "the HTTP/2 connection of %s ends with error %u: %.*s", peer, error,
        self->broken_limit ? 100 : (int)length, self->broken_limit ? self->broken_limit : reason);
}

static void on_acknowledge_end(struct http2_session *self)
{
    if (self->times.drained > 0)
        self->framing->end(self->frames);
    self->times.drained = 0;
}

static const struct http2_events events = {
    .begin_frame = on_begin_frame,
    .begin_head = on_begin_head,
    .add_field = on_field,
    .end_head = on_end_head,
    .add_trailer = http2_stream_add_trailer,
    .add_body = http2_stream_add_body,
    .end_body = http2_stream_end_body,
    .count_content = http2_stream_count_content,
    .list_trailers = http2_list_trailers,
    .put_content = http2_stream_put_content,
    .close = on_close,
    .refuse = on_refuse,
    .fail = on_fail,
    .acknowledge_end = on_acknowledge_end,
};

/*
 * Input.
 */

static void start_streams(struct http2_session *self)
{
    while (!list_empty(&self->arrived)) {
        struct list *first = self->arrived.next;
        list_remove(first);
        list_append(&self->streams, first);
        http2_stream_start(list_entry(first, struct http2_stream, link));
    }
}

static void receive(struct http2_session *self, const char *input, size_t size)
{
    int result = size > 0 ? self->framing->receive(self->frames, input, size) : 0;
    if (result < 0)
        break_for_memory(self);
    if (result > 0)
        terminate_for_limit(self, HOB_REJECT_FLOOD, FLOOD);
}

void http2_session_on_input(struct http2_session *self)
{
    struct connection *connection = self->connection;
    size_t size;
    const char *input = connection_unread(connection, &size);
    if (!self->ended)
        receive(self, input, size);
    connection_consume(connection, size);
    start_streams(self);
    connection->now = 0;
    http2_session_send_later(self);
}

void http2_session_end_input(struct http2_session *self)
{
    if (self->stream_count == 0) {
        connection_close(self->connection);
        return;
    }
    close_streams(self);
    http2_session_send_later(self);
}

/*
 * Times.
 */

static double earliest(const struct http2_times *times)
{
    const double all[] = {
        times->idle, times->head, times->output, times->drained, times->closed,
    };
    double first = INFINITY;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] > 0)
            first = fmin(first, all[i]);
    }
    return first;
}

static void start_timer(struct http2_session *self, double seconds)
{
    struct ev_loop *ev = connection_loop(self->connection);
    ev_timer_stop(ev, &self->timer);
    if (isinf(seconds))
        return;
    ev_timer_set(&self->timer, fmax(seconds, 0), 0.);
    ev_timer_start(ev, &self->timer);
}

/* Sets one of the times, and restarts the timer if it would expire later. */
static void set_time(struct http2_session *self, double *time, double seconds)
{
    *time = now_of(self) + seconds;
    if (!ev_is_active(&self->timer) ||
        ev_timer_remaining(connection_loop(self->connection), &self->timer) > seconds)
        start_timer(self, seconds);
}

/* Closes our side, and gives the client some time to close its own. */
static void end_own_side(struct http2_session *self)
{
    self->ended = true;
    self->times = (struct http2_times){0};
    connection_end_output(self->connection);
    set_time(self, &self->times.closed, server_of(self)->options.linger_timeout);
}

/* Gives up a client that takes no output. */
static void abandon(struct http2_session *self)
{
    server_count_reject(server_of(self), HOB_REJECT_WRITE_TIMEOUT);
    connection_abandon(self->connection);
    self->times = (struct http2_times){0};
    close_streams(self);
}

static bool is_past(double time, double now)
{
    return time > 0 && time <= now;
}

static void on_time(struct ev_loop *ev, ev_timer *watcher, int happened)
{
    struct http2_session *self = watcher->data;
    struct http2_times *times = &self->times;
    double now = hob_now();
    (void)ev;
    (void)happened;
    if (is_past(times->output, now))
        abandon(self);
    if (is_past(times->head, now))
        terminate_for_limit(
            self, HOB_REJECT_HEAD_TIMEOUT, "its head was not there after the head_timeout");
    if (is_past(times->drained, now))
        on_acknowledge_end(self);
    if (is_past(times->idle, now) && times->head == 0)
        self->framing->terminate(self->frames, HTTP2_NO_ERROR);
    if (is_past(times->closed, now)) {
        connection_close(self->connection);
        return;
    }
    if (is_past(times->idle, now))
        times->idle = 0;
    if (is_past(times->head, now))
        times->head = 0;
    start_timer(self, earliest(times) - now);
    self->connection->now = 0;
    http2_session_send_later(self);
}

/*
 * Output.
 */

void http2_session_write(struct http2_session *self)
{
    struct buffer *output = &self->connection->unsent;
    const char *frame;
    while (buffer_length(output) < HTTP2_OUTPUT_AT_MOST) {
        ssize_t size = self->framing->next_output(self->frames, &frame);
        if (size < 0 || (size > 0 && buffer_append(output, frame, (size_t)size) < 0))
            break_for_memory(self);
        if (size <= 0 || connection_is_broken(self->connection))
            return;
    }
}

void http2_session_send(struct http2_session *self)
{
    struct connection *connection = self->connection;
    size_t size;
    do {
        http2_session_write(self);
        size = buffer_length(&connection->unsent);
        connection_send(connection);
        if (buffer_length(&connection->unsent) < size)
            self->times.output = 0;
    } while (size >= HTTP2_OUTPUT_AT_MOST && buffer_length(&connection->unsent) == 0);
}

/* The connection needs no memory while it waits for a request. */
static void become_idle(struct http2_session *self)
{
    if (self->times.head == 0)
        http2_fields_free(&self->fields);
    buffer_free(&self->response);
    if (buffer_length(&self->connection->unsent) == 0)
        buffer_free(&self->connection->unsent);
    if (self->times.idle == 0 && !self->ended)
        set_time(self, &self->times.idle, server_of(self)->options.idle_timeout);
}

static void on_turn_end(struct turn_end *output)
{
    struct http2_session *self = list_entry(output, struct http2_session, output);
    struct connection *connection = self->connection;
    if (self->ended)
        return;
    http2_session_send(self);
    if (buffer_length(&connection->unsent) > 0 && self->times.output == 0)
        set_time(self, &self->times.output, server_of(self)->options.write_timeout);
    bool gone = connection->socket != SOCKET_OPEN;
    if (gone || self->framing->is_over(self->frames))
        close_streams(self);
    if (self->stream_count == 0 && gone) {
        connection_close(connection);
        return;
    }
    if (self->stream_count == 0 && self->framing->is_over(self->frames) &&
        buffer_length(&connection->unsent) == 0)
        end_own_side(self);
    if (self->stream_count == 0)
        become_idle(self);
    connection->now = 0;
}

void http2_session_send_later(struct http2_session *self)
{
    loop_at_turn_end(server_of(self)->task->future.loop, &self->output);
}

void http2_session_on_writable(struct http2_session *self)
{
    self->times.output = 0; /* some was sent */
    http2_session_send_later(self);
}

/*
 * The life of a session.
 */

static void drain(struct http2_session *self)
{
    if (self->draining)
        return;
    self->draining = true;
    self->framing->announce_end(self->frames);
    set_time(self, &self->times.drained, server_of(self)->options.idle_grace);
    http2_session_send_later(self);
}

void http2_drain(hob_server *server)
{
    struct list *link = server->connections.next;
    for (; link != &server->connections; link = link->next) {
        struct http2_session *self = list_entry(link, struct connection, link)->http2;
        if (self)
            drain(self);
    }
}

/* Frames without a purpose. Clients that measure the round trip may send a thousand at once. */
#define OVERHEAD_AT_ONCE     1000
#define OVERHEAD_EACH_SECOND 100

/* A page that is left may reset all of its streams. */
#define RESETS_AT_ONCE     200
#define RESETS_EACH_SECOND 20

static struct http2_session *session_new(struct connection *connection)
{
    hob_server *server = connection->server;
    const struct http2_settings settings = {
        .max_streams = HTTP2_MAX_STREAMS,
        .header_list_size = (uint32_t)server->options.head_limit,
        .stream_window = HTTP2_STREAM_WINDOW,
        .connection_window = HTTP2_MAX_STREAMS * HTTP2_STREAM_WINDOW,
    };
    struct http2_session *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->connection = connection;
    self->framing = server->options.http2;
    self->frames = self->framing->open(self, &events, &settings);
    if (!self->frames) {
        free(self);
        return NULL;
    }
    list_init(&self->arrived);
    list_init(&self->streams);
    list_init(&self->output.link);
    self->output.run = on_turn_end;
    ev_init(&self->timer, on_time);
    self->timer.data = self;
    self->overhead = http2_budget_of(OVERHEAD_AT_ONCE, OVERHEAD_EACH_SECOND);
    self->resets = http2_budget_of(RESETS_AT_ONCE, RESETS_EACH_SECOND);
    set_time(self, &self->times.idle, server->options.head_timeout);
    if (server->closing)
        drain(self);
    if (connection->over_limit && acceptor_is_over_limit(server)) {
        server_count_reject(server, HOB_REJECT_CONNECTION_LIMIT);
        self->framing->terminate(self->frames, HTTP2_NO_ERROR);
    }
    return self;
}

void http2_start(struct connection *connection, const char *received, size_t size)
{
    connection->task = NULL;
    connection->head_until = 0;
    connection->http2 = session_new(connection);
    if (connection->http2) {
        receive(connection->http2, received, size);
        http2_session_on_input(connection->http2);
    } else {
        server_reject_for_memory(connection->server);
        connection_close(connection);
    }
}

void http2_session_free(struct http2_session *self)
{
    assert(self->stream_count == 0);
    if (!self->ended && self->connection->socket == SOCKET_OPEN) {
        self->framing->terminate(self->frames, HTTP2_NO_ERROR);
        http2_session_send(self);
    }
    list_remove(&self->output.link);
    ev_timer_stop(connection_loop(self->connection), &self->timer);
    self->framing->free(self->frames);
    http2_fields_free(&self->fields);
    buffer_free(&self->response);
    free(self);
}

bool http2_is_serving(const struct connection *connection)
{
    return connection->http2 && connection->http2->stream_count > 0;
}

void http2_session_remove_stream(struct http2_session *self, struct http2_stream *stream)
{
    list_remove(&stream->link);
    self->stream_count--;
    server_of(self)->serving_count--;
    http2_session_send_later(self);
}
