#include "server/problem.h"

#include <stdio.h>
#include <string.h>

#include "hob/http.h"
#include "http/status.h"

/*
 * Accept.
 */

/* The client's weight for a type. Of several headers, the most specific element decides. */
static int weight_of(const struct head *head, const char *type)
{
    const char *list;
    hob_preference best = {0};
    for (size_t i = 0; (list = head_find_nth(head, "accept", i)); i++) {
        hob_preference next = hob_preference_for(list, type);
        if (next.specificity > best.specificity)
            best = next;
    }
    return best.weight;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

bool problem_is_preferred(const struct head *head)
{
    int json =
        larger(weight_of(head, "application/problem+json"), weight_of(head, "application/json"));
    int text = larger(weight_of(head, "text/plain"), weight_of(head, "text/html"));
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
