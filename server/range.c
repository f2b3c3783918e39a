#include "range.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

/* Takes a number off the text. One that is too large to be counted is as good as the largest. */
static bool take_number(const char **text, uint64_t *number)
{
    const char *begin = *text;
    *number = 0;
    for (; isdigit((unsigned char)**text); ++*text) {
        uint64_t digit = (uint64_t)(**text - '0');
        *number = *number <= (UINT64_MAX - digit) / 10 ? *number * 10 + digit : UINT64_MAX;
    }
    return *text > begin;
}

/* "-500": the last 500 bytes, or all if there are fewer. */
static enum range_answer parse_suffix(const char *text, uint64_t size, struct range *range)
{
    uint64_t length;
    if (!take_number(&text, &length) || *text != '\0')
        return RANGE_ALL;
    if (length == 0)
        return RANGE_UNSATISFIABLE;
    if (size == 0)
        return RANGE_ALL; /* all of nothing, which Content-Range has no way to say */
    if (length > size)
        length = size;
    *range = (struct range){.first = size - length, .length = length};
    return RANGE_PART;
}

/* "500-999", or "500-" for all from there on. */
static enum range_answer parse_interval(const char *text, uint64_t size, struct range *range)
{
    uint64_t first;
    uint64_t last = UINT64_MAX;
    if (!take_number(&text, &first) || *text++ != '-')
        return RANGE_ALL;
    if (*text != '\0' && (!take_number(&text, &last) || *text != '\0' || last < first))
        return RANGE_ALL;
    if (first >= size)
        return RANGE_UNSATISFIABLE;
    if (last > size - 1)
        last = size - 1;
    *range = (struct range){.first = first, .length = last - first + 1};
    return RANGE_PART;
}

enum range_answer range_parse(const char *value, uint64_t size, struct range *range)
{
    static const char unit[] = "bytes=";
    const size_t length = sizeof(unit) - 1;
    *range = (struct range){.length = size};
    if (!value || strncasecmp(value, unit, length) != 0)
        return RANGE_ALL;
    value += length;
    return *value == '-' ? parse_suffix(value + 1, size, range)
                         : parse_interval(value, size, range);
}
