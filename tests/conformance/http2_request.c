/*
 * Requests of HTTP/1.1, written as those of HTTP/2 that mean the same: the request line and Host
 * become pseudo-fields, names are in lower case, and the body becomes DATA.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http2.h"
#include "tests/support/http2_wire.h"

enum { FRAME_MOST = 16384, STREAM = 1 };

struct text {
    char *at;
    size_t length;
};

/* A field that has not been separated from its line yet, or that was. */
struct field {
    struct text name;
    struct text value;
};

static bool equals(const struct text *self, const char *text)
{
    return self->length == strlen(text) && strncasecmp(self->at, text, self->length) == 0;
}

/* Takes a text up to a separator off the beginning. Returns false if there is none. */
static bool take_until(struct text *from, const char *separator, struct text *taken)
{
    size_t length = strlen(separator);
    char *end = memmem(from->at, from->length, separator, length);
    if (!end)
        return false;
    *taken = (struct text){from->at, (size_t)(end - from->at)};
    from->at = end + length;
    from->length -= taken->length + length;
    return true;
}

/* Returns false if the line is folded or has no colon. */
static bool split_field(struct text line, struct field *field)
{
    if (line.length == 0 || line.at[0] == ' ' || line.at[0] == '\t')
        return false;
    if (!take_until(&line, ":", &field->name))
        return false;
    while (line.length > 0 && (line.at[0] == ' ' || line.at[0] == '\t'))
        line = (struct text){line.at + 1, line.length - 1};
    while (line.length > 0 && (line.at[line.length - 1] == ' ' || line.at[line.length - 1] == '\t'))
        line.length--;
    field->value = line;
    return true;
}

static bool is_of_http_1_only(const struct field *field)
{
    return equals(&field->name, "Transfer-Encoding") || equals(&field->name, "Connection") ||
           equals(&field->name, "Proxy-Connection");
}

static unsigned char *put_text(unsigned char *at, const char *name, const struct text *value)
{
    return http2_put_field(at, name, strlen(name), value->at, value->length);
}

/* In lower case. */
static unsigned char *put_field(unsigned char *at, const struct field *field)
{
    const struct text *name = &field->name;
    for (size_t i = 0; i < name->length; i++)
        name->at[i] = (char)tolower((unsigned char)name->at[i]);
    return http2_put_field(at, name->at, name->length, field->value.at, field->value.length);
}

/* Finds the first field of this name. */
static bool find_field(struct text fields, const char *name, struct text *value)
{
    struct text line;
    struct field field;
    while (take_until(&fields, "\r\n", &line)) {
        if (split_field(line, &field) && equals(&field.name, name)) {
            *value = field.value;
            return true;
        }
    }
    return false;
}

/* Returns the end of what it wrote, or NULL. */
static unsigned char *put_request_line(unsigned char *at, struct text line, const struct text *host)
{
    char http[] = "http";
    const struct text scheme = {http, 4};
    struct text method, target;
    if (!take_until(&line, " ", &method) || !take_until(&line, " ", &target) || line.length != 8 ||
        memcmp(line.at, "HTTP/1.1", 8) != 0)
        return NULL;
    if (memmem(target.at, target.length, "://", 3) || memchr(target.at, ' ', target.length))
        return NULL;
    at = put_text(at, ":method", &method);
    if (host)
        at = put_text(at, ":authority", host);
    if (equals(&method, "CONNECT"))
        return at;
    return put_text(put_text(at, ":scheme", &scheme), ":path", &target);
}

/* The same for the fields. */
static unsigned char *put_fields(unsigned char *at, struct text fields)
{
    struct text line;
    bool has_host = false;
    while (take_until(&fields, "\r\n", &line)) {
        struct field field;
        if (!split_field(line, &field) || is_of_http_1_only(&field))
            return NULL;
        bool is_authority = !has_host && equals(&field.name, "Host");
        has_host |= is_authority;
        if (!is_authority)
            at = put_field(at, &field);
    }
    return at;
}

/* The first Host becomes the authority. */
static unsigned char *encode_head(unsigned char *at, struct text line, struct text fields)
{
    struct text host;
    bool has_host = find_field(fields, "Host", &host);
    at = put_request_line(at, line, has_host ? &host : NULL);
    return at ? put_fields(at, fields) : NULL;
}

/* HEADERS, and CONTINUATION for what does not fit. */
static unsigned char *
put_head(unsigned char *at, const unsigned char *block, size_t size, int flags)
{
    int type = HTTP2_HEADERS;
    do {
        size_t piece = size < FRAME_MOST ? size : FRAME_MOST;
        int end = piece == size ? END_HEADERS : 0;
        at = http2_put_header(at, type, flags | end, STREAM, piece);
        at = mempcpy(at, block, piece);
        block += piece;
        size -= piece;
        type = HTTP2_CONTINUATION;
        flags = 0;
    } while (size > 0);
    return at;
}

/* A request of HTTP/1.1 in its parts. */
struct request {
    struct text line;
    struct text fields;
    struct text body;
};

static bool split_request(struct text bytes, struct request *request)
{
    if (!take_until(&bytes, "\r\n", &request->line))
        return false;
    request->fields = (struct text){bytes.at, 0};
    if (bytes.length >= 2 && memcmp(bytes.at, "\r\n", 2) == 0)
        bytes = (struct text){bytes.at + 2, bytes.length - 2};
    else if (take_until(&bytes, "\r\n\r\n", &request->fields))
        request->fields.length += 2;
    else
        return false;
    request->body = bytes;
    return memmem(bytes.at, bytes.length, "HTTP/1.1", 8) == NULL; /* else it is another request */
}

/* Whether the client sends all that Content-Length announces. */
static bool is_complete(const struct request *self)
{
    struct text length;
    return !find_field(self->fields, "Content-Length", &length) ||
           strtoull(length.at, NULL, 10) <= self->body.length;
}

static unsigned char *
put_request(unsigned char *at, const struct request *request, unsigned char *block)
{
    const struct text *body = &request->body;
    unsigned char *end = encode_head(block, request->line, request->fields);
    if (!end)
        return NULL;
    int ends = is_complete(request) ? END_STREAM : 0;
    at = put_head(at, block, (size_t)(end - block), body->length > 0 ? 0 : ends);
    if (body->length == 0)
        return at;
    at = http2_put_header(at, HTTP2_DATA, ends, STREAM, body->length);
    return mempcpy(at, body->at, body->length);
}

char *http2_request_bytes(const struct http_case *self, size_t *size)
{
    static const char beginning[] = HTTP2_PREFACE "\0\0\0\4\0\0\0\0\0"; /* and SETTINGS */
    struct request request;
    size_t length;
    char *bytes = case_bytes(self, &length);
    unsigned char *block = malloc(2 * length + 1000);
    unsigned char *frames = malloc(2 * length + 2000);
    if (!bytes || !block || !frames)
        abort();
    unsigned char *end = mempcpy(frames, beginning, sizeof(beginning) - 1);
    bool split = split_request((struct text){bytes, length}, &request);
    end = split ? put_request(end, &request, block) : NULL;
    free(bytes);
    free(block);
    if (!end) {
        free(frames);
        return NULL;
    }
    *size = (size_t)(end - frames);
    return (char *)frames;
}
