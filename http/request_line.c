#include "request_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "syntax.h"

static void refuse(struct request_line *self, int status, const char *rule)
{
    self->part = LINE_REFUSED;
    self->status = status;
    self->rule = rule;
}

static void enter(struct request_line *self, enum line_part part)
{
    self->part = part;
    self->length = 0;
}

/* A server should ignore at least one empty line, RFC 9112 section 2.2. */
static size_t take_empty_lines(struct request_line *self, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool in_line = self->part == LINE_EMPTY_LF;
        if (data[i] == (in_line ? '\n' : '\r')) {
            enter(self, in_line ? LINE_EMPTY : LINE_EMPTY_LF);
        } else if (in_line || data[i] == '\n') {
            refuse(self, 400, "an empty line does not end with CR LF (RFC 9112 section 2.2)");
            return i + 1;
        } else {
            enter(self, LINE_METHOD);
            return i;
        }
    }
    return size;
}

int method_named(const char *name, size_t length)
{
#define METHOD(number, symbol, string)                                                             \
    if (length == sizeof(#string) - 1 && memcmp(name, #string, sizeof(#string) - 1) == 0)          \
        return (number);
    HTTP_METHOD_MAP(METHOD)
#undef METHOD
    return -1;
}

const char *method_refusal(int method)
{
    if (method == HTTP_CONNECT)
        return "CONNECT is for proxies (RFC 9110 section 9.3.6)";
    return method >= 0 && method != HTTP_SOURCE ? NULL
                                                : "the method is not known (RFC 9110 section 9.1)";
}

static void end_method(struct request_line *self)
{
    int method = method_named(self->name, self->length);
    const char *refusal = method_refusal(method);
    if (!refusal) {
        self->method = (llhttp_method_t)method;
        enter(self, LINE_TARGET);
    } else if (self->length == 0)
        refuse(self, 400, "the request line begins with a space (RFC 9112 section 3)");
    else if (self->length == 3 && memcmp(self->name, "PRI", 3) == 0)
        refuse(self, 505, "HTTP/2 is not supported (RFC 9113 section 3.4)");
    else
        refuse(self, 501, refusal);
}

/* Reads the received part of the method, or the byte behind it. */
static size_t take_method(struct request_line *self, const char *data, size_t size)
{
    size_t run = 0;
    size_t room = sizeof(self->name) - 1 - self->length;
    if (self->length == 0 && size >= 4 && memcmp(data, "GET ", 4) == 0) { /* the most common one */
        memcpy(self->name, "GET", 4);
        self->method = HTTP_GET;
        enter(self, LINE_TARGET);
        return 4;
    }
    while (run < size && run < room && is_token_char(data[run])) {
        self->name[self->length + run] = data[run];
        run++;
    }
    self->length += run;
    if (run == size)
        return run;
    if (data[run] == ' ')
        end_method(self);
    else if (!is_token_char(data[run]))
        refuse(self, 400, "the method is not a token (RFC 9110 section 9.1)");
    else
        refuse(self, 501, "the method is longer than all known ones (RFC 9112 section 3)");
    return run + 1;
}

/* The byte behind the target. */
static void end_target(struct request_line *self, char c)
{
    if (c == ' ' && self->length == 0)
        refuse(self, 400, "more than one space in the request line (RFC 9112 section 3)");
    else if (c == ' ')
        enter(self, LINE_VERSION);
    else if (c == '\r')
        enter(self, LINE_TARGET_LF);
    else if (c == '\n')
        refuse(self, 505, "the request line has no version: HTTP/0.9 is not supported");
    else
        refuse(self, 400, "the target has a byte that a URI cannot have (RFC 9112 section 3.2)");
}

/* Reads the received part of the target, or the byte behind it. */
static size_t take_target(
    struct request_line *self, struct head *head, size_t limit, const char *data, size_t size)
{
    size_t run = 0;
    unsigned seen = 0;
    while (run < size && (classes_of(data[run]) & CHAR_TARGET))
        seen |= classes_of(data[run++]);
    self->marks |= seen & CHAR_MARK;
    if (run > limit - self->length) {
        run = limit - self->length;
        refuse(self, 414, NULL);
    }
    head_append(head, data, run);
    self->length += run;
    if (run == size || self->part == LINE_REFUSED)
        return run;
    end_target(self, data[run]);
    return run + 1;
}

/* A line without a version is HTTP/0.9. */
static size_t take_target_lf(struct request_line *self, char c)
{
    if (c == '\n')
        refuse(self, 505, "the request line has no version: HTTP/0.9 is not supported");
    else
        refuse(self, 400, "the request line has a CR without LF (RFC 9112 section 2.2)");
    return 1;
}

static void take_version_byte(struct request_line *self, char c)
{
    static const char line[] = "HTTP/1.1\r\n"; /* or another minor version */
    size_t at = self->length++;
    if (at == 0 && c == ' ')
        refuse(self, 400, "more than one space in the request line (RFC 9112 section 3)");
    else if (at < 5 && c != line[at])
        refuse(self, 505, "the protocol is not HTTP");
    else if ((line[at] == '1' && !isdigit((unsigned char)c)) || (line[at] == '.' && c != '.'))
        refuse(self, 400, "the version is not digit, dot, digit (RFC 9112 section 2.3)");
    else if (at == 5 && c != '1')
        refuse(self, 505, "only HTTP/1.1 and HTTP/1.0 are supported");
    else if (at > 7 && c != line[at])
        refuse(self, 400, "the version is not followed by CR LF (RFC 9112 section 2.2)");
    else if (at == 7)
        self->minor = c != '0'; /* a later one counts as HTTP/1.1 (RFC 9110 section 2.5) */
    else if (c == '\n')
        self->part = LINE_DONE;
}

/* The most common version, in one piece. */
static size_t take_version(struct request_line *self, const char *data, size_t size)
{
    static const char usual[] = {'H', 'T', 'T', 'P', '/', '1', '.', '1', '\r', '\n'};
    if (self->length == 0 && size >= sizeof(usual) && memcmp(data, usual, sizeof(usual)) == 0) {
        self->minor = 1;
        self->part = LINE_DONE;
        return sizeof(usual);
    }
    size_t taken = 0;
    while (taken < size && self->part == LINE_VERSION)
        take_version_byte(self, data[taken++]);
    return taken;
}

size_t request_line_feed(
    struct request_line *self, struct head *head, size_t target_limit, const char *data,
    size_t size)
{
    size_t taken = 0;
    if (self->part <= LINE_EMPTY_LF)
        taken = take_empty_lines(self, data, size);
    if (self->part == LINE_METHOD && taken < size)
        taken += take_method(self, data + taken, size - taken);
    if (self->part == LINE_TARGET && taken < size)
        taken += take_target(self, head, target_limit, data + taken, size - taken);
    if (self->part == LINE_TARGET_LF && taken < size)
        taken += take_target_lf(self, data[taken]);
    if (self->part == LINE_VERSION && taken < size)
        taken += take_version(self, data + taken, size - taken);
    return taken;
}
