/*
 * hob/http.h: functions on strings for HTTP, for handlers, middleware and modules. They may be
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

/* A header field. In an array, one without a name ends it. */
typedef struct {
    const char *name;  /* a token (RFC 9110 section 5.6.2) */
    const char *value; /* without control characters but tabs (RFC 9110 section 5.5) */
} hob_header;

/*
 * Returns whether a text can be the value of a header (RFC 9110 section 5.5): it has no control
 * characters, such as line breaks, which would begin another header or another response.
 */
bool hob_is_field_value(const char *text);

/*
 * Returns whether a response with this status may have content: all but 204, 304, and 205 (RFC 9110
 * sections 6.4.1 and 15.3.6).
 */
bool hob_status_has_content(int status);

/* Common content types. */
#define HOB_TEXT "text/plain; charset=utf-8" /* as of hob_reply_text() */
#define HOB_HTML "text/html; charset=utf-8"  /* a page: see hob_html_escape() */
#define HOB_JSON "application/json"          /* as of hob_reply_json(); RFC 8259 */

/*
 * Returns the media type of a file (RFC 9110 section 8.3) for the suffix behind the last dot of its
 * name, in upper or lower case: "text/css; charset=utf-8" for "main.css". It is
 * "application/octet-stream" for unknown names. Text is assumed to be UTF-8. The string is static.
 */
const char *hob_content_type(const char *path);

/*
 * Returns whether a list of tokens, such as the value of Connection, has this one, in upper or
 * lower case (RFC 9110 section 5.6.1).
 */
bool hob_list_has(const char *list, const char *token);

/* A client's preference: see hob_preference_for(). */
typedef struct {
    int weight;      /* from 0, not acceptable, to 1000: a thousand times the parameter q */
    bool named;      /* it is acceptable by its name, and not only by a wildcard */
    int specificity; /* of the element that has decided: more for a name than for a wildcard */
} hob_preference;

/*
 * Returns a client's preference for a media type, a content coding or a language (RFC 9110 sections
 * 12.4 and 12.5). The list is the value of Accept, Accept-Encoding or the like, as from
 * hob_request_header_list(); NULL, for no such header, names nothing. The most specific element
 * decides: one with the name, else a wildcard for its type, else one for all types. An element
 * without q has the weight 1000. If no element matches, the weight is 0.
 *
 * The name may have parameters, such as "text/plain;version=1.0": an element with another value of
 * one of them does not match. Other parameters of elements are ignored.
 *
 *     const char *accept;
 *     int err = hob_request_header_list(req, "Accept", &accept);
 *     if (err >= 0 && hob_preference_for(accept, "text/html").named)
 *         return reply_page(res);
 */
hob_preference hob_preference_for(const char *list, const char *name);

/*
 * Normalises a path in place, and never makes it longer (RFC 3986 section 6.2.2): decodes encoded
 * letters, digits and "-._~", gives other encoded bytes hex digits in upper case, and then removes
 * the segments "." and "..". An encoded slash stays encoded, and double slashes stay too, with an
 * empty segment between them. A text that does not begin with "/" is not changed.
 *
 * Returns 0, or -EINVAL if a "%" is not followed by two hex digits, for an encoded NUL, and for a
 * path that climbs above its root by "..". The path is undefined then.
 */
int hob_normalise_path(char *path);

/*
 * Encodings. The results are strings in memory of hob_alloc(), so call these functions in a
 * coroutine. NULL when out of memory.
 */

/*
 * Encodes `size` bytes of text as a segment of a path or a value of a query: all but letters,
 * digits and "-._~" as "%2F" and the like (RFC 3986 section 2).
 */
char *hob_percent_encode(const char *text, size_t size);

/*
 * Percent-decodes `size` bytes of text. A "%" without two hex digits is not changed, and neither is
 * "%00".
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
 * Reads a date in any of the three formats that HTTP has. Returns false, and does not change *date,
 * if the text is not a date.
 */
bool hob_http_date_parse(const char *text, time_t *date);

/*
 * Versions and parts of content, for hob_request_check_conditions() and hob_request_ranges() of
 * hob/request.h.
 */

/* Identifies a version of some content (RFC 9110 section 8.8). */
typedef struct {
    /*
     * The entity tag with its quotes: "\"v7\"", or "W/\"v7\"" for a weak one, which versions may
     * share if their differences do not matter. NULL if there is none.
     */
    const char *etag;
    time_t modified; /* when the content last changed, in seconds since 1970; 0 if not known */
} hob_validators;

/* A part of some content. */
typedef struct {
    uint64_t first;  /* offset of its first byte */
    uint64_t length; /* bytes */
} hob_range;

/* More ranges in one request are a mistake or an attack (RFC 9110 section 17.15). */
#define HOB_RANGES_MAX 64

/* Parts that neither overlap nor adjoin, in the order of the request. */
typedef struct {
    hob_range list[HOB_RANGES_MAX]; /* the parts */
    size_t count;                   /* the number of parts */
} hob_ranges;

#ifdef __cplusplus
}
#endif

#endif
