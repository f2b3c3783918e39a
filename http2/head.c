#include "head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/request_line.h"
#include "http/syntax.h"
#include "http/target.h"

static void refuse(struct http2_head *self, int status, hob_reject reason, const char *detail)
{
    if (self->refusal.status == 0) /* the first rule is the one that is reported */
        self->refusal = (struct refusal){status, reason, detail};
}

/* Refuses the head unless the rule is NULL. */
static void refuse_by_rule(struct http2_head *self, const char *broken_rule)
{
    if (broken_rule)
        refuse(self, 400, HOB_REJECT_MALFORMED, broken_rule);
}

/*
 * The fields as they come.
 */

/* Names of fields are in lower case, which the framing has checked. */
static inline bool is_named(const char *name, size_t length, const char *expected)
{
    return length == strlen(expected) && memcmp(name, expected, length) == 0;
}

int http2_fields_begin(struct http2_fields *self, const struct parser_limits *limits)
{
    char *data = self->strings.data ? self->strings.data : malloc(limits->head);
    struct buffer cookies = self->cookies;
    buffer_consume(&cookies, buffer_length(&cookies));
    *self = (struct http2_fields){.strings.data = data, .cookies = cookies};
    return data ? 0 : -ENOMEM;
}

static void note_method(struct http2_head *self, const char *method, size_t length)
{
    const char *refusal = method_refusal(method_named(method, length));
    if (refusal)
        refuse(self, 501, HOB_REJECT_UNSUPPORTED, refusal);
    length = length < sizeof(self->method) ? length : sizeof(self->method) - 1;
    *(char *)mempcpy(self->method, method, length) = '\0';
}

static void note_expect(struct http2_head *self, const char *value, size_t length)
{
    self->expects_continue = element_is(value, length, "100-continue");
    if (!self->expects_continue)
        refuse(
            self, 417, HOB_REJECT_UNSUPPORTED,
            "the only expectation known is 100-continue (RFC 9110 10.1.1)");
}

/* Returns the offset of the value. */
static size_t add_pseudo(
    struct head *strings, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    head_append(strings, name, name_length);
    head_end_string(strings);
    size_t offset = strings->length;
    head_append(strings, value, value_length);
    head_end_string(strings);
    strings->headers = strings->length;
    return offset;
}

static void add_field(
    struct http2_fields *self, const char *name, size_t name_length, const char *value,
    size_t value_length)
{
    struct http2_head *begun = &self->begun;
    size_t offset = self->strings.length + name_length + 1;
    head_add(&self->strings, name, name_length, value, value_length);
    if (is_named(name, name_length, "host")) {
        if (self->host > 0)
            refuse_by_rule(begun, "more than one Host header (RFC 9112 section 3.2)");
        self->host = offset;
    } else if (is_named(name, name_length, "expect")) {
        note_expect(begun, value, value_length);
    } else if (is_named(name, name_length, "content-length")) {
        /* The framing has checked that it is a number, and that there is one only. */
        begun->body_length = strtoull(self->strings.data + offset, NULL, 10);
    }
}

/* Clients send each cookie as a field: they become one again (RFC 9113 section 8.2.3). */
static void add_cookie(struct http2_fields *self, const char *value, size_t length)
{
    struct buffer *cookies = &self->cookies;
    if (buffer_reserve(cookies, length + 2) < 0) {
        refuse(&self->begun, 503, HOB_REJECT_MEMORY, "out of memory");
        return;
    }
    if (buffer_length(cookies) > 0)
        buffer_append(cookies, "; ", 2);
    buffer_append(cookies, value, length);
}

void http2_fields_add(
    struct http2_fields *self, const struct parser_limits *limits, const char *name,
    size_t name_length, const char *value, size_t value_length)
{
    struct http2_head *begun = &self->begun;
    struct head *strings = &self->strings;
    self->size += name_length + value_length + 2;
    if (self->size > limits->head)
        refuse(
            begun, 431, HOB_REJECT_HEAD_LIMIT, "the header fields are larger than the head_limit");
    else if (!strings->data)
        refuse(begun, 503, HOB_REJECT_MEMORY, "out of memory");
    else if (is_named(name, name_length, ":method"))
        note_method(begun, value, value_length);
    else if (is_named(name, name_length, ":path"))
        self->path = add_pseudo(strings, name, name_length, value, value_length);
    else if (is_named(name, name_length, ":authority"))
        self->authority = add_pseudo(strings, name, name_length, value, value_length);
    else if (*name == ':')
        return; /* :scheme, which the framing has checked */
    else if (!is_named(name, name_length, "cookie"))
        add_field(self, name, name_length, value, value_length);
    else
        add_cookie(self, value, value_length);
}

void http2_fields_free(struct http2_fields *self)
{
    free(self->strings.data);
    self->strings.data = NULL;
    buffer_free(&self->cookies);
}

/*
 * The head that they make.
 */

/* Returns the classes of all characters of a target, or 0 if it has one that a URI cannot have. */
static unsigned classes_in(const char *target)
{
    unsigned seen = 0;
    while (classes_of(*target) & CHAR_TARGET)
        seen |= classes_of(*target++);
    return *target ? 0 : seen;
}

static void set_target(struct http2_head *self, const char *target, size_t limit)
{
    struct head *head = &self->head;
    size_t length = strlen(target);
    unsigned classes = classes_in(target);
    if (length > limit) {
        refuse(self, 414, HOB_REJECT_TARGET_LIMIT, "the :path is longer than the target_limit");
        length = limit;
    }
    head_append(head, target, length);
    head_end_string(head);
    if (!classes)
        refuse_by_rule(
            self, "the :path has a byte that a URI cannot have (RFC 9113 section 8.3.1)");
    else if (*target != '/' && strcmp(target, "*") != 0)
        refuse_by_rule(self, "the :path is not a path (RFC 9113 section 8.3.1)");
    else if (*target != '/' || (classes & CHAR_MARK))
        refuse_by_rule(self, target_split(head, strcmp(self->method, "OPTIONS") == 0));
}

/* Host is the :authority, or else the field (RFC 9113 section 8.3.1). */
static void set_host(struct http2_head *self, const struct http2_fields *fields)
{
    const char *authority = fields->authority ? fields->strings.data + fields->authority : NULL;
    const char *host = fields->host ? fields->strings.data + fields->host : NULL;
    const char *value = authority ? authority : host;
    if (!value)
        refuse_by_rule(self, "there is no :authority and no Host (RFC 9113 section 8.3.1)");
    else if (!is_host(value, strlen(value)))
        refuse_by_rule(self, "the :authority or Host is not a host (RFC 9113 section 8.3.1)");
    else if (authority && host && strcmp(authority, host) != 0)
        refuse_by_rule(
            self, "the Host is another one than the :authority (RFC 9113 section 8.3.1)");
    if (authority && !host)
        head_add(&self->head, "host", strlen("host"), authority, strlen(authority));
}

/* The other fields are strings already. */
static void set_fields(struct http2_head *self, const struct http2_fields *fields, size_t limit)
{
    struct head *head = &self->head;
    const struct head *strings = &fields->strings;
    const struct buffer *cookies = &fields->cookies;
    if (strings->request_id > 0)
        head->request_id = strings->request_id - strings->headers + head->length;
    head_append(head, strings->data + strings->headers, strings->length - strings->headers);
    head->header_count += strings->header_count;
    if (buffer_length(cookies) > 0)
        head_add(head, "cookie", strlen("cookie"), buffer_bytes(cookies), buffer_length(cookies));
    if (head->header_count > limit)
        refuse(self, 431, HOB_REJECT_HEADER_LIMIT, "more header fields than the header_limit");
}

void http2_head_make(
    struct http2_head *self, const struct http2_fields *fields, const struct parser_limits *limits)
{
    *self = fields->begun;
    if (fields->path == 0) /* CONNECT has none */
        return;
    const char *target = fields->strings.data + fields->path;
    size_t size = fields->strings.length + buffer_length(&fields->cookies) + sizeof("cookie") + 1;
    size += strlen(target) + 1;         /* it may be kept as it came */
    self->head.data = malloc(2 * size); /* see request_decoded() */
    if (!self->head.data) {
        refuse(self, 503, HOB_REJECT_MEMORY, "out of memory");
        return;
    }
    set_target(self, target, limits->target);
    self->head.headers = self->head.length;
    set_host(self, fields);
    set_fields(self, fields, limits->header_count);
}
