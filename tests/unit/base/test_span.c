#include "base/span.h"

#include "tests/support/bytes.h"
#include "tests/support/test.h"

TestSuite(span, .timeout = 20);

/* The bytes of a block, of several, and of parts of one. */
enum { LENGTH_MAX = 50 };

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool is_printable(int c)
{
    return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* Each byte at each place of texts of each length, in memory of the exact size. */
Test(span, of_letters_ends_at_each_other_byte)
{
    for (size_t length = 1; length <= LENGTH_MAX; length++) {
        for (size_t at = 0; at < length; at++) {
            for (int c = 0; c < 256; c++) {
                char *text = allocate_exactly(length);
                memset(text, 'x', length);
                text[at] = (char)c;
                size_t span = span_letters(text, length);
                size_t end = is_letter(c) ? length : at;
                if (span > end || span + 16 <= end)
                    cr_assert_fail("%zu of %zu bytes with %d at %zu", span, length, c, at);
                free(text);
            }
        }
    }
}

Test(span, copies_up_to_each_control_character)
{
    for (size_t length = 1; length <= LENGTH_MAX; length++) {
        for (size_t at = 0; at < length; at++) {
            for (int c = 0; c < 256; c++) {
                char *text = allocate_exactly(length);
                char *copy = allocate_exactly(length + SPAN_ROOM);
                memset(text, at % 2 == 0 ? 'x' : 0xff, length);
                text[at] = (char)c;
                size_t span = span_copy_printable(copy, text, length);
                if (span != (is_printable(c) ? length : at) || memcmp(copy, text, span) != 0)
                    cr_assert_fail("%zu of %zu bytes with %d at %zu", span, length, c, at);
                free(copy);
                free(text);
            }
        }
    }
}

Test(span, of_nothing_is_empty)
{
    char room[SPAN_ROOM];
    cr_expect_eq(span_letters("", 0), 0);
    cr_expect_eq(span_copy_printable(room, "", 0), 0);
}
