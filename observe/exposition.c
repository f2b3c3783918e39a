#include "exposition.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * Words.
 */

/* Backslashes and line breaks are escaped everywhere, quotes but in the help of 0.0.4. */
static void write_escaped(hob_exposition *self, const char *text, bool quotes)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\n')
            fputs("\\n", self->out);
        else if (*c == '\\' || (*c == '"' && quotes))
            fprintf(self->out, "\\%c", *c);
        else
            fputc(*c, self->out);
    }
}

/* With as many digits as it takes to read the same number again, but no more. */
static void write_number(FILE *out, double value)
{
    char text[40];
    if (isnan(value)) {
        fputs("NaN", out);
        return;
    }
    if (isinf(value)) {
        fputs(value > 0 ? "+Inf" : "-Inf", out);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

/* "1.0" in both formats: series are the same then, whichever was asked for. */
static void write_bound(FILE *out, double bound)
{
    write_number(out, bound);
    if (isfinite(bound) && bound == floor(bound))
        fputs(".0", out);
}

static void write_labels(hob_exposition *self, const hob_label *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(self->out, "%s%s=\"", i > 0 ? "," : "", labels[i].name);
        write_escaped(self, labels[i].value, true);
        fputc('"', self->out);
    }
}

/*
 * Metrics.
 */

static const char *suffix_of(const hob_metric *metric)
{
    switch (metric->type) {
    case HOB_METRIC_COUNTER:
        return "_total";
    case HOB_METRIC_INFO:
        return "_info";
    default:
        return "";
    }
}

static const char *type_of(const hob_exposition *self, const hob_metric *metric)
{
    switch (metric->type) {
    case HOB_METRIC_COUNTER:
        return "counter";
    case HOB_METRIC_INFO:
        return self->open_metrics ? "info" : "gauge"; /* 0.0.4 does not know it */
    default:
        return "gauge";
    }
}

/* OpenMetrics calls a metric by its name alone; to 0.0.4 the suffix is a part of that. */
static void begin(
    hob_exposition *self, const char *name, const char *suffix, const char *type, const char *unit,
    const char *help)
{
    if (self->open_metrics)
        suffix = "";
    fprintf(self->out, "# HELP %s%s ", name, suffix);
    write_escaped(self, help, self->open_metrics);
    fprintf(self->out, "\n# TYPE %s%s %s\n", name, suffix, type);
    if (unit && self->open_metrics)
        fprintf(self->out, "# UNIT %s %s\n", name, unit);
}

void hob_metrics_begin(hob_exposition *out, const hob_metric *metric)
{
    out->metric = metric;
    begin(out, metric->name, suffix_of(metric), type_of(out, metric), metric->unit, metric->help);
}

void hob_metrics_value(hob_exposition *out, const hob_label *labels, size_t count, double value)
{
    fprintf(out->out, "%s%s", out->metric->name, suffix_of(out->metric));
    if (count > 0) {
        fputc('{', out->out);
        write_labels(out, labels, count);
        fputc('}', out->out);
    }
    fputc(' ', out->out);
    write_number(out->out, value);
    fputc('\n', out->out);
}

void hob_metrics_put(hob_exposition *out, const hob_metric *metric, double value)
{
    hob_metrics_begin(out, metric);
    hob_metrics_value(out, NULL, 0, value);
}

void exposition_begin_histogram(hob_exposition *self, const char *name, const char *help)
{
    begin(self, name, "", "histogram", "seconds", help);
}

static void write_bucket(
    hob_exposition *self, const char *name, const hob_label *label, double bound, uint64_t count)
{
    fprintf(self->out, "%s_bucket{", name);
    if (label) {
        write_labels(self, label, 1);
        fputc(',', self->out);
    }
    fputs("le=\"", self->out);
    write_bound(self->out, bound);
    fprintf(self->out, "\"} %" PRIu64 "\n", count);
}

static void
write_name(hob_exposition *self, const char *name, const char *suffix, const hob_label *label)
{
    fprintf(self->out, "%s%s", name, suffix);
    if (label) {
        fputc('{', self->out);
        write_labels(self, label, 1);
        fputc('}', self->out);
    }
    fputc(' ', self->out);
}

void exposition_histogram(
    hob_exposition *self, const char *name, const struct histogram *histogram,
    const hob_label *label)
{
    uint64_t count = 0;
    for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
        count += histogram->counts[i];
        write_bucket(
            self, name, label, i < HISTOGRAM_BOUNDS ? histogram_bound(i) : INFINITY, count);
    }
    write_name(self, name, "_sum", label);
    write_number(self->out, histogram->sum);
    fputc('\n', self->out);
    write_name(self, name, "_count", label);
    fprintf(self->out, "%" PRIu64 "\n", count);
}

void exposition_end(hob_exposition *self)
{
    if (self->open_metrics)
        fputs("# EOF\n", self->out);
}

/*
 * The format.
 */

const char *exposition_type(const hob_exposition *self)
{
    return self->open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                              : "text/plain; version=0.0.4; charset=utf-8";
}

/* A part of Accept, such as "text/plain;version=0.0.4;q=0.5". */
struct range {
    const char *type;
    size_t length;       /* of the type */
    const char *version; /* NULL if any will do */
    double weight;
};

static void read_parameter(struct range *self, const char *parameter)
{
    if (strncasecmp(parameter, "q=", 2) == 0)
        self->weight = strtod(parameter + 2, NULL);
    else if (strncasecmp(parameter, "version=", 8) == 0)
        self->version = parameter + 8 + (parameter[8] == '"');
}

/* Moves *rest behind the next part of the list. Returns false if there is none. */
static bool next_range(const char **rest, struct range *range)
{
    const char *part = *rest + strspn(*rest, " \t,");
    if (!*part)
        return false;
    *range = (struct range){.type = part, .length = strcspn(part, ";, \t"), .weight = 1};
    const char *end = part + strcspn(part, ",");
    for (const char *at = part; (at = memchr(at, ';', (size_t)(end - at)));) {
        at++;
        at += strspn(at, " \t");
        read_parameter(range, at);
    }
    *rest = end;
    return true;
}

/* How much somebody wants this who has sent the range; 0 if not at all. */
static double weight_of(const struct range *range, const char *type, const char *version)
{
    size_t length = strlen(version);
    if (range->length != strlen(type) || strncasecmp(range->type, type, range->length) != 0)
        return 0;
    if (range->version && (strncmp(range->version, version, length) != 0 ||
                           strspn(range->version, "0123456789.") != length))
        return 0;
    return range->weight;
}

bool exposition_wants_open_metrics(const char *accept)
{
    double open_metrics = 0;
    double plain = 0;
    struct range range;
    while (accept && next_range(&accept, &range)) {
        open_metrics =
            fmax(open_metrics, weight_of(&range, "application/openmetrics-text", "1.0.0"));
        plain = fmax(plain, weight_of(&range, "text/plain", "0.0.4"));
    }
    return open_metrics > 0 && open_metrics >= plain;
}
