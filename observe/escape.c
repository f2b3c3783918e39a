#include "escape.h"

#include <stdint.h>
#include <string.h>

/* The longest escape of one character: a pair of surrogates, "\ud83c\udf5f". */
#define UNIT_SIZE 12

static const char cut[] = "...";

static size_t span_plain(const char *text, size_t limit)
{
    size_t i = 0;
    while (i < limit && text[i] >= ' ' && text[i] <= '~' && text[i] != '"' && text[i] != '\\')
        i++;
    return i;
}

bool is_plain(const char *text)
{
    return text[span_plain(text, SIZE_MAX)] == '\0';
}

/* Escapes the first character of *text, moves *text behind it, and returns the end of the unit. */
typedef char *encoder(const char **text, char *unit);

static char *escape(char *at, const char *text, size_t limit, encoder *encode)
{
    char *end = at + limit - strlen(cut);
    while (*text) {
        char unit[UNIT_SIZE];
        size_t plain = span_plain(text, (size_t)(end - at));
        at = mempcpy(at, text, plain);
        text += plain;
        if (*text == '\0')
            break;
        size_t size = at < end ? (size_t)(encode(&text, unit) - unit) : SIZE_MAX;
        if (size > (size_t)(end - at))
            return mempcpy(at, cut, strlen(cut));
        at = mempcpy(at, unit, size);
    }
    return at;
}

/*
 * JSON.
 */

#define REPLACEMENT 0xfffd

/* A backslash and a letter, such as "\n". */
static char *put_letter(char *at, char letter)
{
    *at++ = '\\';
    *at++ = letter;
    return at;
}

/* A character of up to 16 bits, such as "\u20ac". */
static char *put_code(char *at, unsigned code)
{
    at = stpcpy(at, "\\u");
    for (unsigned digits = 4; digits-- > 0;)
        *at++ = "0123456789abcdef"[code >> 4 * digits & 15];
    return at;
}

/* The letter of the escape of `c`, or NUL if it has none. A pair is a letter and its character. */
static char letter_for(const char *pairs, char c)
{
    for (; *pairs; pairs += 2) {
        if (pairs[1] == c)
            return pairs[0];
    }
    return '\0';
}

/* How many bytes 10xxxxxx follow a first byte; 0 if it is not a first byte. Sets its own *bits. */
static unsigned continuation_of(unsigned char first, uint32_t *bits)
{
    unsigned count = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    *bits = first & (0x3fU >> count);
    return first >= 0xc2 && first <= 0xf4 ? count : 0;
}

/*
 * Decodes the first character of *text (RFC 3629 section 4) and moves *text behind it. If it is not
 * valid, such as an overlong form or a surrogate, skips a byte and returns the replacement.
 */
static uint32_t decode_utf8(const char **text)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)(*text)++;
    uint32_t code;
    if (bytes[0] < 0x80)
        return bytes[0];
    unsigned count = continuation_of(bytes[0], &code);
    for (unsigned i = 1; i <= count; i++) {
        if ((bytes[i] & 0xc0) != 0x80) /* or the end of the text */
            return REPLACEMENT;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (count == 0 || code < least[count] || surrogate || code > 0x10ffff)
        return REPLACEMENT;
    *text += count;
    return code;
}

static char *encode_json(const char **text, char *unit)
{
    char letter = letter_for("\"\"\\\\b\bf\fn\nr\rt\t", **text);
    uint32_t code = decode_utf8(text);
    if (letter)
        return put_letter(unit, letter);
    if (code < 0x10000)
        return put_code(unit, code);
    code -= 0x10000;
    unit = put_code(unit, 0xd800 | code >> 10);
    return put_code(unit, 0xdc00 | (code & 0x3ff));
}

char *escape_json(char *at, const char *text, size_t limit)
{
    return escape(at, text, limit, encode_json);
}

/*
 * nginx.
 */

static char *encode_nginx(const char **text, char *unit)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)*(*text)++;
    unit = stpcpy(unit, "\\x");
    *unit++ = digits[byte >> 4];
    *unit++ = digits[byte & 15];
    return unit;
}

char *escape_nginx(char *at, const char *text, size_t limit)
{
    return escape(at, text, limit, encode_nginx);
}
