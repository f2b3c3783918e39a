#include "target.h"

#include <stdbool.h>
#include <string.h>

#include "percent.h"
#include "runtime/text.h"

/* RFC 3986 section 2.3: these mean the same encoded and not. `byte` is not NUL. */
static bool is_unreserved(int byte)
{
    static const char unreserved[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-._~";
    return strchr(unreserved, byte) != NULL;
}

/* What was not looked at follows what was, so that a log shows where it went wrong. */
static const char *refuse(char *to, const char *from, const char *rule)
{
    memmove(to, from, strlen(from) + 1);
    return rule;
}

/* Letters and the like are decoded, all else stays encoded, with hex digits in upper case. */
static const char *decode_unreserved(char *path)
{
    char *to = path;
    for (const char *from = path; *from;) {
        if (*from != '%') {
            *to++ = *from++;
            continue;
        }
        int byte = percent_octet(from);
        if (byte < 0)
            return refuse(
                to, from,
                "a % in the path is not followed by two hex digits (RFC 3986 section 2.1)");
        if (byte == 0)
            return refuse(to, from, "the path has an encoded NUL (RFC 3986 section 7.3)");
        if (is_unreserved(byte)) {
            *to++ = (char)byte;
        } else {
            *to++ = '%';
            *to++ = ascii_upper(from[1]);
            *to++ = ascii_upper(from[2]);
        }
        from += strlen("%2F");
    }
    *to = '\0';
    return NULL;
}

/* Segments include the slash before them. A path that climbs above its root is up to no good. */
static const char *remove_dot_segments(char *path)
{
    char *to = path;
    for (const char *from = path; *from;) {
        size_t length = 1 + strcspn(from + 1, "/");
        const char *next = from + length;
        bool up = length == 3 && memcmp(from, "/..", 3) == 0;
        bool dots = up || (length == 2 && from[1] == '.');
        if (up) {
            if (to == path)
                return refuse(to, from, "the path climbs above the root (RFC 3986 section 5.2.4)");
            while (*--to != '/')
                ;
        }
        if (!dots) {
            memmove(to, from, length);
            to += length;
        } else if (*next == '\0') {
            *to++ = '/';
        }
        from = next;
    }
    *to = '\0';
    return NULL;
}

const char *target_normalise(char *path)
{
    if (*path != '/')
        return NULL;
    const char *broken_rule = decode_unreserved(path);
    return broken_rule ? broken_rule : remove_dot_segments(path);
}
