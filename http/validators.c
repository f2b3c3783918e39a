#include "validators.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

void validators_of(struct validators *self, const struct stat *file, time_t now)
{
    *self = (struct validators){
        .modified = file->st_mtim.tv_sec,
        .strong = file->st_mtim.tv_sec < now - 1, /* clocks of file systems are that coarse */
    };
    snprintf(
        self->etag, sizeof(self->etag), "%s\"%" PRIx64 ".%lx-%" PRIx64 "\"",
        self->strong ? "" : "W/", (uint64_t)file->st_mtim.tv_sec,
        (unsigned long)file->st_mtim.tv_nsec, (uint64_t)file->st_size);
    if (self->modified >= 0 && self->modified <= now)
        http_date_format(self->modified, self->last_modified);
}

/*
 * The entity tag that the text begins with: W/"..." or "..." (section 8.8.3). Returns its length, 0
 * if it is none.
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

/* Strong comparison wants the content to be the same byte for byte (section 8.8.3.2). */
static bool is_same_tag(const char *own, const char *tag, size_t length, bool strongly)
{
    if (strongly && (is_weak(own) || is_weak(tag)))
        return false;
    size_t mark = is_weak(tag) ? 2 : 0;
    own += is_weak(own) ? 2 : 0;
    return strlen(own) == length - mark && strncmp(own, tag + mark, length - mark) == 0;
}

/* Whether the tag is in a list, or the list is "*". What follows an error in it does not count. */
static bool is_listed(const char *own, const char *list, bool strongly)
{
    if (strcmp(list, "*") == 0)
        return true;
    for (;;) {
        list += strspn(list, " \t,");
        size_t length = tag_length(list);
        if (length == 0)
            return false;
        if (is_same_tag(own, list, length, strongly))
            return true;
        list += length;
    }
}

/* A date that is none does not count, as if the header was not there. */
static bool read_date(const char *value, time_t now, time_t *date)
{
    return value && http_date_parse(value, now, date);
}

/* If-Match, else If-Unmodified-Since: false if the client wants only another version. */
static bool
is_wanted(const struct validators *self, const struct conditions *conditions, time_t now)
{
    time_t date;
    if (conditions->if_match)
        return is_listed(self->etag, conditions->if_match, true);
    if (read_date(conditions->if_unmodified_since, now, &date))
        return self->modified <= date;
    return true;
}

/* If-None-Match, else If-Modified-Since: false if the client has this version. */
static bool is_new(const struct validators *self, const struct conditions *conditions, time_t now)
{
    time_t date;
    if (conditions->if_none_match)
        return !is_listed(self->etag, conditions->if_none_match, false);
    if (read_date(conditions->if_modified_since, now, &date))
        return self->modified > date;
    return true;
}

int validators_check(const struct validators *self, const struct conditions *conditions, time_t now)
{
    if (!is_wanted(self, conditions, now))
        return 412;
    return is_new(self, conditions, now) ? 200 : 304;
}

bool validators_allow_range(const struct validators *self, const char *if_range, time_t now)
{
    time_t date;
    if (!if_range)
        return true;
    size_t length = tag_length(if_range);
    if (length > 0)
        return if_range[length] == '\0' && is_same_tag(self->etag, if_range, length, true);
    return self->strong && read_date(if_range, now, &date) && date == self->modified;
}
