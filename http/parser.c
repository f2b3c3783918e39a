#include "parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
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

static int on_head_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    self->chunked = http->flags & F_CHUNKED;
    self->content_length = http->content_length;
    if (http->http_minor == 0 && (http->flags & F_TRANSFER_ENCODING))
        return fail(self, 400, "HTTP/1.0 has no Transfer-Encoding (RFC 9112 section 6.1)");
    if (self->unknown_coding && self->chunked) /* otherwise llhttp refuses it */
        return fail(self, 501, "the only transfer coding known is chunked (RFC 9112 section 6.1)");
    if (http->content_length > INT64_MAX)
        return fail(self, 400, "the Content-Length overflows (RFC 9110 section 8.6)");
    return 0;
}

/* The names and values that llhttp reads in a body are trailers. */

static int on_name(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    return self->state == PARSER_BODY ? chunk_rules_add_trailer(&self->chunks, at, length) : 0;
}

static int on_name_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    return self->state == PARSER_BODY ? check(self, chunk_rules_end_trailer(&self->chunks)) : 0;
}

static int on_value(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    return self->state == PARSER_BODY ? chunk_rules_add_value(&self->chunks, at, length) : 0;
}

static int on_value_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    int err = self->state == PARSER_BODY ? chunk_rules_end_value(&self->chunks) : 0;
    if (err == -ENOMEM)
        return fail(self, 503, "no memory for the trailers");
    return err < 0 ? fail(self, 431, TRAILERS_TOO_LARGE) : 0;
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

/* Sets llhttp to the state behind this request line: it reads the fields and the body. */
static void begin_framing(struct parser *self)
{
    static const char line[] = {'G', 'E', 'T', ' ', '/', ' ', 'H',  'T',
                                'T', 'P', '/', '1', '.', '1', '\r', '\n'};
    static _Thread_local llhttp_t http;
    if (!http.settings) {
        llhttp_init(&http, HTTP_REQUEST, &settings);
        llhttp_execute(&http, line, sizeof(line)); /* calls none of the settings' functions */
    }
    self->http = http;
    self->http.data = self;
    self->http.method = (uint8_t)self->line.method;
    self->http.http_minor = (uint8_t)self->line.minor;
    self->framed = true;
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
        fail(self, 400, "%s", llhttp_get_error_reason(&self->http));
    return taken;
}

void parser_init(
    struct parser *self, struct head *head, char *room, const struct parser_limits *limits)
{
    /* Two parts, which compilers clear without a loop. */
    memset(&self->line, 0, sizeof(self->line));
    memset(
        &self->state, 0, offsetof(struct parser, chunks.trailer) - offsetof(struct parser, state));
    *head = (struct head){.data = room};
    self->head = head;
    self->limits = limits;
    self->chunks.framing_left = limits->framing;
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

/*
 * llhttp reads only the fields that the end of the message depends on: no other one changes what it
 * decides. It gets them without the spaces and tabs around the value, because before 9.4 it refuses
 * a tab behind a number, and in all versions reads chunks as content if a tab is behind "chunked".
 */
static int give_field(struct parser *self, const char *name, const char *value)
{
    if (!self->framed)
        begin_framing(self);
    execute(self, name, strlen(name));
    if (self->state == PARSER_HEAD)
        execute(self, value, strlen(value));
    if (self->state == PARSER_HEAD)
        execute(self, "\r\n", 2);
    return self->state == PARSER_HEAD ? 0 : -1;
}

static int note_host(struct parser *self, const char *value)
{
    if (self->host_seen)
        return fail(self, 400, "more than one Host header (RFC 9112 section 3.2)");
    size_t length = (size_t)(self->head->data + self->head->length - 1 - value);
    if (!is_host(value, length))
        return fail(self, 400, "the Host header is not a host (RFC 9112 section 3.2)");
    self->host_seen = true;
    return 0;
}

static int note_length(struct parser *self, const char *length)
{
    return give_field(self, "Content-Length:", length);
}

/* llhttp checks that chunked is the last coding, but not that it is the only one. */
static int note_codings(struct parser *self, const char *list)
{
    const char *rest = list, *coding;
    size_t length;
    while (list_next(&rest, &coding, &length)) {
        if (!is_token(coding, length))
            return fail(
                self, 400,
                "the Transfer-Encoding has an empty or bad element (RFC 9112 section 6.1)");
        if (!element_is(coding, length, "chunked"))
            self->unknown_coding = true;
    }
    return give_field(self, "Transfer-Encoding:", list);
}

static int note_connection(struct parser *self, const char *options)
{
    if (strcmp(options, "keep-alive") == 0) /* from nearly every browser */
        self->connection.keep_alive = true;
    else
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
        self->head->request_id = (size_t)(value - self->head->data);
    return 0;
}

/* The fields for the framing of the message, and its id. */
static int note_field(struct parser *self, const char *name, size_t length, const char *value)
{
    switch (length) { /* which few fields share with these */
    case sizeof("host") - 1:
        return letters_are(name, "host", length) ? note_host(self, value) : 0;
    case sizeof("expect") - 1:
        return letters_are(name, "expect", length) ? note_expect(self, value) : 0;
    case sizeof("connection") - 1:
        return letters_are(name, "connection", length) ? note_connection(self, value) : 0;
    case sizeof("x-request-id") - 1:
        return letters_are(name, "x-request-id", length) ? note_request_id(self, value) : 0;
    case sizeof("content-length") - 1:
        return letters_are(name, "content-length", length) ? note_length(self, value) : 0;
    case sizeof("transfer-encoding") - 1:
        return letters_are(name, "transfer-encoding", length) ? note_codings(self, value) : 0;
    default:
        return 0;
    }
}

static int refuse_name(struct parser *self, char first)
{
    if (is_space(first))
        return fail(self, 400, "a header field begins with a space (RFC 9112 section 5.2)");
    return fail(self, 400, "a header field has no valid name (RFC 9112 section 5.1)");
}

static int refuse_count(struct parser *self)
{
    self->too_many_fields = true;
    return fail(self, 431, "more than %zu header fields", self->limits->header_count);
}

/*
 * A field line (RFC 9112 section 5), which is the last string of the head. Its name and value
 * become two, where they are.
 */
static int end_field(struct parser *self, char *line, size_t length)
{
    struct head *head = self->head;
    size_t name_length = span_token(line, length);
    if (name_length == 0 || name_length == length || line[name_length] != ':')
        return refuse_name(self, *line);
    if (head->header_count == self->limits->header_count)
        return refuse_count(self);
    while (is_space(line[length - 1]))
        length--;
    line[name_length] = line[length] = '\0';
    head->header_count++;
    head->length = self->name += length + 1;
    return note_field(self, line, name_length, head_value(line + name_length + 1));
}

/* The empty line. Without a field for llhttp there is no body. */
static void end_head(struct parser *self)
{
    if (self->line.minor == 1 && !self->host_seen) {
        fail(self, 400, "the Host header is missing (RFC 9112 section 3.2)");
        return;
    }
    self->keep_alive = connection_persists(&self->connection, (int)self->line.minor);
    self->state = self->framed ? PARSER_BODY : PARSER_DONE;
    if (self->framed)
        execute(self, "\r\n", 2);
}

static size_t feed_request_line(struct parser *self, const char *data, size_t size)
{
    struct request_line *line = &self->line;
    size_t taken = request_line_feed(line, self->head, self->limits->target, data, size);
    if (line->part == LINE_DONE)
        end_target(self);
    else if (line->part == LINE_REFUSED && line->status == 414)
        fail(self, 414, "the target is longer than %zu bytes", self->limits->target);
    else if (line->part == LINE_REFUSED)
        fail(self, line->status, "%s", line->rule);
    return taken;
}

/* Reads a byte behind a part of a line. Returns whether it is the LF that ends the line. */
static bool feed_line_end(struct parser *self, char c)
{
    bool ends = self->line_ends && c == '\n';
    bool begins_end = !self->line_ends && c == '\r';
    if (!ends && !begins_end && (self->line_ends || c == '\n'))
        fail(self, 400, "a header line does not end with CR LF (RFC 9112 section 2.2)");
    else if (!ends && !begins_end)
        fail(self, 400, "a header field has a control character (RFC 9110 section 5.5)");
    self->line_ends = begins_end;
    return ends;
}

/* Reads a line of the fields, or the received part of one, which becomes the head's last string. */
static size_t feed_line(struct parser *self, const char *data, size_t size)
{
    struct head *head = self->head;
    bool is_whole = false;
    size_t length = 0;
    if (!self->line_ends) {
        length = span_copy_printable(head->data + head->length, data, size);
        head->length += length;
        is_whole = size - length >= 2 && data[length] == '\r' && data[length + 1] == '\n';
    }
    if (is_whole)
        length += 2;
    else if (length < size)
        is_whole = feed_line_end(self, data[length++]);
    if (!is_whole)
        return length;
    if (head->length > self->name)
        end_field(self, head->data + self->name, head->length - self->name);
    else
        end_head(self);
    return length;
}

static size_t feed_head(struct parser *self, const char *data, size_t size)
{
    size_t taken = 0;
    size_t limit = self->limits->head;
    if (size > limit - self->head_bytes)
        size = limit - self->head_bytes;
    if (self->line.part != LINE_DONE)
        taken = feed_request_line(self, data, size);
    while (self->state == PARSER_HEAD && taken < size)
        taken += feed_line(self, data + taken, size - taken);
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
