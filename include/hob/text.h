/*
 * hob/text.h: numbers and names as protocols and formats (HTTP, JSON, metrics) write them. These
 * functions do not depend on the locale of the program (setlocale(3)). printf() with %g or %f,
 * strtod() and strcasecmp() do: in de_DE they write 0.5 as "0,5", and in tr_TR "HI" and "hi"
 * differ.
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
 * Returns whether two strings are equal without regard to the case of ASCII letters, like names of
 * header fields, media types and tokens (RFC 9110 section 5.1).
 */
bool hob_text_equals_any_case(const char *a, const char *b);

/* The same for the first `size` bytes of each, or up to the NUL if that comes before. */
bool hob_text_equals_any_case_n(const char *a, const char *b, size_t size);

enum { HOB_NUMBER_SIZE = 32 }; /* bytes of the longest number, with its NUL */

/*
 * Writes a number in decimal to `text`, which has HOB_NUMBER_SIZE bytes. It has as many digits (15
 * to 17) as are needed to read the same number again, such as "0.5", "42" or "1e+21"; or it is
 * "NaN", "+Inf" or "-Inf", which JSON does not have. Returns `text`.
 */
char *hob_text_number(double value, char *text);

/* The same as an expression, in C: the text is valid until the end of the block. */
#define HOB_NUMBER(value) hob_text_number(value, (char[HOB_NUMBER_SIZE]){0})

#ifdef __cplusplus
}
#endif

#endif
