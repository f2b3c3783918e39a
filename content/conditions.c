#include "conditions.h"

#include <stddef.h>
#include <string.h>

#include "http_date.h"

/*
 * Returns the length of the entity tag that the text begins with, W/"..." or "..." (section 8.8.3);
 * 0 if it does not begin with one.
 */
static size_t tag_length(const char *text)
{
    const char *c = text;
    if (strncmp(c, "W/", 2) == 0)
        c += 2;
    if (*c++ != '"')
        return 0;
    while (*c != '"') {
        unsigned char byte = (unsigned char)*c++;
        if (byte <= ' ' || byte == 0x7f)
            return 0;
    }
    return (size_t)(c + 1 - text);
}

static bool is_weak(const char *tag)
{
    return *tag == 'W';
}

/* In a strong comparison a weak tag does not equal any tag (section 8.8.3.2). */
static bool is_same_tag(const char *own, const char *tag, size_t length, bool strongly)
{
    if (!own || (strongly && (is_weak(own) || is_weak(tag))))
        return false;
    size_t mark = is_weak(tag) ? 2 : 0;
    own += is_weak(own) ? 2 : 0;
    return strlen(own) == length - mark && strncmp(own, tag + mark, length - mark) == 0;
}

/*
 * Returns whether the list contains the current version, or is "*" and there is one. The part
 * behind an error in the list is ignored.
 */
static bool is_listed(const hob_validators *current, const char *list, bool strongly)
{
    if (!current)
        return false;
    if (strcmp(list, "*") == 0)
        return true;
    for (;;) {
        list += strspn(list, " \t,");
        size_t length = tag_length(list);
        if (length == 0)
            return false;
        if (is_same_tag(current->etag, list, length, strongly))
            return true;
        list += length;
    }
}

/* Returns whether the client sent a date that can be compared with that of the content. */
static bool read_date(const char *value, const hob_validators *current, time_t now, time_t *date)
{
    return value && current && current->modified != 0 && http_date_parse(value, now, date);
}

/* If-Match, else If-Unmodified-Since: false if the client requires another version. */
static bool is_wanted(const struct conditions *self, const hob_validators *current, time_t now)
{
    time_t date;
    if (self->if_match)
        return is_listed(current, self->if_match, true);
    if (read_date(self->if_unmodified_since, current, now, &date))
        return current->modified <= date;
    return true;
}

/* If-None-Match, else If-Modified-Since: false if the client has this version. */
static bool is_new(const struct conditions *self, const hob_validators *current, time_t now)
{
    time_t date;
    if (self->if_none_match)
        return !is_listed(current, self->if_none_match, false);
    if (self->reads && read_date(self->if_modified_since, current, now, &date))
        return current->modified > date;
    return true;
}

int conditions_check(const struct conditions *self, const hob_validators *current, time_t now)
{
    if (!is_wanted(self, current, now))
        return 412;
    if (!is_new(self, current, now))
        return self->reads ? 304 : 412;
    return 200;
}

/* Within a second of the clock the content could change twice (section 8.8.2.2). */
static bool is_strong_date(const hob_validators *current, time_t now)
{
    bool weak = current->etag && is_weak(current->etag);
    return !weak && current->modified < now - 1;
}

bool conditions_allow_range(const char *if_range, const hob_validators *current, time_t now)
{
    time_t date;
    if (!if_range)
        return true;
    size_t length = tag_length(if_range);
    if (length > 0)
        return if_range[length] == '\0' && is_same_tag(current->etag, if_range, length, true);
    return is_strong_date(current, now) && read_date(if_range, current, now, &date) &&
           date == current->modified;
}
