#include "hob/text.h"

#include "tests/support/test.h"

#include <float.h>
#include <math.h>

TestSuite(text, .timeout = 20);

Test(text, is_the_same_but_for_the_case_of_letters)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"", "", true},
        {"Host", "hOST", true},
        {"a", "", false},
        {"", "a", false},
        {"ab", "a", false},
        {"[", "{", false},
        {"@", "`", false},
        {"Z", "z", true},
        {"\xc4", "\xe4", false},
        {"a\xc4", "A\xc4", true},
        {"if-none-match", "IF-NONE-MATCH", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(
            hob_text_equals_any_case(cases[i].a, cases[i].b), cases[i].same, "%s", cases[i].a);
    cr_expect(hob_text_equals_any_case_n("Q=1", "q=2", 2));
    cr_expect_not(hob_text_equals_any_case_n("Q=1", "q=2", 3));
    cr_expect(hob_text_equals_any_case_n("a", "b", 0));
    cr_expect(hob_text_equals_any_case_n("a", "A", 99));
}

Test(text, a_number_has_the_digits_that_it_needs)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {0.0001220703125, "0.0001220703125"},
        {1e-5, "0.00001"},
        {1e-7, "0.0000001"},
        {123456789012345, "123456789012345"},
        {9007199254740991, "9007199254740991"},
        {0.99999999999999989, "0.99999999999999989"},
        {999.9999999999999, "999.9999999999999"},
        {1e17, "1e+17"},
        {1.5e21, "1.5e+21"},
        {18446744073709551616.0, "1.8446744073709552e+19"},
        {5e-324, "4.9406564584124654e-324"},
        {-DBL_MAX, "-1.7976931348623157e+308"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
        {NAN, "NaN"},
    };
    char text[HOB_NUMBER_SIZE];
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_str_eq(hob_text_number(cases[i].value, text), cases[i].text);
}

/* From a millionth to a quadrillion, which is what is measured and counted. */
Test(text, a_number_can_be_read_again)
{
    enum { ROUNDS = 200000 };
    uint64_t random = 88172645463325252;
    char text[HOB_NUMBER_SIZE];
    for (int i = 0; i < ROUNDS; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        double value = ldexp((double)(random >> 11), -(int)(random % 73));
        cr_assert_eq(strtod(hob_text_number(value, text), NULL), value, "%a is %s", value, text);
        cr_assert_lt(strlen(text), HOB_NUMBER_SIZE);
    }
}
