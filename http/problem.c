#include "problem.h"

#include <stdio.h>
#include <string.h>

#include "status.h"
#include "syntax.h"

/*
 * Accept.
 */

/* The weight of a media type for the client. */
struct preference {
    const char *type;
    const char *any; /* the media range of all types like it */
    int specificity; /* of the most specific media range so far; 0 before */
    int weight;      /* in thousandths */
};

/* A qvalue, "0.5" as 500 (RFC 9110 section 12.4.2). */
static int parse_weight(const char *text, size_t length)
{
    int weight = 0;
    int unit = 1000;
    for (size_t i = 0; i < length && unit > 0; i++) {
        if (text[i] < '0' || text[i] > '9')
            continue; /* the dot */
        weight += unit * (text[i] - '0');
        unit /= 10;
    }
    return weight < 1000 ? weight : 1000;
}

/* Takes the next part off a media range, which semicolons separate, without spaces around it. */
static bool take_part(const char **range, const char *end, const char **part, size_t *length)
{
    const char *at = *range;
    if (at >= end)
        return false;
    const char *semicolon = memchr(at, ';', (size_t)(end - at));
    *range = semicolon ? semicolon + 1 : end;
    *length = (size_t)((semicolon ? semicolon : end) - at);
    *part = trim(at, length);
    return true;
}

static int specificity_for(const struct preference *self, const char *type, size_t length)
{
    if (element_is(type, length, self->type))
        return 3;
    if (element_is(type, length, self->any))
        return 2;
    return element_is(type, length, "*/*") ? 1 : 0;
}

/* One element of Accept: "application/json;q=0.5". */
static void note_range(struct preference *self, const char *range, size_t length)
{
    const char *part;
    const char *end = range + length;
    int weight = 1000;
    int specificity = 0;
    if (take_part(&range, end, &part, &length))
        specificity = specificity_for(self, part, length);
    if (specificity <= self->specificity)
        return;
    while (take_part(&range, end, &part, &length)) {
        if (length > 2 && element_is(part, 2, "q="))
            weight = parse_weight(part + 2, length - 2);
    }
    self->specificity = specificity;
    self->weight = weight;
}

static int weight_of(const struct head *head, const char *type, const char *any)
{
    struct preference preference = {.type = type, .any = any};
    const char *list, *range;
    size_t length;
    for (size_t i = 0; (list = head_find_nth(head, "accept", i)); i++) {
        while (list_next(&list, &range, &length))
            note_range(&preference, range, length);
    }
    return preference.weight;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

bool problem_is_preferred(const struct head *head)
{
    int json = larger(
        weight_of(head, "application/problem+json", "application/*"),
        weight_of(head, "application/json", "application/*"));
    int text =
        larger(weight_of(head, "text/plain", "text/*"), weight_of(head, "text/html", "text/*"));
    return json > text;
}

/*
 * JSON.
 */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80; /* of a character in UTF-8 */
}

/* Writes text to a JSON string (RFC 8259 section 7), cut to the size. Returns the end. */
static char *put_text(char *at, const char *end, const char *text)
{
    enum { ESCAPE_SIZE = sizeof("\\u0000") };
    for (; *text && end - at >= ESCAPE_SIZE; text++) {
        if (*text == '"' || *text == '\\')
            at += sprintf(at, "\\%c", *text);
        else if ((unsigned char)*text < ' ')
            at += sprintf(at, "\\u%04x", (unsigned char)*text);
        else
            *at++ = *text;
    }
    for (; is_continuation(*text); text--) /* the whole character did not fit */
        at--;
    return at;
}

size_t problem_format(char *text, size_t size, int status, const char *detail)
{
    static const char end[] = "\"}\n";
    const char *reason = status_reason(status);
    char *at = text + sprintf(text, "{\"status\":%d,\"title\":\"%s", status, reason);
    if (detail) {
        at = stpcpy(at, "\",\"detail\":\"");
        at = put_text(at, text + size - sizeof(end), detail);
    }
    return (size_t)(stpcpy(at, end) - text);
}
