#include "sum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sum *sum_new(void)
{
    struct sum *self = calloc(1, sizeof(*self));
    if (self)
        self->end = &self->families;
    return self;
}

void sum_free(struct sum *self)
{
    for (size_t i = 0; self && i < SUM_BUCKETS; i++) {
        for (struct sum_entry *series = self->buckets[i], *next; series; series = next) {
            next = series->collides;
            free(series);
        }
    }
    free(self);
}

/* FNV-1a of the text and the family's address. */
static size_t hash(const struct sum_entry *family, const char *text)
{
    uint64_t value = 0xcbf29ce484222325 ^ (uintptr_t)family;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 0x100000001b3;
    return (value ^ value >> 32) % SUM_BUCKETS;
}

/* Where the entry with a record's text is, or is to be: it is NULL then. */
static struct sum_entry **
find_entry(struct sum *self, const struct sum_entry *family, const struct record *record)
{
    const char *text = record_text(record);
    struct sum_entry **place = &self->buckets[hash(family, text)];
    while (*place &&
           ((*place)->family != family || strcmp(record_text((*place)->record), text) != 0))
        place = &(*place)->collides;
    return place;
}

static struct sum_entry *make_entry(const struct sum_entry *family, struct record *record)
{
    struct sum_entry *series = calloc(1, sizeof(*series));
    if (series) {
        *series = (struct sum_entry){.record = record, .family = family};
        series->end = &series->first;
    }
    return series;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static void add_values(const struct sum_entry *series, const struct record *record)
{
    struct record *sum = series->record;
    const struct record *family = series->family->record;
    if (family->kind == RECORD_INFOS)
        return;
    if (ends_with(record_text(family), "_start_time_seconds")) {
        sum->value = fmin(sum->value, record->value);
        return;
    }
    if (family->kind == RECORD_PEAKS) {
        sum->value = fmax(sum->value, record->value);
        return;
    }
    sum->value += record->value;
    for (size_t i = 0; sum->kind == RECORD_HISTOGRAM && i <= HISTOGRAM_BOUNDS; i++)
        sum->counts[i] += record->counts[i];
}

/* The samples that follow belong to this family. */
static int add_family(struct sum *self, struct record *record)
{
    struct sum_entry **place = find_entry(self, NULL, record);
    if (!*place) {
        *place = make_entry(NULL, record);
        if (!*place)
            return -ENOMEM;
        *self->end = *place;
        self->end = &(*place)->next;
    }
    self->family = *place;
    return 0;
}

static int add_sample(struct sum *self, struct record *record)
{
    struct sum_entry **place = find_entry(self, self->family, record);
    if (*place) {
        add_values(*place, record);
        return 0;
    }
    *place = make_entry(self->family, record);
    if (!*place)
        return -ENOMEM;
    *self->family->end = *place;
    self->family->end = &(*place)->next;
    return 0;
}

int sum_step(struct sum *self, const hob_exposition *records, size_t *at)
{
    for (size_t i = 0; i < SUM_STEP && *at < records->size; i++) {
        struct record *record = (struct record *)(void *)(records->bytes + *at);
        int err = record_is_family(record) ? add_family(self, record) : add_sample(self, record);
        if (err < 0)
            return err;
        *at += record->size;
    }
    return *at < records->size;
}

void sum_copy_counters(const struct sum *self, hob_exposition *out)
{
    for (const struct sum_entry *family = self->families; family; family = family->next) {
        uint32_t kind = family->record->kind;
        if (kind != RECORD_COUNTERS && kind != RECORD_HISTOGRAMS)
            continue;
        exposition_append(out, family->record, family->record->size);
        for (const struct sum_entry *series = family->first; series; series = series->next)
            exposition_append(out, series->record, series->record->size);
    }
}
