#include "pairs.h"

#include <string.h>

#include "base/percent.h"

bool pairs_next(const char **rest, struct encoded *name, struct encoded *value)
{
    const char *begin = *rest + strspn(*rest, "&");
    const char *end = begin + strcspn(begin, "&");
    const char *equals = memchr(begin, '=', (size_t)(end - begin));
    *name = (struct encoded){begin, equals ? equals : end};
    *value = (struct encoded){equals ? equals + 1 : end, end};
    *rest = end;
    return begin < end;
}

static char next_char(struct encoded *text)
{
    if (*text->at != '+')
        return percent_next(&text->at, text->end);
    text->at++;
    return ' ';
}

/* Returns whether the decoded text is this string, without a copy: a large form has many pairs. */
static bool is_equal(struct encoded text, const char *string)
{
    while (text.at < text.end) {
        if (next_char(&text) != *string++)
            return false;
    }
    return *string == '\0';
}

bool pairs_find(const char *pairs, const char *name, struct encoded *value)
{
    struct encoded pair_name;
    while (pairs && pairs_next(&pairs, &pair_name, value)) {
        if (is_equal(pair_name, name))
            return true;
    }
    return false;
}

char *pairs_decode(struct encoded text, char *to)
{
    char *decoded = to;
    while (text.at < text.end)
        *to++ = next_char(&text);
    *to = '\0';
    return decoded;
}
