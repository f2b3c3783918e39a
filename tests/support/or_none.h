/* Strings that may be NULL, for assertions that compare and print them. */
#ifndef HOB_TESTS_SUPPORT_OR_NONE_H
#define HOB_TESTS_SUPPORT_OR_NONE_H

static inline const char *or_none(const char *text)
{
    return text ? text : "(none)";
}

#endif
