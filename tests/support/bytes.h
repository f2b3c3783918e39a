/*
 * Bytes for parsers: memory without a byte too many, strings that grow, and bytes in messages.
 */
#ifndef HOB_TESTS_SUPPORT_BYTES_H
#define HOB_TESTS_SUPPORT_BYTES_H

#include <stddef.h>

/* Memory of exactly this size, so that AddressSanitizer finds accesses beyond. Free it. */
void *allocate_exactly(size_t size);

/* A copy in such memory. */
void *copy_exactly(const void *data, size_t size);

/* Appends to a string, NULL at first, and ends it with NUL. The caller frees it. */
void append_bytes(char **text, size_t *length, const char *more, size_t size);

/* As C would write it, and cut if it is long. Valid until the next call. */
const char *printable(const char *bytes, size_t length);

#endif
