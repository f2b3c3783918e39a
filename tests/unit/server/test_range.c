#include "server/range.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
    {"bytes=0-499", 10000, RANGE_PART, 0, 500},
    {"bytes=500-999", 10000, RANGE_PART, 500, 500},
    {"bytes=-500", 10000, RANGE_PART, 9500, 500},
    {"bytes=9500-", 10000, RANGE_PART, 9500, 500},
    {"bytes=0-0", 10000, RANGE_PART, 0, 1},
    {"bytes=-1", 10000, RANGE_PART, 9999, 1},
    {"bytes=9999-9999", 10000, RANGE_PART, 9999, 1},
    {"bytes=0-", 10000, RANGE_PART, 0, 10000},
    {"bytes=0-9999", 10000, RANGE_PART, 0, 10000},
    {"bytes=0-0", 1, RANGE_PART, 0, 1},
    {"BYTES=0-0", 10, RANGE_PART, 0, 1},
    {"bytes=00000000000000000000001-2", 10, RANGE_PART, 1, 2},
    /* more than there is: as much as there is */
    {"bytes=9500-10000", 10000, RANGE_PART, 9500, 500},
    {"bytes=9500-18446744073709551615", 10000, RANGE_PART, 9500, 500},
    {"bytes=9500-99999999999999999999999", 10000, RANGE_PART, 9500, 500},
    {"bytes=-10001", 10000, RANGE_PART, 0, 10000},
    {"bytes=-99999999999999999999999", 10000, RANGE_PART, 0, 10000},
    {"bytes=18446744073709551614-", UINT64_MAX, RANGE_PART, UINT64_MAX - 1, 1},
    {"bytes=0-18446744073709551615", UINT64_MAX, RANGE_PART, 0, UINT64_MAX},
    /* beyond the end */
    {"bytes=10000-", 10000, UNSATISFIABLE},
    {"bytes=10000-10001", 10000, UNSATISFIABLE},
    {"bytes=18446744073709551616-", 10000, UNSATISFIABLE},
    {"bytes=99999999999999999999-99999999999999999999", 10000, UNSATISFIABLE},
    {"bytes=-0", 10000, UNSATISFIABLE},
    {"bytes=-00", 10000, UNSATISFIABLE},
    {"bytes=0-", 0, UNSATISFIABLE},
    {"bytes=0-0", 0, UNSATISFIABLE},
    {"bytes=-0", 0, UNSATISFIABLE},
    /* satisfiable, but no Content-Range can tell it */
    {"bytes=-1", 0, ALL},
    /* several */
    {"bytes=0-0,-1", 10000, ALL},
    {"bytes=0-0, 2-2", 10000, ALL},
    {"bytes=0-0,", 10000, ALL},
    {"bytes=,0-0", 10000, ALL},
    {"bytes=10000-,0-0", 10000, ALL},
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
    {"bytes= 0-1", 10000, ALL},
    {"bytes =0-1", 10000, ALL},
    {"bytes=0 -1", 10000, ALL},
    {"bytes=0- 1", 10000, ALL},
    {"bytes=0-1 ", 10000, ALL},
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
        struct range range = {1, 1};
        uint64_t first = cases[i].answer == RANGE_PART ? cases[i].first : 0;
        uint64_t length = cases[i].answer == RANGE_PART ? cases[i].length : cases[i].size;
        enum range_answer answer = range_parse(cases[i].value, cases[i].size, &range);
        cr_expect_eq(answer, cases[i].answer, "%s: %d", cases[i].value, (int)answer);
        cr_expect_eq(range.first, first, "%s: from %" PRIu64, cases[i].value, range.first);
        cr_expect_eq(range.length, length, "%s: %" PRIu64, cases[i].value, range.length);
    }
}
