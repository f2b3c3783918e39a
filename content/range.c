#include "range.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "hob/text.h"
#include "http/syntax.h"

/* Takes a number off the text. One that is too large becomes the largest number. */
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
static bool take_suffix(const char **text, uint64_t size, uint64_t *first)
{
    uint64_t length;
    ++*text;
    if (!take_number(text, &length))
        return false;
    *first = length < size ? size - length : 0;
    return true;
}

/* "500-999", or "500-" for all bytes from there on. */
static bool take_interval(const char **text, uint64_t *first, uint64_t *last)
{
    if (!take_number(text, first) || *(*text)++ != '-')
        return false;
    if (!take_number(text, last))
        *last = UINT64_MAX;
    return *first <= *last;
}

/* Parses one range of content that is not empty. Returns RANGE_ALL if it is not a valid range. */
static enum range_answer
parse_range(const char *text, size_t length, uint64_t size, hob_range *range)
{
    const char *end = text + length;
    uint64_t first;
    uint64_t last = size - 1;
    bool valid =
        *text == '-' ? take_suffix(&text, size, &first) : take_interval(&text, &first, &last);
    if (!valid || text != end)
        return RANGE_ALL;
    if (first >= size)
        return RANGE_UNSATISFIABLE;
    if (last > size - 1)
        last = size - 1;
    *range = (hob_range){.first = first, .length = last - first + 1};
    return RANGE_PARTS;
}

static bool touch(const hob_range *a, const hob_range *b)
{
    return a->first <= b->first + b->length && b->first <= a->first + a->length;
}

/* The smallest range that contains both. */
static hob_range join(const hob_range *a, const hob_range *b)
{
    uint64_t first = a->first < b->first ? a->first : b->first;
    uint64_t end_of_a = a->first + a->length;
    uint64_t end_of_b = b->first + b->length;
    return (hob_range){first, (end_of_a > end_of_b ? end_of_a : end_of_b) - first};
}

/* Adds a range, and merges those that overlap or adjoin it. */
static void add(hob_ranges *self, hob_range range)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->count; i++) {
        if (touch(&self->list[i], &range))
            range = join(&self->list[i], &range);
        else
            self->list[kept++] = self->list[i];
    }
    self->list[kept] = range;
    self->count = kept + 1;
}

static enum range_answer parse_list(const char *list, uint64_t size, hob_ranges *ranges)
{
    const char *element;
    size_t length;
    size_t seen = 0;
    while (list_next(&list, &element, &length)) {
        hob_range range;
        if (length == 0)
            continue;
        enum range_answer answer = parse_range(element, length, size, &range);
        if (answer == RANGE_ALL || ++seen > HOB_RANGES_MAX)
            return RANGE_ALL;
        if (answer == RANGE_PARTS)
            add(ranges, range);
    }
    if (ranges->count > 0)
        return RANGE_PARTS;
    return seen > 0 ? RANGE_UNSATISFIABLE : RANGE_ALL;
}

enum range_answer range_parse(const char *value, uint64_t size, hob_ranges *ranges)
{
    static const char unit[] = "bytes=";
    ranges->count = 0;
    if (!value || size == 0 || !hob_text_equals_any_case_n(value, unit, strlen(unit)))
        return RANGE_ALL;
    enum range_answer answer = parse_list(value + strlen(unit), size, ranges);
    if (answer == RANGE_ALL)
        ranges->count = 0;
    return answer;
}
