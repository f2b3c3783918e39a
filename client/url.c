#include "url.h"

#include <stdio.h>
#include <string.h>

#include "base/percent.h"
#include "hob/client.h"
#include "hob/text.h"
#include "http/syntax.h"

/* Visible ASCII characters that no part of a URL may have (RFC 3986 appendix A). */
static const char excluded[] = "\"<>\\^`{|}";

static bool is_allowed(char c)
{
    return (classes_of(c) & CHAR_TARGET) && !strchr(excluded, c);
}

static const char *check_characters(const char *text)
{
    for (; *text; text++) {
        if (!is_allowed(*text))
            return "it has a character that must be percent-encoded";
        if (*text == '%' && percent_octet(text) < 0)
            return "it has a % without two hex digits";
    }
    return NULL;
}

/* Parses the digits behind the host's colon. None, 0, or more than 65535 are an error. */
static const char *parse_port(const char *digits, const char *end, struct url *url)
{
    unsigned port = 0;
    const char *at = digits;
    while (at < end && *at >= '0' && *at <= '9' && port <= 65535)
        port = port * 10 + (unsigned)(*at++ - '0');
    if (digits == end || at < end || port == 0 || port > 65535)
        return "its port is not a number from 1 to 65535";
    url->usual_port = port == url->port;
    url->port = port;
    return NULL;
}

static const char *parse_authority(const char *text, size_t length, struct url *url)
{
    const char *end = text + length;
    if (memchr(text, '@', length))
        return "it has a user name, which belongs into the header Authorization";
    const char *host_end = *text == '[' ? memchr(text, ']', length) : memchr(text, ':', length);
    if (host_end && *host_end == ']')
        host_end++;
    if (!host_end)
        host_end = end;
    url->authority = url->host = text;
    url->authority_length = length;
    url->host_length = (size_t)(host_end - text);
    if (!is_host(text, url->host_length) || (host_end < end && *host_end != ':'))
        return "it has no valid host";
    return host_end < end ? parse_port(host_end + 1, end, url) : NULL;
}

const char *url_parse(const char *text, struct url *url)
{
    *url = (struct url){.usual_port = true};
    size_t scheme = hob_text_equals_any_case_n(text, "http://", 7) ? 7 : 8;
    url->tls = scheme == 8;
    url->port = url->tls ? 443 : 80;
    if (url->tls && !hob_text_equals_any_case_n(text, "https://", 8))
        return "it does not begin with http:// or https://";
    if (strlen(text) > URL_MAX)
        return "it is too long";
    const char *rule = check_characters(text);
    if (rule)
        return rule;
    const char *authority = text + scheme;
    size_t length = strcspn(authority, "/?#");
    url->target = authority + length;
    url->target_length = strcspn(url->target, "#");
    url->path_length = strcspn(url->target, "?#");
    return parse_authority(authority, length, url);
}

const char *hob_url_check(const char *url)
{
    struct url parts;
    return url_parse(url, &parts);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return a->tls == b->tls && a->port == b->port && a->host_length == b->host_length &&
           hob_text_equals_any_case_n(a->host, b->host, a->host_length);
}

/*
 * Resolving.
 */

/* Text of limited size. */
struct writer {
    char *at;
    const char *end; /* of the room for text, before its NUL */
    bool full;
};

static void put(struct writer *out, const char *text, size_t length)
{
    if (length > (size_t)(out->end - out->at)) {
        out->full = true;
        return;
    }
    memcpy(out->at, text, length);
    out->at += length;
}

static void put_encoded(struct writer *out, const char *text, size_t length)
{
    for (const char *end = text + length; text < end; text++) {
        char encoded[4];
        bool bare = *text == '%' && (end - text < 3 || percent_octet(text) < 0);
        snprintf(encoded, sizeof(encoded), "%%%02X", (unsigned char)*text);
        if (is_allowed(*text) && !bare)
            put(out, text, 1);
        else
            put(out, encoded, 3);
    }
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* scheme ":", RFC 3986 section 3.1. Returns the length with the colon, or 0. */
static size_t span_scheme(const char *text)
{
    size_t length = strspn(text, LETTERS "0123456789+-.");
    return strspn(text, LETTERS) > 0 && text[length] == ':' ? length + 1 : 0;
}

/* Removes the last segment of the path that begins at `path`, with its slash. */
static void drop_segment(struct writer *out, const char *path)
{
    while (out->at > path && *--out->at != '/')
        ;
}

/* Appends a path without its "." and ".." segments to the path that begins at `path`. */
static void put_segments(struct writer *out, const char *path, const char *text, size_t length)
{
    const char *end = text + length;
    while (text < end) {
        text += *text == '/';
        size_t segment = strcspn(text, "/?#");
        bool last = text + segment >= end;
        bool dot = segment == 1 && *text == '.';
        bool dots = segment == 2 && text[0] == '.' && text[1] == '.';
        if (dots)
            drop_segment(out, path);
        if (!dot && !dots) {
            put(out, "/", 1);
            put_encoded(out, text, segment);
        } else if (last) {
            put(out, "/", 1);
        }
        text += segment;
    }
}

/* The path of a reference that has neither scheme nor authority, and its query. */
static void put_path(struct writer *out, const struct url *base, const char *reference)
{
    const char *path = out->at;
    size_t length = strcspn(reference, "?#");
    if (length == 0)
        put(out, base->target, base->path_length);
    else if (*reference != '/')
        put_segments(out, path, base->target, base->path_length);
    if (length > 0 && *reference != '/')
        drop_segment(out, path); /* the last one of the base, which the reference replaces */
    put_segments(out, path, reference, length);
    if (reference[length] == '?')
        put_encoded(out, reference + length, strcspn(reference + length, "#"));
    else if (length == 0)
        put(out, base->target + base->path_length, base->target_length - base->path_length);
}

bool url_resolve(const struct url *base, const char *reference, char *text, size_t size)
{
    struct writer out = {.at = text, .end = text + size - 1};
    size_t scheme = span_scheme(reference);
    if (scheme > 0) {
        put_encoded(&out, reference, strcspn(reference, "#"));
    } else {
        put(&out, base->tls ? "https:" : "http:", base->tls ? 6 : 5);
        if (strncmp(reference, "//", 2) == 0) {
            put_encoded(&out, reference, strcspn(reference, "#"));
        } else {
            put(&out, "//", 2);
            put(&out, base->authority, base->authority_length);
            put_path(&out, base, reference);
        }
    }
    *out.at = '\0';
    return !out.full;
}
