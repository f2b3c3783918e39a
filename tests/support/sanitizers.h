/*
 * Differences of tests under sanitizers.
 */
#ifndef HOB_TESTS_SUPPORT_SANITIZERS_H
#define HOB_TESTS_SUPPORT_SANITIZERS_H

#include "tests/support/criterion.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

/* For tests of how much memory is touched: a sanitizer touches more. */
#ifdef HOB_SANITIZED
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#if UNDER_ASAN
#include <sanitizer/lsan_interface.h>
#endif

/* Whether there is memory that was allocated in this test's process and is lost now. */
static inline int has_leaks(void)
{
#if UNDER_ASAN
    return __lsan_do_recoverable_leak_check();
#else
    return 0;
#endif
}

/* For the end of each test of a suite: .fini = expect_no_leaks */
static inline void expect_no_leaks(void)
{
    cr_expect_not(has_leaks());
}

#endif
