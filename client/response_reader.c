#include "response_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hob/http.h"

__attribute__((format(printf, 2, 3))) static int
fail(struct response_reader *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->reason, sizeof(self->reason), format, arguments);
    va_end(arguments);
    self->state = RESPONSE_FAILED;
    return -1;
}

/* The same for a limit of this client that is exceeded. */
#define FAIL_LIMIT(self, ...) ((self)->over_limit = true, fail(self, __VA_ARGS__))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Moves bytes of the line to the end of the head's strings, as the rest of the last string. */
static void keep(struct response_reader *self, const char *bytes, size_t length)
{
    memmove(self->head.data + self->head.length, bytes, length);
    self->head.length += length;
    head_end_string(&self->head);
}

/*
 * HTTP-version SP status-code SP [ reason-phrase ], RFC 9112 section 4. The second space is often
 * missing when there is no phrase. A minor version above 1 counts as 1 (RFC 9110 section 2.5).
 */
static int take_status_line(struct response_reader *self, const char *line)
{
    size_t length = strlen(line);
    if (length < 8 || memcmp(line, "HTTP/", 5) != 0)
        return fail(self, "it does not begin with HTTP/1.1 (RFC 9112 section 4)");
    if (line[5] != '1' || line[6] != '.' || !is_digit(line[7]))
        return fail(self, "its version is %.8s, not HTTP/1.1 (RFC 9112 section 2.3)", line);
    if (length < 12 || line[8] != ' ' || !is_digit(line[9]) || !is_digit(line[10]) ||
        !is_digit(line[11]) || (length > 12 && line[12] != ' '))
        return fail(self, "it has no status of three digits (RFC 9112 section 4)");
    self->minor = line[7] == '0' ? 0 : 1;
    self->status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0';
    if (self->status < 100)
        return fail(self, "its status is %.3s (RFC 9110 section 15)", line + 9);
    keep(self, line + (length > 12 ? 13 : 12), length > 12 ? length - 13 : 0);
    self->head.headers = self->head.length;
    return 0;
}

static int take_field(struct response_reader *self, const char *line)
{
    const char *colon = strchr(line, ':');
    if (!colon || !is_token(line, (size_t)(colon - line)))
        return fail(self, "a header field has no valid name (RFC 9112 section 5)");
    if (self->head.header_count == self->limits->header_count)
        return FAIL_LIMIT(self, "it has more than %zu header fields", self->limits->header_count);
    size_t length = strlen(colon + 1);
    const char *value = trim(colon + 1, &length);
    keep(self, line, (size_t)(colon - line));
    keep(self, value, length);
    self->head.header_count++;
    return 0;
}

/* A line that begins with white space continues the value before it (RFC 9112 section 5.2). */
static int take_fold(struct response_reader *self, const char *line)
{
    struct head *head = &self->head;
    size_t length = strlen(line);
    const char *more = trim(line, &length);
    if (head->header_count == 0)
        return fail(self, "white space precedes the first header field (RFC 9112 section 2.2)");
    if (length == 0)
        return 0;
    head->length--; /* over the NUL */
    if (head->data[head->length - 1] != '\0')
        head_append(head, " ", 1);
    keep(self, more, length);
    return 0;
}

/* Digits, or a list of the same number again and again (RFC 9112 section 6.3). */
static int note_length(struct response_reader *self, const char *list)
{
    const char *number;
    size_t size;
    while (list_next(&list, &number, &size)) {
        uint64_t length = 0;
        size_t i = 0;
        while (i < size && is_digit(number[i]) && length <= INT64_MAX / 10 - 1)
            length = length * 10 + (uint64_t)(number[i++] - '0');
        if (size == 0 || i < size)
            return fail(self, "its Content-Length is no number (RFC 9110 section 8.6)");
        if (self->length_known && length != self->length)
            return fail(self, "it has two values of Content-Length (RFC 9112 section 6.3)");
        self->length = length;
        self->length_known = true;
    }
    return 0;
}

static int note_codings(struct response_reader *self, const char *list)
{
    const char *coding;
    size_t length;
    self->coding_seen = true;
    while (list_next(&list, &coding, &length)) {
        if (self->chunked_seen || !element_is(coding, length, "chunked"))
            return fail(self, "its transfer coding is not just chunked (RFC 9112 section 6.1)");
        self->chunked_seen = true;
    }
    return 0;
}

static int note_field(struct response_reader *self, const char *name, const char *value)
{
    size_t length = strlen(name);
    if (element_is(name, length, "content-length"))
        return note_length(self, value);
    if (element_is(name, length, "transfer-encoding"))
        return note_codings(self, value);
    if (element_is(name, length, "connection"))
        connection_options_add(&self->connection, value);
    return 0;
}

/* The fields for the framing of the message. */
static int note_fields(struct response_reader *self)
{
    const char *name, *value;
    for (size_t position = 0; head_next(&self->head, &position, &name, &value);) {
        if (note_field(self, name, value) < 0)
            return -1;
    }
    return 0;
}

static bool has_no_body(const struct response_reader *self)
{
    return self->to == RESPONSE_TO_HEAD || self->status == 204 || self->status == 304 ||
           (self->to == RESPONSE_TO_CONNECT && self->status / 100 == 2);
}

/* Finds the length of the body: RFC 9112 section 6.3. */
static enum response_framing framing_of(const struct response_reader *self)
{
    if (has_no_body(self))
        return FRAMING_NONE;
    if (self->chunked_seen)
        return FRAMING_CHUNKED;
    if (!self->length_known)
        return FRAMING_CLOSE;
    return self->length > 0 ? FRAMING_LENGTH : FRAMING_NONE;
}

/*
 * A connection is not used again if the server may assume another end of the response: with both
 * Transfer-Encoding and Content-Length, and if a response without a body announces one.
 */
static bool can_keep_alive(const struct response_reader *self)
{
    bool announces_body = self->coding_seen || (self->length_known && self->length > 0);
    if (self->framing == FRAMING_CLOSE || (self->coding_seen && self->length_known))
        return false;
    if (self->status == 204 && announces_body)
        return false;
    return connection_persists(&self->connection, self->minor);
}

static int end_interim(struct response_reader *self)
{
    if (self->status == 101)
        return fail(self, "it switches protocols, which was not asked (RFC 9110 section 15.2.2)");
    if (self->interim_count++ == self->limits->interim_count)
        return FAIL_LIMIT(self, "more than %zu interim responses", self->limits->interim_count);
    self->state = RESPONSE_INTERIM;
    return 0;
}

static int end_head(struct response_reader *self)
{
    if (note_fields(self) < 0)
        return -1;
    if (self->status < 200)
        return end_interim(self);
    if (self->coding_seen && !self->chunked_seen && !has_no_body(self))
        return fail(self, "its transfer coding is not just chunked (RFC 9112 section 6.1)");
    if (self->coding_seen && self->minor == 0)
        return fail(self, "HTTP/1.0 has no Transfer-Encoding (RFC 9112 section 6.1)");
    self->framing = framing_of(self);
    self->keep_alive = can_keep_alive(self);
    self->left = self->length;
    if (self->framing == FRAMING_CHUNKED)
        chunked_init(&self->chunked, self->limits->framing, self->trailers);
    self->state = self->framing == FRAMING_NONE ? RESPONSE_DONE : RESPONSE_BODY;
    return 0;
}

/* Parses the line that is stored behind the strings of the head. */
static int take_line(struct response_reader *self)
{
    char *line = self->head.data + self->head.length;
    size_t length = self->line_length;
    self->line_length = 0;
    if (length < 2 || line[length - 2] != '\r')
        return fail(self, "a line of its head ends without CR (RFC 9112 section 2.2)");
    length -= 2;
    line[length] = '\0';
    if (strlen(line) != length || !hob_is_field_value(line))
        return fail(self, "its head has a control character (RFC 9110 section 5.5)");
    if (self->head.headers == 0)
        return take_status_line(self, line);
    if (length == 0)
        return end_head(self);
    return is_space(*line) ? take_fold(self, line) : take_field(self, line);
}

/* The strings are never longer than the received bytes: a NUL replaces CR and LF of a line. */
static size_t feed_head(struct response_reader *self, const char *data, size_t size)
{
    size_t taken = 0;
    while (self->state == RESPONSE_HEAD && taken < size) {
        size_t piece = size - taken;
        if (piece > self->limits->head - self->head_bytes)
            piece = self->limits->head - self->head_bytes;
        const char *end = memchr(data + taken, '\n', piece);
        if (end)
            piece = (size_t)(end + 1 - (data + taken));
        memcpy(self->head.data + self->head.length + self->line_length, data + taken, piece);
        self->line_length += piece;
        self->head_bytes += piece;
        taken += piece;
        if (end)
            take_line(self);
        if (self->state == RESPONSE_HEAD && self->head_bytes == self->limits->head)
            FAIL_LIMIT(self, "its head is larger than %zu bytes", self->limits->head);
    }
    return taken;
}

static void begin_head(struct response_reader *self)
{
    self->state = RESPONSE_HEAD;
    self->head = (struct head){.data = self->head.data};
    self->head_bytes = self->line_length = 0;
    self->length_known = self->coding_seen = self->chunked_seen = false;
    self->connection = (struct connection_options){0};
    self->length = 0;
}

void response_reader_init(
    struct response_reader *self, char *room, const struct response_limits *limits,
    enum response_to to)
{
    *self = (struct response_reader){.limits = limits, .to = to, .head.data = room};
}

static size_t
feed_chunked(struct response_reader *self, const char *data, size_t size, char *content)
{
    size_t taken = chunked_feed(&self->chunked, data, size, content);
    self->body_length = self->chunked.content_length;
    self->over_limit = self->chunked.over_limit;
    if (self->chunked.state == CHUNKED_FAILED)
        fail(self, "%s", self->chunked.reason);
    else if (self->chunked.state == CHUNKED_DONE)
        self->state = RESPONSE_DONE;
    return taken;
}

static size_t feed_body(struct response_reader *self, const char *data, size_t size, char *content)
{
    bool has_length = self->framing == FRAMING_LENGTH;
    if (self->framing == FRAMING_CHUNKED)
        return feed_chunked(self, data, size, content);
    if (has_length && size > self->left)
        size = (size_t)self->left;
    if (content != data)
        memcpy(content, data, size);
    self->body_length = size;
    self->left -= has_length ? size : 0;
    if (has_length && self->left == 0)
        self->state = RESPONSE_DONE;
    return size;
}

size_t
response_reader_feed(struct response_reader *self, const char *data, size_t size, char *content)
{
    self->body_length = 0;
    if (self->state == RESPONSE_INTERIM && size > 0)
        begin_head(self);
    switch (self->state) {
    case RESPONSE_HEAD:
        return feed_head(self, data, size);
    case RESPONSE_BODY:
        return feed_body(self, data, size, content);
    default:
        return 0;
    }
}

void response_reader_end(struct response_reader *self)
{
    self->body_length = 0;
    if (self->state == RESPONSE_BODY && self->framing == FRAMING_CLOSE)
        self->state = RESPONSE_DONE;
    else if (self->state == RESPONSE_BODY && self->framing == FRAMING_LENGTH)
        fail(self, "the connection ended %" PRIu64 " bytes before the end of the body", self->left);
    else if (self->state == RESPONSE_BODY)
        fail(self, "the connection ended before the last chunk");
    else if (self->state != RESPONSE_DONE && self->state != RESPONSE_FAILED)
        fail(self, "the connection ended before the head did");
}
