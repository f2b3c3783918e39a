#include "parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "target.h"

__attribute__((format(printf, 3, 4))) static int
fail(struct parser *self, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->reason, sizeof(self->reason), format, arguments);
    va_end(arguments);
    self->state = PARSER_FAILED;
    self->status = status;
    return -1; /* makes llhttp stop */
}

/* Fails unless the broken rule is NULL. */
static int check(struct parser *self, const char *broken_rule)
{
    return broken_rule ? fail(self, 400, "%s", broken_rule) : 0;
}

static struct parser *parser_of(llhttp_t *http)
{
    return http->data;
}

/*
 * The memory always suffices: parser_feed() reads at most limits->head bytes, and each NUL replaces
 * at least one byte that is not stored (a space, a colon, a line break). See parser_room().
 */
static int on_value(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    if (self->state != PARSER_HEAD)
        return chunk_rules_add_value(&self->chunks, at, length);
    head_append(self->head, at, length);
    return 0;
}

static int on_name(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    if (self->state == PARSER_HEAD)
        return on_value(http, at, length);
    return chunk_rules_add_trailer(&self->chunks, at, length);
}

static int end_target(struct parser *self)
{
    struct head *head = self->head;
    bool is_plain_path = *head->data == '/' && !self->line.marks; /* its content is ignored */
    head_end_string(head);
    head->headers = self->name = head->length;
    if (is_plain_path)
        return 0;
    const char *broken_rule = target_split(head, self->line.method == HTTP_OPTIONS);
    head->headers = self->name = head->length; /* behind the raw path, if there is one */
    return check(self, broken_rule);
}

/* Pauses before the value of Content-Length: see execute_length(). */
static int note_length(struct parser *self)
{
    self->in_length = true;
    return HPE_PAUSED;
}

static int on_name_complete(llhttp_t *http)
{
    static const char content_length[] = "content-length";
    struct parser *self = parser_of(http);
    size_t length = self->head->length - self->name;
    if (self->state != PARSER_HEAD)
        return check(self, chunk_rules_end_trailer(&self->chunks));
    self->too_many_fields = self->head->header_count == self->limits->header_count;
    if (self->too_many_fields)
        return fail(self, 431, "more than %zu header fields", self->limits->header_count);
    head_end_string(self->head);
    self->value = self->head->length;
    if (length == sizeof(content_length) - 1 &&
        element_is(self->head->data + self->name, length, content_length))
        return note_length(self);
    return 0;
}

static int note_host(struct parser *self, const char *value, size_t length)
{
    if (self->host_seen)
        return fail(self, 400, "more than one Host header (RFC 9112 section 3.2)");
    if (!is_host(value, length))
        return fail(self, 400, "the Host header is not a host (RFC 9112 section 3.2)");
    self->host_seen = true;
    return 0;
}

#define BAD_CODING "the Transfer-Encoding has an empty or bad element (RFC 9112 section 6.1)"

/* llhttp checks that chunked is the last coding, but not that it is the only one. */
static int note_transfer_codings(struct parser *self, const char *list)
{
    const char *coding;
    size_t length;
    while (list_next(&list, &coding, &length)) {
        if (!is_token(coding, length))
            return fail(self, 400, BAD_CODING);
        if (!element_is(coding, length, "chunked"))
            self->unknown_coding = true;
    }
    return 0;
}

/* llhttp does not detect an option before a tab. */
static int note_connection(struct parser *self, const char *options)
{
    connection_options_add(&self->connection, options);
    return 0;
}

static int note_expect(struct parser *self, const char *value)
{
    const char *expectation;
    size_t length;
    bool known = true;
    while (list_next(&value, &expectation, &length)) {
        if (element_is(expectation, length, "100-continue"))
            self->expect_continue = true;
        else
            known = known && length == 0;
    }
    if (!known || !self->expect_continue)
        return fail(self, 417, "the only expectation known is 100-continue (RFC 9110 10.1.1)");
    return 0;
}

static int note_request_id(struct parser *self, const char *value)
{
    if (self->head->request_id == 0 && is_request_id(value))
        self->head->request_id = self->value;
    return 0;
}

/* The fields for the framing of the message, and its id. */
static int note_field(struct parser *self, const char *name, size_t length, const char *value)
{
    if (element_is(name, length, "host"))
        return note_host(self, value, self->head->length - 1 - self->value);
    if (element_is(name, length, "expect"))
        return note_expect(self, value);
    if (element_is(name, length, "connection"))
        return note_connection(self, value);
    if (element_is(name, length, "transfer-encoding"))
        return note_transfer_codings(self, value);
    if (element_is(name, length, "x-request-id"))
        return note_request_id(self, value);
    return 0;
}

__attribute__((noinline)) static int end_trailer(struct parser *self)
{
    int err = chunk_rules_end_value(&self->chunks);
    if (err == -ENOMEM)
        return fail(self, 503, "no memory for the trailers");
    return err < 0 ? fail(self, 431, TRAILERS_TOO_LARGE) : 0;
}

static int on_value_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    struct head *head = self->head;
    if (self->state != PARSER_HEAD)
        return end_trailer(self);
    while (head->length > self->value && is_space(head->data[head->length - 1]))
        head->length--;
    head_end_string(head);
    head->header_count++;
    self->in_length = false;

    const char *name = head->data + self->name;
    size_t name_length = self->value - 1 - self->name;
    self->name = head->length;
    return note_field(self, name, name_length, head->data + self->value);
}

static int on_head_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    if (http->http_minor == 1 && !self->host_seen)
        return fail(self, 400, "the Host header is missing (RFC 9112 section 3.2)");
    if (http->http_minor == 0 && (http->flags & F_TRANSFER_ENCODING))
        return fail(self, 400, "HTTP/1.0 has no Transfer-Encoding (RFC 9112 section 6.1)");
    if (self->unknown_coding && (http->flags & F_CHUNKED)) /* otherwise llhttp refuses it */
        return fail(self, 501, "the only transfer coding known is chunked (RFC 9112 section 6.1)");
    if (http->content_length > INT64_MAX)
        return fail(self, 400, "the Content-Length overflows (RFC 9110 section 8.6)");

    self->keep_alive = connection_persists(&self->connection, http->http_minor);
    self->state = PARSER_BODY;
    http->upgrade = 0; /* other protocols are not offered, so the request is an ordinary one */
    bool has_body = (http->flags & F_CHUNKED) || http->content_length > 0;
    return has_body ? HPE_PAUSED : 0;
}

static int on_chunk_header(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    return check(self, chunk_rules_begin(&self->chunks, http->content_length));
}

static int on_extension_value(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    return check(self, chunk_rules_check_extension(&self->chunks, at, length));
}

static int on_body(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    if (self->body)
        memcpy(self->body + self->body_length, at, length);
    self->body_length += length;
    return 0;
}

static int on_message_complete(llhttp_t *http)
{
    parser_of(http)->state = PARSER_DONE;
    return HPE_PAUSED; /* the next bytes are the next request */
}

static const llhttp_settings_t settings = {
    .on_header_field = on_name,
    .on_header_field_complete = on_name_complete,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
    .on_chunk_header = on_chunk_header,
    .on_chunk_extension_value = on_extension_value,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* Sets llhttp to the state behind a request line: it reads the fields and the body. */
static const llhttp_t *behind_request_line(void)
{
    static const char line[] = {'G', 'E', 'T', ' ', '/', ' ', 'H',  'T',
                                'T', 'P', '/', '1', '.', '1', '\r', '\n'};
    static _Thread_local llhttp_t http;
    if (!http.settings) {
        llhttp_init(&http, HTTP_REQUEST, &settings);
        llhttp_execute(&http, line, sizeof(line)); /* calls none of the settings' functions */
    }
    return &http;
}

void parser_init(
    struct parser *self, struct head *head, char *room, const struct parser_limits *limits)
{
    /* Two parts, which compilers clear without a loop. */
    memset(&self->line, 0, sizeof(self->line));
    memset(
        &self->state, 0, offsetof(struct parser, chunks.trailer) - offsetof(struct parser, state));
    self->http = *behind_request_line();
    self->http.data = self;
    *head = (struct head){.data = room};
    self->head = head;
    self->limits = limits;
    self->chunks.framing_left = limits->framing;
}

/* Descriptions of errors of llhttp. From 9.4 on it refuses an empty coding before hob can. */
static const char *reason_of(const llhttp_t *http)
{
    const char *reason = llhttp_get_error_reason(http);
    return strcmp(reason, "Empty Transfer-Encoding") == 0 ? BAD_CODING : reason;
}

/* Feeds llhttp once. Returns how many bytes it has read. */
static size_t execute(struct parser *self, const char *data, size_t size)
{
    llhttp_errno_t err = llhttp_execute(&self->http, data, size);
    if (err == HPE_OK)
        return size;
    const char *end =
        self->chunks.refused ? self->chunks.refused : llhttp_get_error_pos(&self->http);
    size_t taken = (size_t)(end - data);
    if (err == HPE_PAUSED)
        llhttp_resume(&self->http);
    else if (self->state != PARSER_FAILED) /* otherwise a callback has set the reason */
        fail(self, 400, "%s", reason_of(&self->http));
    return taken;
}

/*
 * A tab behind the value of Content-Length is no part of it (RFC 9110 section 5.5), but llhttp
 * before 9.4 accepts only spaces. Feeds the bytes before the tab, or a space instead of it.
 */
static void replace_tab(const char **data, size_t *size)
{
    const char *tab = memchr(*data, '\t', *size);
    if (tab && tab > *data) {
        *size = (size_t)(tab - *data);
    } else if (tab) {
        *data = " ";
        *size = 1;
    }
}

static size_t feed_request_line(struct parser *self, const char *data, size_t size)
{
    struct request_line *line = &self->line;
    size_t taken = request_line_feed(line, self->head, self->limits->target, data, size);
    self->http.method = (uint8_t)line->method; /* also for a refused HEAD: see hob_reply() */
    self->http.http_minor = (uint8_t)line->minor;
    if (line->part == LINE_DONE)
        end_target(self);
    else if (line->part == LINE_REFUSED && line->status == 414)
        fail(self, 414, "the target is longer than %zu bytes", self->limits->target);
    else if (line->part == LINE_REFUSED)
        fail(self, line->status, "%s", line->rule);
    return taken;
}

static size_t feed_head(struct parser *self, const char *data, size_t size)
{
    size_t taken = 0;
    size_t limit = self->limits->head;
    if (size > limit - self->head_bytes)
        size = limit - self->head_bytes;
    if (self->line.part != LINE_DONE)
        taken = feed_request_line(self, data, size);
    while (self->state == PARSER_HEAD && taken < size) {
        const char *piece = data + taken;
        size_t piece_size = size - taken;
        if (self->in_length)
            replace_tab(&piece, &piece_size);
        taken += execute(self, piece, piece_size);
    }
    self->head_bytes += taken;
    if (self->state == PARSER_HEAD && self->head_bytes == limit)
        fail(
            self, self->line.part == LINE_TARGET ? 414 : 431,
            "the request line and header fields are larger than %zu bytes", limit);
    return taken;
}

static size_t feed_body(struct parser *self, const char *data, size_t size)
{
    size_t taken = 0;
    while (taken < size && self->state == PARSER_BODY) {
        size_t content = self->body_length;
        size_t piece = chunk_rules_limit_piece(&self->chunks, size - taken);
        piece = execute(self, data + taken, piece);
        taken += piece;
        piece -= self->body_length - content;
        if (chunk_rules_count(&self->chunks, piece) && self->state == PARSER_BODY)
            fail(
                self, self->http.flags & F_TRAILING ? 431 : 400,
                "more than %zu bytes of chunk sizes, extensions and trailers",
                self->limits->framing);
    }
    return taken;
}

size_t parser_feed(struct parser *self, const char *data, size_t size)
{
    switch (self->state) {
    case PARSER_HEAD:
        return feed_head(self, data, size);
    case PARSER_BODY:
        return feed_body(self, data, size);
    default:
        return 0;
    }
}

bool parser_body_ends_within(const struct parser *self, const char *data, size_t size)
{
    struct parser ahead = *self;
    ahead.http.data = &ahead;
    ahead.body = NULL;
    ahead.chunks.trailers = NULL;
    feed_body(&ahead, data, size);
    return ahead.state == PARSER_DONE;
}
