#include "metrics_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "hob/http.h"
#include "hob/text.h"

/*
 * Values.
 */

/* Escapes quotes for OpenMetrics only. */
static void write_help(FILE *out, const char *help, bool open_metrics)
{
    for (const char *c = help; *c; c++) {
        if (*c == '\n')
            fputs("\\n", out);
        else if (*c == '\\' || (*c == '"' && open_metrics))
            fprintf(out, "\\%c", *c);
        else
            fputc(*c, out);
    }
}

static void write_number(FILE *out, double value)
{
    char text[HOB_NUMBER_SIZE];
    fputs(hob_text_number(value, text), out);
}

/* "1.0" rather than "1" in both formats, so that both have the same series. */
static void write_bound(FILE *out, size_t bucket)
{
    double bound = bucket < HISTOGRAM_BOUNDS ? histogram_bound(bucket) : INFINITY;
    write_number(out, bound);
    if (isfinite(bound) && bound == floor(bound))
        fputs(".0", out);
}

/*
 * Families.
 */

static const char *suffix_of(const struct record *family)
{
    switch (family->kind) {
    case RECORD_COUNTERS:
        return "_total";
    case RECORD_INFOS:
        return "_info";
    default:
        return "";
    }
}

static const char *type_of(const struct record *family, bool open_metrics)
{
    switch (family->kind) {
    case RECORD_COUNTERS:
        return "counter";
    case RECORD_HISTOGRAMS:
        return "histogram";
    case RECORD_INFOS:
        return open_metrics ? "info" : "gauge"; /* 0.0.4 has no infos */
    default:
        return "gauge";
    }
}

/* In OpenMetrics the name of a family has no suffix; in 0.0.4 it has the one of its samples. */
static void write_head(const struct metrics_text *self, const struct record *family)
{
    const char *name = record_text(family);
    const char *unit = name + strlen(name) + 1;
    const char *help = unit + strlen(unit) + 1;
    const char *suffix = self->open_metrics ? "" : suffix_of(family);
    fprintf(self->out, "# HELP %s%s ", name, suffix);
    write_help(self->out, help, self->open_metrics);
    fprintf(self->out, "\n# TYPE %s%s %s\n", name, suffix, type_of(family, self->open_metrics));
    if (*unit && self->open_metrics)
        fprintf(self->out, "# UNIT %s %s\n", name, unit);
}

/*
 * Series.
 */

/* A line without its value. */
static void write_name(FILE *out, const char *name, const char *suffix, const char *labels)
{
    fputs(name, out);
    fputs(suffix, out);
    if (*labels)
        fprintf(out, "{%s}", labels);
    fputc(' ', out);
}

static void write_value(FILE *out, const struct record *family, const struct record *sample)
{
    write_name(out, record_text(family), suffix_of(family), record_text(sample));
    write_number(out, sample->value);
    fputc('\n', out);
}

static void write_histogram(FILE *out, const char *name, const struct record *sample)
{
    uint64_t count = 0;
    const char *labels = record_text(sample);
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += sample->counts[i];
        fprintf(out, "%s_bucket{%s%sle=\"", name, labels, *labels ? "," : "");
        write_bound(out, i);
        fprintf(out, "\"} %" PRIu64 "\n", count);
    }
    write_name(out, name, "_sum", labels);
    write_number(out, sample->value);
    fputc('\n', out);
    write_name(out, name, "_count", labels);
    fprintf(out, "%" PRIu64 "\n", count);
}

static void write_series(const struct metrics_text *self)
{
    const struct record *family = self->family->record;
    const struct record *sample = self->series->record;
    if (sample->kind == RECORD_HISTOGRAM)
        write_histogram(self->out, record_text(family), sample);
    else
        write_value(self->out, family, sample);
}

/* Advances to the next series and writes the heads of families on the way. False at the end. */
static bool advance(struct metrics_text *self, const struct sum *sum)
{
    const struct sum_entry *family = self->family;
    self->series = self->series ? self->series->next : NULL;
    while (!self->series) {
        family = self->begun ? family->next : sum->families;
        self->begun = true;
        if (!family)
            return false;
        write_head(self, family->record);
        self->family = family;
        self->series = family->first;
    }
    return true;
}

bool metrics_text_step(struct metrics_text *self, const struct sum *sum)
{
    off_t begin = ftello(self->out);
    while (advance(self, sum)) {
        write_series(self);
        if (ftello(self->out) - begin >= METRICS_TEXT_STEP)
            return true;
    }
    if (self->open_metrics)
        fputs("# EOF\n", self->out);
    return false;
}

/*
 * The format, by Accept.
 */

#define OPEN_METRICS "application/openmetrics-text; version=1.0.0"
#define PLAIN        "text/plain; version=0.0.4"

const char *metrics_text_type(bool open_metrics)
{
    return open_metrics ? OPEN_METRICS "; charset=utf-8" : PLAIN "; charset=utf-8";
}

/* A client that names neither format, such as a browser, gets the plain one. */
bool metrics_text_wants_open_metrics(const char *accept)
{
    hob_preference open_metrics = hob_preference_for(accept, OPEN_METRICS);
    hob_preference plain = hob_preference_for(accept, PLAIN);
    return open_metrics.named && (!plain.named || open_metrics.weight >= plain.weight);
}
