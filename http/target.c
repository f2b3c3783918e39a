#include "target.h"

#include <errno.h>
#include <string.h>

#include "base/percent.h"
#include "base/text.h"
#include "hob/http.h"
#include "hob/text.h"
#include "syntax.h"

/* Moves the rest of the path behind the normalised part, so that a log shows the error. */
static const char *refuse(char *to, const char *from, const char *rule)
{
    memmove(to, from, strlen(from) + 1);
    return rule;
}

/* Decodes unreserved characters. Others stay encoded, with hex digits in upper case. */
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
        if (is_unreserved((char)byte)) {
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

/* A segment includes the slash before it. A path that climbs above its root is refused. */
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

int hob_normalise_path(char *path)
{
    return target_normalise(path) ? -EINVAL : 0;
}

/*
 * Finds where the path of a target begins: at 0 in the origin form, behind the authority in the
 * absolute form (RFC 9112 section 3.2.2). Returns false if the authority is not a host. User
 * information is refused too (RFC 9110 section 4.2.4).
 */
static bool find_path(const char *target, size_t *path)
{
    *path = 0;
    if (!hob_text_equals_any_case_n(target, "http://", 7) &&
        !hob_text_equals_any_case_n(target, "https://", 8))
        return true;
    const char *authority = strstr(target, "//") + 2;
    size_t length = strcspn(authority, "/?");
    *path = (size_t)(authority + length - target);
    return is_host(authority, length);
}

/*
 * The authority of the absolute form replaces the Host header (RFC 9112 section 3.2.2). It is
 * moved over the second slash before it, which makes room for its NUL.
 */
static void split_authority(struct head *head)
{
    if (head->path == 0)
        return;
    char *authority = strstr(head->data, "//") + 1;
    size_t length = head->path - (size_t)(authority + 1 - head->data);
    memmove(authority, authority + 1, length);
    authority[length] = '\0';
    head->authority = (size_t)(authority - head->data);
}

static void split_query(struct head *head)
{
    char *question_mark = strchr(head->data + head->path, '?');
    if (!question_mark)
        return;
    *question_mark = '\0';
    head->query = (size_t)(question_mark + 1 - head->data);
}

/* Keeps the path as it came behind the other strings, if it is changed. */
static const char *normalise_path(struct head *head)
{
    char *path = head->data + head->path;
    size_t size = strlen(path) + 1;
    char *raw = memcpy(head->data + head->length, path, size);
    const char *broken_rule = target_normalise(path);
    if (!broken_rule && strcmp(raw, path) != 0) {
        head->raw_path = head->length;
        head->length += size;
    }
    return broken_rule;
}

const char *target_split(struct head *head, bool is_options)
{
    const char *target = head->data;
    if (strchr(target, '#'))
        return "the target has a fragment (RFC 9112 section 3.2)";
    if (!find_path(target, &head->path))
        return "the target has no valid host (RFC 9110 section 4.2)";
    bool asterisk = strcmp(target, "*") == 0;
    if (asterisk ? !is_options : head->path == 0 && *target != '/')
        return "the target is not a path (RFC 9112 section 3.2)";
    split_authority(head);
    split_query(head);
    return normalise_path(head);
}
