#include "request_line.h"

#include <ctype.h>
#include <llhttp.h>
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

/* At least one empty line is to be ignored, RFC 9112 section 2.2. */
static void take_empty(struct request_line *self, char c)
{
    bool in_line = self->part == LINE_EMPTY_LF;
    if (c == (in_line ? '\n' : '\r'))
        enter(self, in_line ? LINE_EMPTY : LINE_EMPTY_LF);
    else if (in_line || c == '\n')
        refuse(self, 400, "an empty line does not end with CR LF (RFC 9112 section 2.2)");
}

/* Those of the IANA registry and some more. They are case-sensitive (RFC 9110 section 9.1). */
static bool is_known_method(const char *method, size_t length)
{
#define NAME(number, name, string) #string,
    static const char *const names[] = {HTTP_METHOD_MAP(NAME)};
#undef NAME
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == length && memcmp(names[i], method, length) == 0)
            return true;
    }
    return false;
}

static bool method_is(const struct request_line *self, const char *name)
{
    return self->length == strlen(name) && memcmp(self->method, name, self->length) == 0;
}

static void end_method(struct request_line *self)
{
    if (self->length == 0)
        refuse(self, 400, "the request line begins with a space (RFC 9112 section 3)");
    else if (method_is(self, "PRI"))
        refuse(self, 505, "HTTP/2 is not spoken here (RFC 9113 section 3.4)");
    else if (method_is(self, "CONNECT"))
        refuse(self, 501, "CONNECT is for proxies (RFC 9110 section 9.3.6)");
    else if (method_is(self, "SOURCE") || !is_known_method(self->method, self->length))
        refuse(self, 501, "the method is not known (RFC 9110 section 9.1)");
    else {
        self->method[self->length] = ' ';
        self->method_length = self->length + 1;
        enter(self, LINE_TARGET);
    }
}

static void take_method(struct request_line *self, char c)
{
    if (c == ' ')
        end_method(self);
    else if (!is_token_char(c))
        refuse(self, 400, "the method is not a token (RFC 9110 section 9.1)");
    else if (self->length == sizeof(self->method) - 1)
        refuse(self, 501, "the method is longer than any that is known (RFC 9112 section 3)");
    else
        self->method[self->length++] = c;
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
        refuse(self, 505, "the request line has no version: HTTP/0.9 is not spoken here");
    else
        refuse(self, 400, "the target has a byte that no URI has (RFC 9112 section 3.2)");
}

/* Takes what is there of the target, or the byte behind it. */
static size_t take_target(
    struct request_line *self, struct head *head, size_t limit, const char *data, size_t size)
{
    size_t run = 0;
    while (run < size && data[run] > ' ' && data[run] < 0x7f)
        run++;
    if (run > limit - self->length) {
        run = limit - self->length;
        refuse(self, 414, NULL);
    }
    head_append(head, data, run);
    self->length += run;
    if (run > 0 || self->part == LINE_REFUSED)
        return run;
    end_target(self, *data);
    return 1;
}

/* Without a version the line is one of HTTP/0.9. */
static void take_target_lf(struct request_line *self, char c)
{
    if (c == '\n')
        refuse(self, 505, "the request line has no version: HTTP/0.9 is not spoken here");
    else
        refuse(self, 400, "the request line has a CR without LF (RFC 9112 section 2.2)");
}

static void take_version(struct request_line *self, char c)
{
    static const char line[] = " HTTP/1.1\r\n"; /* or 1.0; the space was read with the target */
    size_t at = ++self->length;
    self->version[0] = ' ';
    self->version[at] = c;
    if (at == 1 && c == ' ')
        refuse(self, 400, "more than one space in the request line (RFC 9112 section 3)");
    else if (at < 6 && c != line[at])
        refuse(self, 505, "the protocol is not HTTP");
    else if ((line[at] == '1' && !isdigit((unsigned char)c)) || (line[at] == '.' && c != '.'))
        refuse(self, 400, "the version is not digit, dot, digit (RFC 9112 section 2.3)");
    else if (line[at] == '1' && c != '1' && !(at == 8 && c == '0'))
        refuse(self, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    else if (at > 8 && c != line[at])
        refuse(self, 400, "the version is not followed by CR LF (RFC 9112 section 2.2)");
    else if (c == '\n')
        self->part = LINE_DONE;
}

size_t request_line_feed(
    struct request_line *self, struct head *head, size_t target_limit, const char *data,
    size_t size)
{
    size_t taken = 0;
    while (taken < size && self->part < LINE_DONE) {
        if (self->part == LINE_TARGET) {
            taken += take_target(self, head, target_limit, data + taken, size - taken);
            continue;
        }
        char c = data[taken++];
        if (self->part == LINE_EMPTY && c != '\r' && c != '\n')
            enter(self, LINE_METHOD);
        if (self->part == LINE_EMPTY || self->part == LINE_EMPTY_LF)
            take_empty(self, c);
        else if (self->part == LINE_METHOD)
            take_method(self, c);
        else if (self->part == LINE_TARGET_LF)
            take_target_lf(self, c);
        else
            take_version(self, c);
    }
    return taken;
}
