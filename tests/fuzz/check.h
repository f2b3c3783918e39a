/* The assertion of fuzzers. If it fails it aborts, and libFuzzer keeps the input. */
#ifndef HOB_TESTS_FUZZ_CHECK_H
#define HOB_TESTS_FUZZ_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
