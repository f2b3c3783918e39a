/*
 * hob/http.h: HTTP as functions over strings: for handlers, middleware and modules. They may be
 * called anywhere, on any thread, unless their comment says otherwise.
 */
#ifndef HOB_HTTP_H
#define HOB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether a text can be the value of a header (RFC 9110 section 5.5): it has no control characters,
 * such as line breaks, which would begin another header or another response.
 */
bool hob_is_field_value(const char *text);

/* Content types that most replies have. */
#define HOB_TEXT "text/plain; charset=utf-8" /* as of hob_reply_text() */
#define HOB_HTML "text/html; charset=utf-8"  /* a page: see hob_html_escape() */
#define HOB_JSON "application/json"          /* as of hob_reply_json(); RFC 8259 */

/*
 * The media type of a file (RFC 9110 section 8.3), by what follows the last dot of its name, in any
 * case of letters: "text/css; charset=utf-8" for "main.css". "application/octet-stream" for names
 * it does not know. Text is taken to be UTF-8. The string is static.
 */
const char *hob_content_type(const char *path);

/*
 * Encodings. The results are strings in hob_alloc() memory, so a coroutine has to call these
 * functions. NULL when out of memory.
 */

/*
 * Encodes `size` bytes of text as a segment of a path or a value of a query: all but letters,
 * digits and "-._~" as "%2F" and the like (RFC 3986 section 2).
 */
char *hob_percent_encode(const char *text, size_t size);

/*
 * Decodes the "%2F" and the like in `size` bytes of text. What encodes nothing stands for itself,
 * and so does "%00".
 */
char *hob_percent_decode(const char *text, size_t size);

/*
 * Escapes a string for the text of an HTML page and for values of attributes in quotes: & < > " and
 * ' become "&amp;" and the like. Not for scripts, styles and URLs.
 */
char *hob_html_escape(const char *text);

/*
 * Dates, in seconds since 1970, as in Last-Modified and Expires (RFC 9110 section 5.6.7).
 */

/* Bytes of a date, with its NUL. */
#define HOB_HTTP_DATE_SIZE sizeof("Sun, 06 Nov 1994 08:49:37 GMT")

/*
 * Writes a date of the years 1970 to 9999 to `text`, which has HOB_HTTP_DATE_SIZE bytes. Returns
 * `text`.
 */
char *hob_http_date(time_t date, char *text);

/*
 * Reads a date in any of the three formats that HTTP has. Returns false, and leaves *date alone, if
 * the text is not a date.
 */
bool hob_http_date_parse(const char *text, time_t *date);

/*
 * Versions and parts of content, for hob_request_check_conditions() and hob_request_ranges() of
 * hob/server.h.
 */

/* What tells one version of some content from another (RFC 9110 section 8.8). */
typedef struct {
    /*
     * The entity tag with its quotes: "\"v7\"", or "W/\"v7\"" for a weak one, which two versions
     * may share if they differ in details only. NULL if there is none.
     */
    const char *etag;
    time_t modified; /* when the content last changed, in seconds since 1970; 0 if not known */
} hob_validators;

/* A part of some content. */
typedef struct {
    uint64_t first;  /* offset of its first byte */
    uint64_t length; /* bytes */
} hob_range;

/* More ranges in one request come from a broken client or are an attack (RFC 9110 section 17.15).
 */
#define HOB_RANGES_MAX 64

/* Parts that neither overlap nor adjoin, in the order in which the client wants them. */
typedef struct {
    hob_range list[HOB_RANGES_MAX]; /* the parts */
    size_t count;                   /* how many there are */
} hob_ranges;

#ifdef __cplusplus
}
#endif

#endif
