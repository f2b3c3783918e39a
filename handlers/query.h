/* Numbers in queries. */
#ifndef HOB_HANDLERS_QUERY_H
#define HOB_HANDLERS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

/* Seconds: a decimal number above 0 and at most 3,600. Returns false if the text is none. */
bool parse_seconds(const char *text, double *seconds);

/* A whole number from 1 to `most`. Returns false if the text is none. */
bool parse_count(const char *text, size_t most, size_t *count);

#endif
