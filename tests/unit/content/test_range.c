#include "content/range.h"

#include "tests/support/test.h"

#include <inttypes.h>

#define ALL           RANGE_ALL, 0, 0
#define UNSATISFIABLE RANGE_UNSATISFIABLE, 0, 0

/* RFC 9110 section 14.1.2 and 14.2. */
static const struct {
    const char *value;
    uint64_t size;
    enum range_answer answer;
    uint64_t first; /* of a part */
    uint64_t length;
} cases[] = {
    {"bytes=0-499", 10000, RANGE_PARTS, 0, 500},
    {"bytes=500-999", 10000, RANGE_PARTS, 500, 500},
    {"bytes=-500", 10000, RANGE_PARTS, 9500, 500},
    {"bytes=9500-", 10000, RANGE_PARTS, 9500, 500},
    {"bytes=0-0", 10000, RANGE_PARTS, 0, 1},
    {"bytes=-1", 10000, RANGE_PARTS, 9999, 1},
    {"bytes=9999-9999", 10000, RANGE_PARTS, 9999, 1},
    {"bytes=0-", 10000, RANGE_PARTS, 0, 10000},
    {"bytes=0-9999", 10000, RANGE_PARTS, 0, 10000},
    {"bytes=0-0", 1, RANGE_PARTS, 0, 1},
    {"BYTES=0-0", 10, RANGE_PARTS, 0, 1},
    {"bytes=00000000000000000000001-2", 10, RANGE_PARTS, 1, 2},
    /* more than there is: as much as there is */
    {"bytes=9500-10000", 10000, RANGE_PARTS, 9500, 500},
    {"bytes=9500-18446744073709551615", 10000, RANGE_PARTS, 9500, 500},
    {"bytes=9500-99999999999999999999999", 10000, RANGE_PARTS, 9500, 500},
    {"bytes=-10001", 10000, RANGE_PARTS, 0, 10000},
    {"bytes=-99999999999999999999999", 10000, RANGE_PARTS, 0, 10000},
    {"bytes=18446744073709551614-", UINT64_MAX, RANGE_PARTS, UINT64_MAX - 1, 1},
    {"bytes=0-18446744073709551615", UINT64_MAX, RANGE_PARTS, 0, UINT64_MAX},
    /* beyond the end */
    {"bytes=10000-", 10000, UNSATISFIABLE},
    {"bytes=10000-10001", 10000, UNSATISFIABLE},
    {"bytes=18446744073709551616-", 10000, UNSATISFIABLE},
    {"bytes=99999999999999999999-99999999999999999999", 10000, UNSATISFIABLE},
    {"bytes=-0", 10000, UNSATISFIABLE},
    {"bytes=-00", 10000, UNSATISFIABLE},
    {"bytes=10000-,20000-", 10000, UNSATISFIABLE},
    /* of nothing: no Content-Range can describe it */
    {"bytes=0-", 0, ALL},
    {"bytes=0-0", 0, ALL},
    {"bytes=5-", 0, ALL},
    {"bytes=-0", 0, ALL},
    {"bytes=-1", 0, ALL},
    /* a list of one (RFC 9110 section 5.6.1.2), or of one that can be satisfied */
    {"bytes=0-1,", 10000, RANGE_PARTS, 0, 2},
    {"bytes=, ,0-1 ,\t,", 10000, RANGE_PARTS, 0, 2},
    {"bytes= 0-1", 10000, RANGE_PARTS, 0, 2},
    {"bytes=0-1 ", 10000, RANGE_PARTS, 0, 2},
    {"bytes=10000-,0-1", 10000, RANGE_PARTS, 0, 2},
    {"bytes=0-1,-0", 10000, RANGE_PARTS, 0, 2},
    /* broken */
    {NULL, 10000, ALL},
    {"", 10000, ALL},
    {"bytes", 10000, ALL},
    {"bytes=", 10000, ALL},
    {"bytes=-", 10000, ALL},
    {"bytes=--1", 10000, ALL},
    {"bytes=1", 10000, ALL},
    {"bytes=2-1", 10000, ALL},
    {"bytes=18446744073709551615-18446744073709551614", 10000, ALL},
    {"bytes=a-b", 10000, ALL},
    {"bytes=0-b", 10000, ALL},
    {"bytes=0x1-0x2", 10000, ALL},
    {"bytes=+1-2", 10000, ALL},
    {"bytes=1-+2", 10000, ALL},
    {"bytes=1--2", 10000, ALL},
    {"bytes=1-2-3", 10000, ALL},
    {"bytes=-1-", 10000, ALL},
    {"bytes=,", 10000, ALL},
    {"bytes=0-1,x", 10000, ALL},
    {"bytes=0-1 3-4", 10000, ALL},
    {"bytes=0-1;3-4", 10000, ALL},
    {"bytes =0-1", 10000, ALL},
    {"bytes=0 -1", 10000, ALL},
    {"bytes=0- 1", 10000, ALL},
    {"bytes:0-1", 10000, ALL},
    {"bytes 0-1/10", 10000, ALL},
    {"0-1", 10000, ALL},
    /* units that are not known */
    {"lines=0-1", 10000, ALL},
    {"xbytes=0-1", 10000, ALL},
    {"bytesx=0-1", 10000, ALL},
    {"none", 10000, ALL},
};

Test(range, is_read_as_the_rfc_says)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_ranges ranges = {.count = 7};
        enum range_answer answer = range_parse(cases[i].value, cases[i].size, &ranges);
        size_t count = answer == RANGE_PARTS ? 1 : 0;
        cr_expect_eq(answer, cases[i].answer, "%s: %d", cases[i].value, (int)answer);
        cr_assert_eq(ranges.count, count, "%s: %zu", cases[i].value, ranges.count);
        if (count == 0)
            continue;
        const hob_range *part = &ranges.list[0];
        cr_expect_eq(part->first, cases[i].first, "%s: from %" PRIu64, cases[i].value, part->first);
        cr_expect_eq(part->length, cases[i].length, "%s: %" PRIu64, cases[i].value, part->length);
    }
}

/* Of 100 bytes. Ranges that touch become one; the others keep the order in which they were asked
 * for.
 */
static const struct {
    const char *value;
    size_t count;
    hob_range list[4];
} several[] = {
    {"bytes=0-0,-1", 2, {{0, 1}, {99, 1}}},
    {"bytes=50-59, 20-29,80-", 3, {{50, 10}, {20, 10}, {80, 20}}},
    {"bytes=0-9,100-,20-29", 2, {{0, 10}, {20, 10}}},
    {"bytes=0-9,20-29,5-14", 2, {{20, 10}, {0, 15}}},
    {"bytes=0-9,10-19", 1, {{0, 20}}},
    {"bytes=10-19,0-9", 1, {{0, 20}}},
    {"bytes=0-9,11-19", 2, {{0, 10}, {11, 9}}},
    {"bytes=0-9,20-29,40-49,5-44", 1, {{0, 50}}},
    {"bytes=40-49,0-99,20-29", 1, {{0, 100}}},
    {"bytes=0-,0-,0-,0-", 1, {{0, 100}}},
};

Test(range, several_that_touch_are_joined)
{
    for (size_t i = 0; i < COUNT(several); i++) {
        hob_ranges ranges;
        cr_expect_eq(range_parse(several[i].value, 100, &ranges), RANGE_PARTS);
        cr_assert_eq(ranges.count, several[i].count, "%s: %zu", several[i].value, ranges.count);
        for (size_t k = 0; k < ranges.count; k++) {
            cr_expect_eq(ranges.list[k].first, several[i].list[k].first, "%s", several[i].value);
            cr_expect_eq(ranges.list[k].length, several[i].list[k].length, "%s", several[i].value);
        }
    }
}

static enum range_answer parse_many(size_t count, hob_ranges *ranges)
{
    char value[16 * (HOB_RANGES_MAX + 1) + 16];
    char *end = stpcpy(value, "bytes=");
    for (size_t i = 0; i < count; i++)
        end += sprintf(end, "%zu-%zu,", 10 * i, 10 * i + 1);
    return range_parse(value, 10000, ranges);
}

Test(range, too_many_are_none)
{
    hob_ranges ranges;
    cr_expect_eq(parse_many(HOB_RANGES_MAX, &ranges), RANGE_PARTS);
    cr_expect_eq(ranges.count, HOB_RANGES_MAX);
    cr_expect_eq(parse_many(HOB_RANGES_MAX + 1, &ranges), RANGE_ALL);
    cr_expect_eq(ranges.count, 0);
}
