/* Elements of the grammar of HTTP. */
#ifndef HOB_HTTP_SYNTAX_H
#define HOB_HTTP_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The classes of a character. The parser looks up a set of them for each byte of a head. */
enum char_class {
    CHAR_TOKEN = 1,  /* tchar, RFC 9110 section 5.6.2 */
    CHAR_NAME = 2,   /* reg-name, RFC 3986 section 3.2.2, but no "%", no dot and no comma */
    CHAR_TARGET = 4, /* any visible ASCII character */
    CHAR_MARK = 8,   /* special in a target: "#", "%", "." and "?" */
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

/* Optional white space, RFC 9110 section 5.6.3. */
static inline bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Skips white space at both ends: returns the beginning of what is left, and sets its length. */
static inline const char *trim(const char *text, size_t *length)
{
    while (*length > 0 && is_space(*text)) {
        text++;
        --*length;
    }
    while (*length > 0 && is_space(text[*length - 1]))
        --*length;
    return text;
}

/* Returns how many characters at the beginning may stand in a token. */
size_t span_token(const char *text, size_t size);

/* token, RFC 9110 section 5.6.2: one such character at least. */
bool is_token(const char *text, size_t length);

/*
 * uri-host [ ":" port ], RFC 9110 section 7.2, without characters that other programs could parse
 * as a second host or a path. It is not empty, since an http URI has a host (RFC 9110 section
 * 4.2.1).
 */
bool is_host(const char *text, size_t length);

/*
 * Takes the next element off a comma-separated list (RFC 9110 section 5.6.1), without the spaces
 * and tabs around it; it may be empty. Returns false when there is none left. *list begins as the
 * field's value and is NULL at the end.
 */
bool list_next(const char **list, const char **element, size_t *length);

/* Returns whether `length` letters, in upper or lower case, equal a word in lower case. */
bool letters_are(const char *letters, const char *word, size_t length);

/*
 * Returns whether an element, in upper or lower case, equals this word in lower case. Inline, so
 * that the length of a literal is a constant: nearly all words differ in it.
 */
static inline bool element_is(const char *element, size_t length, const char *word)
{
    return length == strlen(word) && letters_are(element, word, length);
}

/* The options of Connection (RFC 9110 section 7.6.1) that hob knows. */
struct connection_options {
    bool close;
    bool keep_alive;
};

/* Adds the options in a value of Connection. */
void connection_options_add(struct connection_options *self, const char *list);

/*
 * Returns whether the connection persists after a message with this minor version of HTTP/1 (RFC
 * 9112 section 9.3). "close" overrides "keep-alive", in HTTP/1.0 too.
 */
static inline bool connection_persists(const struct connection_options *self, int minor)
{
    return !self->close && (minor == 1 || self->keep_alive);
}

enum { REQUEST_ID_MAX = 128 }; /* characters of an X-Request-Id that a client may choose */

/* Returns whether a client's X-Request-Id is valid, so that it cannot break a log. */
bool is_request_id(const char *id);

#endif
