#include "syntax.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

bool is_token(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && is_token_char(text[i]))
        i++;
    return length > 0 && i == length;
}

/* IP-literal, RFC 3986 section 3.2.2. Returns how many bytes it takes, 0 if it is none. */
static size_t span_ip_literal(const char *text, size_t length)
{
    size_t i = 1;
    while (i < length && (isxdigit((unsigned char)text[i]) || text[i] == ':' || text[i] == '.'))
        i++;
    return i > 1 && i < length && text[i] == ']' ? i + 1 : 0;
}

static bool is_percent_encoded(const char *text, size_t length)
{
    return length >= 3 && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]);
}

/* reg-name, but no comma, which joins two of them, and no empty label. The same result. */
static size_t span_name(const char *text, size_t length)
{
    size_t i = 0;
    for (; i < length && text[i] != ':'; i++) {
        bool sound = text[i] == '%' ? is_percent_encoded(text + i, length - i)
                                    : isalnum((unsigned char)text[i]) ||
                                          (text[i] != '\0' && strchr("-._~!$&'()*+;=", text[i]));
        if (!sound || (text[i] == '.' && (i == 0 || text[i - 1] == '.')))
            return 0;
    }
    return i;
}

bool is_host(const char *text, size_t length)
{
    if (length == 0)
        return false;
    size_t i = *text == '[' ? span_ip_literal(text, length) : span_name(text, length);
    if (i == 0 || (i < length && text[i] != ':'))
        return false;
    while (++i < length) { /* the port */
        if (!isdigit((unsigned char)text[i]))
            return false;
    }
    return true;
}

bool list_next(const char **list, const char **element, size_t *length)
{
    if (!*list)
        return false;
    const char *begin = *list + strspn(*list, " \t");
    const char *end = begin + strcspn(begin, ",");
    *list = *end ? end + 1 : NULL;
    while (end > begin && strchr(" \t", end[-1]))
        end--;
    *element = begin;
    *length = (size_t)(end - begin);
    return true;
}

bool element_is(const char *element, size_t length, const char *word)
{
    return length == strlen(word) && strncasecmp(element, word, length) == 0;
}
