/* The frames of HTTP/2 (RFC 9113), by nghttp2, which is seen here only. */
#include "framing.h"

#include <errno.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "hob/http2.h"

/* Of the HPACK tables of both directions (RFC 7541 section 4.2): what clients expect at first. */
#define HEADER_TABLE_SIZE 4096

#define FRAME_HEADER_SIZE 9

struct framing {
    nghttp2_session *nghttp2;
    struct http2_session *session;
    const struct http2_events *events;
};

_Static_assert(sizeof(struct http2_field) == sizeof(nghttp2_nv), "for respond()");
_Static_assert(offsetof(struct http2_field, value_length) == offsetof(nghttp2_nv, valuelen), "");
_Static_assert(offsetof(struct http2_field, flags) == offsetof(nghttp2_nv, flags), "");
_Static_assert((int)HTTP2_STATIC_NAME == (int)NGHTTP2_NV_FLAG_NO_COPY_NAME, "");

static struct http2_stream *stream_of(nghttp2_session *nghttp2, int32_t id)
{
    return nghttp2_session_get_stream_user_data(nghttp2, id);
}

/*
 * Callbacks of nghttp2 while it reads.
 */

static int on_begin_frame(nghttp2_session *nghttp2, const nghttp2_frame_hd *head, void *arg)
{
    const struct framing *self = arg;
    (void)nghttp2;
    bool ends_stream = head->type <= NGHTTP2_HEADERS && (head->flags & NGHTTP2_FLAG_END_STREAM);
    self->events->begin_frame(self->session, head->type, head->length, ends_stream);
    return 0;
}

static bool is_request(const nghttp2_frame *frame)
{
    return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

static int on_begin_headers(nghttp2_session *nghttp2, const nghttp2_frame *frame, void *arg)
{
    const struct framing *self = arg;
    (void)nghttp2;
    if (is_request(frame))
        self->events->begin_head(self->session);
    return 0;
}

static int on_header(
    nghttp2_session *nghttp2, const nghttp2_frame *frame, const uint8_t *name, size_t name_length,
    const uint8_t *value, size_t value_length, uint8_t flags, void *arg)
{
    const struct framing *self = arg;
    struct http2_stream *stream =
        is_request(frame) ? NULL : stream_of(nghttp2, frame->hd.stream_id);
    (void)flags;
    if (is_request(frame))
        self->events->add_field(
            self->session, (const char *)name, name_length, (const char *)value, value_length);
    else if (stream)
        self->events->add_trailer(
            stream, (const char *)name, name_length, (const char *)value, value_length);
    return 0;
}

static int on_frame(nghttp2_session *nghttp2, const nghttp2_frame *frame, void *arg)
{
    const struct framing *self = arg;
    int32_t id = frame->hd.stream_id;
    struct http2_stream *stream = NULL;
    if (is_request(frame)) {
        stream = self->events->end_head(self->session, id);
        nghttp2_session_set_stream_user_data(nghttp2, id, stream);
    } else if (id > 0) {
        stream = stream_of(nghttp2, id);
    }
    if (frame->hd.type <= NGHTTP2_HEADERS && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) && stream)
        self->events->end_body(stream);
    if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK))
        self->events->acknowledge_end(self->session);
    return 0;
}

static int on_data(
    nghttp2_session *nghttp2, uint8_t flags, int32_t id, const uint8_t *data, size_t size,
    void *arg)
{
    const struct framing *self = arg;
    struct http2_stream *stream = stream_of(nghttp2, id);
    (void)flags;
    if (stream)
        self->events->add_body(stream, (const char *)data, size);
    else
        nghttp2_session_consume(nghttp2, id, size);
    return 0;
}

static int
on_invalid_frame(nghttp2_session *nghttp2, const nghttp2_frame *frame, int err, void *arg)
{
    const struct framing *self = arg;
    (void)nghttp2;
    (void)frame;
    bool malformed = err == NGHTTP2_ERR_HTTP_HEADER || err == NGHTTP2_ERR_HTTP_MESSAGING;
    if (malformed || err == NGHTTP2_ERR_REFUSED_STREAM)
        self->events->refuse(self->session, malformed);
    return 0;
}

static int on_stream_close(nghttp2_session *nghttp2, int32_t id, uint32_t error, void *arg)
{
    const struct framing *self = arg;
    struct http2_stream *stream = stream_of(nghttp2, id);
    if (stream)
        self->events->close(stream, error);
    return 0;
}

/*
 * Callbacks of nghttp2 while it writes.
 */

/* Whether this is the frame that announce_end() sends: the last stream is the largest number. */
static bool announces_end(const nghttp2_frame *frame)
{
    return frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.last_stream_id == INT32_MAX;
}

static int on_frame_sent(nghttp2_session *nghttp2, const nghttp2_frame *frame, void *arg)
{
    const struct framing *self = arg;
    if (announces_end(frame)) /* nghttp2 would send a PING before it */
        nghttp2_submit_ping(nghttp2, NGHTTP2_FLAG_NONE, NULL);
    if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR)
        self->events->fail(
            self->session, frame->goaway.error_code, (const char *)frame->goaway.opaque_data,
            frame->goaway.opaque_data_len);
    return 0;
}

/* Has the trailers sent behind the last content. Returns the flags of the latter, or an error. */
static int submit_trailers(const struct framing *self, struct http2_stream *stream, int32_t id)
{
    const struct http2_field *fields;
    int count = self->events->list_trailers(stream, &fields);
    if (count == 0)
        return NGHTTP2_DATA_FLAG_EOF;
    if (count < 0 ||
        nghttp2_submit_trailer(
            self->nghttp2, id, (const nghttp2_nv *)(const void *)fields, (size_t)count) != 0)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* which resets the stream */
    return NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
}

/* The content is not copied here: on_send_data() writes it. */
static ssize_t on_count_content(
    nghttp2_session *nghttp2, int32_t id, uint8_t *room, size_t most, uint32_t *flags,
    nghttp2_data_source *source, void *arg)
{
    const struct framing *self = arg;
    struct http2_stream *stream = stream_of(nghttp2, id);
    bool last = false;
    (void)room;
    (void)source;
    if (!stream) /* it was detached, and its reset is on its way */
        return NGHTTP2_ERR_DEFERRED;
    ssize_t size = self->events->count_content(stream, most, &last);
    if (size < 0)
        return NGHTTP2_ERR_DEFERRED;
    int last_flags = last ? submit_trailers(self, stream, id) : 0;
    *flags = NGHTTP2_DATA_FLAG_NO_COPY | (last_flags > 0 ? (uint32_t)last_flags : 0);
    return last_flags < 0 ? last_flags : size;
}

static int on_send_data(
    nghttp2_session *nghttp2, nghttp2_frame *frame, const uint8_t *header, size_t size,
    nghttp2_data_source *source, void *arg)
{
    const struct framing *self = arg;
    struct http2_stream *stream = stream_of(nghttp2, frame->hd.stream_id);
    (void)source;
    int result = stream ? self->events->put_content(stream, header, FRAME_HEADER_SIZE, size) : -1;
    if (result > 0)
        return NGHTTP2_ERR_PAUSE;
    return result == 0 ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

/*
 * The functions of the table.
 */

static int make_nghttp2(struct framing *self)
{
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    if (nghttp2_session_callbacks_new(&callbacks) != 0)
        return -ENOMEM;
    nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, on_begin_frame);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, on_send_data);
    int err = nghttp2_option_new(&option);
    if (err == 0) {
        nghttp2_option_set_no_auto_window_update(option, 1);
        nghttp2_option_set_max_deflate_dynamic_table_size(option, HEADER_TABLE_SIZE);
        nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_PRIORITY_UPDATE);
        err = nghttp2_session_server_new2(&self->nghttp2, callbacks, self, option);
        nghttp2_option_del(option);
    }
    nghttp2_session_callbacks_del(callbacks);
    return err == 0 ? 0 : -ENOMEM;
}

/*
 * nghttp2 orders responses by RFC 9218 if the RFC 7540 priorities are off, and then it also keeps
 * no closed streams, which take 260 bytes each otherwise.
 */
static int submit_settings(struct framing *self, const struct http2_settings *settings)
{
    const nghttp2_settings_entry entries[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings->max_streams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings->stream_window},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, settings->header_list_size},
        {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    };
    int err = nghttp2_submit_settings(
        self->nghttp2, NGHTTP2_FLAG_NONE, entries, sizeof(entries) / sizeof(entries[0]));
    if (err == 0)
        err = nghttp2_session_set_local_window_size(
            self->nghttp2, NGHTTP2_FLAG_NONE, 0, settings->connection_window);
    return err == 0 ? 0 : -ENOMEM;
}

static void framing_free(void *arg)
{
    struct framing *self = arg;
    nghttp2_session_del(self->nghttp2);
    free(self);
}

static void *framing_open(
    struct http2_session *session, const struct http2_events *events,
    const struct http2_settings *settings)
{
    struct framing *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->session = session;
    self->events = events;
    if (make_nghttp2(self) < 0 || submit_settings(self, settings) < 0) {
        framing_free(self);
        return NULL;
    }
    return self;
}

static int framing_receive(void *arg, const char *input, size_t size)
{
    const struct framing *self = arg;
    ssize_t read = nghttp2_session_mem_recv(self->nghttp2, (const uint8_t *)input, size);
    if (read == NGHTTP2_ERR_BAD_CLIENT_MAGIC)
        nghttp2_session_terminate_session(self->nghttp2, NGHTTP2_PROTOCOL_ERROR);
    else if (read == NGHTTP2_ERR_FLOODED || read == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS)
        return 1;
    else if (read < 0)
        return -ENOMEM;
    return 0;
}

static ssize_t framing_next_output(void *arg, const char **frame)
{
    const struct framing *self = arg;
    const uint8_t *bytes = NULL;
    ssize_t size = nghttp2_session_mem_send(self->nghttp2, &bytes);
    *frame = (const char *)bytes;
    return size;
}

static bool framing_is_over(const void *arg)
{
    const struct framing *self = arg;
    return !nghttp2_session_want_read(self->nghttp2) && !nghttp2_session_want_write(self->nghttp2);
}

static int framing_respond(
    void *arg, int32_t id, const struct http2_field *fields, size_t count, bool has_content)
{
    const struct framing *self = arg;
    const nghttp2_data_provider content = {.read_callback = on_count_content};
    int err = nghttp2_submit_response(
        self->nghttp2, id, (const nghttp2_nv *)(const void *)fields, count,
        has_content ? &content : NULL);
    return err == NGHTTP2_ERR_NOMEM ? -ENOMEM : 0; /* the other: the client has reset the stream */
}

static int framing_respond_continue(void *arg, int32_t id)
{
    static uint8_t name[] = ":status";
    static uint8_t value[] = "100";
    static const nghttp2_nv status = {name, value, sizeof(name) - 1, sizeof(value) - 1, 0};
    const struct framing *self = arg;
    int err = nghttp2_submit_headers(self->nghttp2, NGHTTP2_FLAG_NONE, id, NULL, &status, 1, NULL);
    return err == NGHTTP2_ERR_NOMEM ? -ENOMEM : 0;
}

static void framing_resume(void *arg, int32_t id)
{
    const struct framing *self = arg;
    nghttp2_session_resume_data(self->nghttp2, id);
}

static void framing_reset(void *arg, int32_t id, uint32_t error)
{
    const struct framing *self = arg;
    nghttp2_submit_rst_stream(self->nghttp2, NGHTTP2_FLAG_NONE, id, error);
}

static void framing_consume(void *arg, int32_t id, size_t size)
{
    const struct framing *self = arg;
    nghttp2_session_consume(self->nghttp2, id, size);
}

static void framing_detach(void *arg, int32_t id)
{
    const struct framing *self = arg;
    nghttp2_session_set_stream_user_data(self->nghttp2, id, NULL);
}

static void framing_announce_end(void *arg)
{
    const struct framing *self = arg;
    nghttp2_submit_shutdown_notice(self->nghttp2);
}

static void framing_end(void *arg)
{
    const struct framing *self = arg;
    int32_t last = nghttp2_session_get_last_proc_stream_id(self->nghttp2);
    nghttp2_submit_goaway(self->nghttp2, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
}

static void framing_terminate(void *arg, uint32_t error)
{
    const struct framing *self = arg;
    nghttp2_session_terminate_session(self->nghttp2, error);
}

const hob_http2_framing *hob_http2(void)
{
    static const hob_http2_framing functions = {
        .open = framing_open,
        .free = framing_free,
        .receive = framing_receive,
        .next_output = framing_next_output,
        .is_over = framing_is_over,
        .respond = framing_respond,
        .respond_continue = framing_respond_continue,
        .resume = framing_resume,
        .reset = framing_reset,
        .consume = framing_consume,
        .detach = framing_detach,
        .announce_end = framing_announce_end,
        .end = framing_end,
        .terminate = framing_terminate,
    };
    return &functions;
}
