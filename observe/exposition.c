#include "exposition.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 16 * 1024
}; /* bytes, enough for the metrics of hob before the first request */

void exposition_free(hob_exposition *self)
{
    free(self->bytes);
    *self = (struct hob_exposition){.bytes = NULL};
}

/* Makes room for `more` bytes. Returns false and sets out_of_memory if there is none. */
static bool reserve(hob_exposition *self, size_t more)
{
    size_t capacity = self->capacity ? self->capacity : FIRST_CAPACITY;
    while (capacity - self->size < more)
        capacity *= 2;
    if (capacity == self->capacity)
        return true;
    unsigned char *bytes = realloc(self->bytes, capacity);
    if (!bytes) {
        self->out_of_memory = true;
        return false;
    }
    self->bytes = bytes;
    self->capacity = capacity;
    return true;
}

void exposition_append(hob_exposition *self, const void *records, size_t size)
{
    if (size == 0 || !reserve(self, size))
        return;
    memcpy(self->bytes + self->size, records, size);
    self->size += size;
}

/* Returns a record with room for the text, which end_record() adds; NULL when out of memory. */
static struct record *
begin_record(hob_exposition *self, enum record_kind kind, double value, size_t text_room)
{
    size_t head = sizeof(struct record) + (HISTOGRAM_BOUNDS + 1) * sizeof(uint64_t);
    if (!reserve(self, head + text_room + sizeof(uint64_t)))
        return NULL;
    struct record *record = (struct record *)(void *)(self->bytes + self->size);
    *record = (struct record){.kind = kind, .value = value};
    return record;
}

/* Adds the record, whose text ends before `end`. */
static void end_record(hob_exposition *self, struct record *record, const char *end)
{
    size_t size = (size_t)(end - (const char *)record);
    size_t padding = -size % sizeof(uint64_t);
    memset((unsigned char *)record + size, 0, padding);
    record->size = (uint32_t)(size + padding);
    self->size += record->size;
}

/*
 * Families.
 */

static void begin_family(
    hob_exposition *self, enum record_kind kind, const char *name, const char *unit,
    const char *help)
{
    size_t room = strlen(name) + strlen(unit) + strlen(help) + 3;
    struct record *record = begin_record(self, kind, 0, room);
    if (!record)
        return;
    char *end = stpcpy((char *)record->counts, name) + 1;
    end = stpcpy(end, unit) + 1;
    end_record(self, record, stpcpy(end, help) + 1);
}

void hob_metrics_begin(hob_exposition *out, const hob_metric *metric)
{
    begin_family(
        out, (enum record_kind)metric->type, metric->name, metric->unit ? metric->unit : "",
        metric->help);
}

void exposition_begin_histogram(hob_exposition *self, const char *name, const char *help)
{
    begin_family(self, RECORD_HISTOGRAMS, name, "seconds", help);
}

/*
 * Samples.
 */

static size_t room_for_labels(const hob_label *labels, size_t count)
{
    size_t room = 1;
    for (size_t i = 0; i < count; i++)
        room += strlen(labels[i].name) + strlen(labels[i].value) * 2 + strlen(",=\"\"");
    return room;
}

/* Escapes backslashes, quotes and line breaks. Returns the end of what it has written. */
static char *write_escaped(char *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '"' || *text == '\n')
            *to++ = '\\';
        *to++ = (char)(*text == '\n' ? 'n' : *text);
    }
    return to;
}

static char *write_labels(char *to, const hob_label *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *to++ = ',';
        to = stpcpy(stpcpy(to, labels[i].name), "=\"");
        to = write_escaped(to, labels[i].value);
        *to++ = '"';
    }
    *to++ = '\0';
    return to;
}

void hob_metrics_value(hob_exposition *out, const hob_label *labels, size_t count, double value)
{
    struct record *record = begin_record(out, RECORD_VALUE, value, room_for_labels(labels, count));
    if (record)
        end_record(out, record, write_labels((char *)record->counts, labels, count));
}

void exposition_histogram(
    hob_exposition *self, const struct histogram *histogram, const hob_label *label)
{
    size_t count = label ? 1 : 0;
    struct record *record =
        begin_record(self, RECORD_HISTOGRAM, histogram->sum, room_for_labels(label, count));
    if (!record)
        return;
    memcpy(record->counts, histogram->counts, sizeof(histogram->counts));
    end_record(
        self, record, write_labels((char *)(record->counts + HISTOGRAM_BOUNDS + 1), label, count));
}

void hob_metrics_put(hob_exposition *out, const hob_metric *metric, double value)
{
    hob_metrics_begin(out, metric);
    hob_metrics_value(out, NULL, 0, value);
}
