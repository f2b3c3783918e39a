/*
 * The assertion of fuzzers, and memory for parsers. A failed assertion aborts the fuzzer, so that
 * libFuzzer keeps the input.
 */
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

/* Memory of exactly this size, so that AddressSanitizer finds accesses beyond. Free it. */
static inline void *allocate_exactly(size_t size)
{
    void *memory = malloc(size);
    CHECK(memory || size == 0);
    return memory;
}

#endif
