#include "head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hob/text.h"
#include "http/request_line.h"
#include "http/syntax.h"
#include "http/target.h"

/*
 * The fields as they come.
 */

int http2_fields_begin(struct http2_fields *self, const struct parser_limits *limits)
{
    self->length = 0;
    self->too_large = false;
    if (!self->data)
        self->data = malloc(limits->head);
    return self->data ? 0 : -ENOMEM;
}

void http2_fields_add(
    struct http2_fields *self, const struct parser_limits *limits, const char *name,
    size_t name_length, const char *value, size_t value_length)
{
    size_t left = limits->head - self->length;
    self->too_large |= !self->data || name_length >= left || value_length + 2 > left - name_length;
    if (self->too_large)
        return;
    struct head strings = {.data = self->data, .length = self->length};
    head_append(&strings, name, name_length);
    head_end_string(&strings);
    head_append(&strings, value, value_length);
    head_end_string(&strings);
    self->length = strings.length;
}

void http2_fields_free(struct http2_fields *self)
{
    free(self->data);
    self->data = NULL;
}

/*
 * The head that they make.
 */

static void refuse(struct http2_head *self, int status, hob_reject reason, const char *detail)
{
    if (self->refusal.status == 0) /* the first rule is the one that is reported */
        self->refusal = (struct refusal){status, reason, detail};
}

/* NULL is no broken rule. */
static void check(struct http2_head *self, const char *broken_rule)
{
    if (broken_rule)
        refuse(self, 400, HOB_REJECT_MALFORMED, broken_rule);
}

static const char *find(const struct head *fields, const char *name)
{
    return head_find_nth(fields, name, 0);
}

static void set_method(struct http2_head *self, const char *method)
{
    size_t length = strnlen(method, sizeof(self->method) - 1);
    memcpy(self->method, method, length);
    self->method[length] = '\0';
    const char *refusal = method_refusal(method_named(method, strlen(method)));
    if (refusal)
        refuse(self, 501, HOB_REJECT_UNSUPPORTED, refusal);
}

static bool is_target(const char *target)
{
    while (classes_of(*target) & CHAR_TARGET)
        target++;
    return *target == '\0';
}

static void set_target(struct http2_head *self, const char *target, size_t limit)
{
    struct head *head = &self->head;
    size_t length = strlen(target);
    if (length > limit) {
        refuse(self, 414, HOB_REJECT_TARGET_LIMIT, "the :path is longer than the target_limit");
        length = limit;
    }
    head_append(head, target, length);
    head_end_string(head);
    if (!is_target(target))
        check(self, "the :path has a byte that a URI cannot have (RFC 9113 section 8.3.1)");
    else if (*target != '/' && strcmp(target, "*") != 0)
        check(self, "the :path is not a path (RFC 9113 section 8.3.1)");
    else
        check(self, target_split(head, strcmp(self->method, "OPTIONS") == 0));
    head->headers = head->length;
}

/* Host is the :authority, or else the field (RFC 9113 section 8.3.1). */
static void set_host(struct http2_head *self, const struct head *fields)
{
    const char *authority = find(fields, ":authority");
    const char *host = find(fields, "host");
    const char *value = authority ? authority : host;
    if (!value)
        check(self, "there is no :authority and no Host (RFC 9113 section 8.3.1)");
    else if (!is_host(value, strlen(value)))
        check(self, "the :authority or Host is not a host (RFC 9113 section 8.3.1)");
    else if (head_find_nth(fields, "host", 1))
        check(self, "more than one Host header (RFC 9112 section 3.2)");
    else if (authority && host && strcmp(authority, host) != 0)
        check(self, "the Host is another one than the :authority (RFC 9113 section 8.3.1)");
    if (value)
        head_add(&self->head, "host", strlen("host"), value, strlen(value));
}

static void note_expect(struct http2_head *self, const char *value)
{
    self->expects_continue = hob_text_same(value, "100-continue");
    if (!self->expects_continue)
        refuse(
            self, 417, HOB_REJECT_UNSUPPORTED,
            "the only expectation known is 100-continue (RFC 9110 10.1.1)");
}

/* The framing has checked that it is a number, and that there is one only. */
static void note_length(struct http2_head *self, const char *value)
{
    self->body_length = strtoull(value, NULL, 10);
}

static bool is_cookie(const char *name)
{
    return strcmp(name, "cookie") == 0;
}

/* Clients send each cookie as a field: they become one again (RFC 9113 section 8.2.3). */
static void add_cookies(struct head *head, const struct head *fields)
{
    const char *name;
    const char *value;
    size_t position = 0;
    size_t count = 0;
    while (head_next(fields, &position, &name, &value)) {
        if (!is_cookie(name))
            continue;
        if (count++ == 0)
            head_append(head, "cookie", sizeof("cookie"));
        else
            head_append(head, "; ", 2);
        head_append(head, value, strlen(value));
    }
    if (count == 0)
        return;
    head_end_string(head);
    head->header_count++;
}

static void add_header(struct http2_head *self, const char *name, const char *value)
{
    if (strcmp(name, "expect") == 0)
        note_expect(self, value);
    else if (strcmp(name, "content-length") == 0)
        note_length(self, value);
    head_add(&self->head, name, strlen(name), value, strlen(value));
}

static void add_headers(struct http2_head *self, const struct head *fields, size_t limit)
{
    const char *name;
    const char *value;
    size_t position = 0;
    while (head_next(fields, &position, &name, &value)) {
        if (*name != ':' && !is_cookie(name) && strcmp(name, "host") != 0)
            add_header(self, name, value);
    }
    add_cookies(&self->head, fields);
    if (self->head.header_count > limit)
        refuse(self, 431, HOB_REJECT_HEADER_LIMIT, "more header fields than the header_limit");
}

void http2_head_make(
    struct http2_head *self, const struct http2_fields *fields, const struct parser_limits *limits)
{
    struct head given = {.data = fields->data, .length = fields->length};
    const char *name;
    const char *value;
    for (size_t position = 0; fields->length > 0 && head_next(&given, &position, &name, &value);)
        given.header_count++;
    const char *target = find(&given, ":path");
    size_t size = fields->length + sizeof("host") + (target ? strlen(target) + 1 : 0);
    *self = (struct http2_head){.head.data = malloc(2 * size)}; /* see request_decoded() */
    if (!self->head.data || fields->length == 0) {
        refuse(self, 503, HOB_REJECT_MEMORY, "out of memory");
        return;
    }
    if (fields->too_large)
        refuse(
            self, 431, HOB_REJECT_HEAD_LIMIT, "the header fields are larger than the head_limit");
    const char *method = find(&given, ":method");
    if (method)
        set_method(self, method);
    if (!target) { /* CONNECT has none */
        free(self->head.data);
        self->head.data = NULL;
        return;
    }
    set_target(self, target, limits->target);
    set_host(self, &given);
    add_headers(self, &given, limits->header_count);
}
