/* What the grammar of HTTP has a name for. */
#ifndef HOB_HTTP_SYNTAX_H
#define HOB_HTTP_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What a character may be part of. A set of these is looked up for each byte of a head. */
enum char_class {
    CHAR_TOKEN = 1,  /* tchar, RFC 9110 section 5.6.2 */
    CHAR_NAME = 2,   /* reg-name, RFC 3986 section 3.2.2, but no "%", no dot and no comma */
    CHAR_TARGET = 4, /* any that is visible in ASCII */
    CHAR_MARK = 8,   /* in a target: more than a character of its path. "#", "%", "." and "?" */
};

extern const unsigned char char_classes[256];

static inline unsigned classes_of(char c)
{
    return char_classes[(unsigned char)c];
}

static inline bool is_token_char(char c)
{
    return classes_of(c) & CHAR_TOKEN;
}

/* token, RFC 9110 section 5.6.2: one such character at least. */
bool is_token(const char *text, size_t length);

/*
 * uri-host [ ":" port ], RFC 9110 section 7.2, and nothing that others could read as a second host
 * or a path. An empty one is none: an http URI has a host (RFC 9110 section 4.2.1).
 */
bool is_host(const char *text, size_t length);

/*
 * Takes the next element off a comma-separated list (RFC 9110 section 5.6.1), without the spaces
 * and tabs around it; it may be empty. Returns false when there is none left. *list begins as the
 * field's value and is NULL at the end.
 */
bool list_next(const char **list, const char **element, size_t *length);

/* Whether `length` letters are those of a word in lower case, in any case of letters. */
bool letters_are(const char *letters, const char *word, size_t length);

/*
 * Whether an element is this word in lower case, in any case of letters. Inline, so that the length
 * of a literal is a constant: nearly all words differ in it.
 */
static inline bool element_is(const char *element, size_t length, const char *word)
{
    return length == strlen(word) && letters_are(element, word, length);
}

enum { REQUEST_ID_MAX = 128 }; /* characters of an X-Request-Id that a client may choose */

/* Whether a client's X-Request-Id can be used: it must not break a log. */
bool is_request_id(const char *id);

#endif
