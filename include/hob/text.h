/*
 * hob/text.h: numbers and names as protocols and formats (HTTP, JSON, metrics) write them. printf()
 * with %g or %f, strtod() and strcasecmp() follow the locale of the program (setlocale(3)): in
 * de_DE they write 0.5 as "0,5", and in tr_TR "HI" and "hi" are two words. These functions do not.
 *
 * All functions may be called anywhere, on any thread.
 */
#ifndef HOB_TEXT_H
#define HOB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether two strings are the same but for the case of ASCII letters, as names of header fields,
 * media types and tokens are (RFC 9110 section 5.1).
 */
bool hob_text_same(const char *a, const char *b);

/* The same for the first `size` bytes of each, or up to the NUL if that comes before. */
bool hob_text_same_n(const char *a, const char *b, size_t size);

enum { HOB_NUMBER_SIZE = 32 }; /* bytes of the longest number, with its NUL */

/*
 * Writes a number in decimal to `text`, which has HOB_NUMBER_SIZE bytes: with the digits that it
 * takes to read the same number again (15 to 17), such as "0.5", "42" or "1e+21"; or "NaN", "+Inf"
 * or "-Inf", which JSON does not have. Returns `text`.
 */
char *hob_text_number(double value, char *text);

/* The same as an expression, in C: the text is valid until the end of the block. */
#define HOB_NUMBER(value) hob_text_number(value, (char[HOB_NUMBER_SIZE]){0})

#ifdef __cplusplus
}
#endif

#endif
