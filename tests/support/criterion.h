/*
 * Criterion, with assertions that are compiled to little code. Its own contain the code that
 * reports a failure, which takes most of the time of compiling the tests, above all with
 * sanitizers.
 */
#ifndef HOB_TESTS_SUPPORT_CRITERION_H
#define HOB_TESTS_SUPPORT_CRITERION_H

#include <criterion/criterion.h>

/* Reports a failed assertion: with the test's own message, if the text that the format gives has
 * more than its first character, or else with the general one, which it frees. */
__attribute__((format(printf, 4, 5))) void
report_failure(const char *file, unsigned line, char *general, const char *format, ...);

/* Criterion expands each of its assertions to this: a condition, an unused word, the general
 * message and what goes into it, and the test's own message. */
#undef cr_assert_impl
#define cr_assert_impl(Fail, Condition, ...)                                                       \
    do {                                                                                           \
        if (!(Condition)) {                                                                        \
            report_failure(                                                                        \
                __FILE__, __LINE__, CR_TRANSLATE_DEF_MSG_(CR_VA_TAIL(__VA_ARGS__)),                \
                "x" CR_VA_TAIL(CR_VA_TAIL(CR_VA_TAIL(__VA_ARGS__))));                              \
            Fail();                                                                                \
        }                                                                                          \
    } while (0)

#endif
