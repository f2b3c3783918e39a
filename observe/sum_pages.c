#include "sum_pages.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A part of a page. */
struct slice {
    const char *begin;
    size_t length;
};

static struct slice make_slice(const char *begin, const char *end)
{
    return (struct slice){begin, (size_t)(end - begin)};
}

static bool equals(struct slice a, struct slice b)
{
    return a.length == b.length && memcmp(a.begin, b.begin, a.length) == 0;
}

static bool is_text(struct slice slice, const char *text)
{
    return equals(slice, (struct slice){text, strlen(text)});
}

static bool ends_with(struct slice slice, const char *end)
{
    size_t length = strlen(end);
    return slice.length >= length && memcmp(slice.begin + slice.length - length, end, length) == 0;
}

static void write_slice(struct slice slice, FILE *out)
{
    fwrite(slice.begin, 1, slice.length, out);
}

/* Takes the next line from the text. Returns false at its end. */
static bool next_line(const char **text, struct slice *line)
{
    if (**text == '\0')
        return false;
    *line = (struct slice){*text, strcspn(*text, "\n")};
    *text += line->length;
    *text += **text == '\n';
    return true;
}

/* Takes the next word from the line: what comes before a space, or all that there is. */
static struct slice next_word(struct slice *line)
{
    const char *space = memchr(line->begin, ' ', line->length);
    const char *end = line->begin + line->length;
    struct slice word = make_slice(line->begin, space ? space : end);
    *line = make_slice(space ? space + 1 : end, end);
    return word;
}

/* "# TYPE hob_stacks gauge": the kind of a line about a metric, its name, and what follows. */
struct remark {
    struct slice kind;
    struct slice name;
    struct slice rest;
};

static bool read_remark(struct slice line, struct remark *remark)
{
    if (line.length == 0 || line.begin[0] != '#')
        return false;
    next_word(&line);
    remark->kind = next_word(&line);
    remark->name = next_word(&line);
    remark->rest = line;
    return true;
}

/*
 * The sum.
 */

struct series {
    struct slice name; /* with its labels */
    double value;
    struct series *next;
};

enum { REMARKS_AT_MOST = 4 };

struct family {
    struct slice name;
    struct slice remarks[REMARKS_AT_MOST]; /* lines */
    size_t remark_count;
    struct series *series;
    struct series *met; /* last: on the next page the one behind it will probably come next */
    struct family *next;
};

struct sum {
    struct family *families;
    struct family *met; /* last, as above; what follows on the page is about it */
    bool ends;          /* the pages have a line that says so */
    bool out_of_memory;
};

static struct family *find_family(const struct sum *self, struct slice name)
{
    if (self->met && self->met->next && equals(self->met->next->name, name))
        return self->met->next;
    struct family *family = self->families;
    while (family && !equals(family->name, name))
        family = family->next;
    return family;
}

/* Behind the last one. */
static struct family *add_family(struct sum *self, struct slice name)
{
    struct family **place = &self->families;
    while (*place)
        place = &(*place)->next;
    *place = calloc(1, sizeof(**place));
    if (*place)
        (*place)->name = name;
    return *place;
}

/* What follows is about the metric of this name. */
static void meet_family(struct sum *self, struct slice name)
{
    if (self->met && equals(self->met->name, name))
        return;
    struct family *family = find_family(self, name);
    self->met = family ? family : add_family(self, name);
    if (self->met)
        self->met->met = NULL;
    else
        self->out_of_memory = true;
}

static void keep_remark(struct family *family, struct slice line)
{
    for (size_t i = 0; i < family->remark_count; i++) {
        if (equals(family->remarks[i], line))
            return;
    }
    if (family->remark_count < REMARKS_AT_MOST)
        family->remarks[family->remark_count++] = line;
}

static void take_remark(struct sum *self, struct slice line, const struct remark *remark)
{
    if (is_text(remark->kind, "EOF")) {
        self->ends = true;
        return;
    }
    meet_family(self, remark->name);
    if (self->met)
        keep_remark(self->met, line);
}

static struct series *find_series(const struct family *family, struct slice name)
{
    struct series *likely = family->met ? family->met->next : family->series;
    if (likely && equals(likely->name, name))
        return likely;
    struct series *series = family->series;
    while (series && !equals(series->name, name))
        series = series->next;
    return series;
}

/* Behind the one that was met last. */
static struct series *add_series(struct family *family, struct slice name, double value)
{
    struct series *series = malloc(sizeof(*series));
    struct series **place = family->met ? &family->met->next : &family->series;
    if (!series)
        return NULL;
    *series = (struct series){.name = name, .value = value, .next = *place};
    *place = series;
    return series;
}

static void add_value(const struct family *family, struct series *series, double value)
{
    if (ends_with(family->name, "_info"))
        return;
    if (ends_with(family->name, "_start_time_seconds"))
        series->value = fmin(series->value, value);
    else
        series->value += value;
}

/* "name{label="value"} 1": there is no space in a number, but there may be some before it. */
static void take_value(struct sum *self, struct slice line)
{
    struct family *family = self->met;
    const char *space = memrchr(line.begin, ' ', line.length);
    if (!family || !space)
        return;
    struct slice name = make_slice(line.begin, space);
    double value = strtod(space + 1, NULL);
    struct series *series = find_series(family, name);
    if (series)
        add_value(family, series, value);
    else
        series = add_series(family, name, value);
    if (series)
        family->met = series;
    else
        self->out_of_memory = true;
}

static void add_page(struct sum *self, const char *page)
{
    struct slice line;
    struct remark remark;
    self->met = NULL;
    while (!self->out_of_memory && next_line(&page, &line)) {
        if (read_remark(line, &remark))
            take_remark(self, line, &remark);
        else
            take_value(self, line);
    }
}

/* With as many digits as it takes to read the same number again. */
static void write_value(double value, FILE *out)
{
    char text[40];
    if (isnan(value) || isinf(value)) {
        fputs(isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf", out);
        return;
    }
    snprintf(text, sizeof(text), "%.15g", value);
    if (strtod(text, NULL) != value)
        snprintf(text, sizeof(text), "%.17g", value);
    fputs(text, out);
}

static void write_family(const struct family *family, FILE *out)
{
    for (size_t i = 0; i < family->remark_count; i++) {
        write_slice(family->remarks[i], out);
        fputc('\n', out);
    }
    for (const struct series *series = family->series; series; series = series->next) {
        write_slice(series->name, out);
        fputc(' ', out);
        write_value(series->value, out);
        fputc('\n', out);
    }
}

static void write_sum(const struct sum *self, FILE *out)
{
    for (const struct family *family = self->families; family; family = family->next)
        write_family(family, out);
    if (self->ends)
        fputs("# EOF\n", out);
}

static void free_sum(struct sum *self)
{
    for (struct family *family = self->families, *next; family; family = next) {
        next = family->next;
        for (struct series *series = family->series, *other; series; series = other) {
            other = series->next;
            free(series);
        }
        free(family);
    }
}

int sum_pages(const char *const *pages, size_t count, FILE *out)
{
    struct sum sum = {.families = NULL};
    for (size_t i = 0; i < count; i++)
        add_page(&sum, pages[i]);
    bool complete = !sum.out_of_memory;
    if (complete)
        write_sum(&sum, out);
    free_sum(&sum);
    return complete ? 0 : -ENOMEM;
}

/*
 * What is kept.
 */

void keep_counters(const char *page, FILE *out)
{
    struct slice line;
    struct remark remark;
    bool keeps = false; /* the metric that the lines are about */
    while (next_line(&page, &line)) {
        bool is_remark = read_remark(line, &remark);
        bool is_type = is_remark && is_text(remark.kind, "TYPE");
        if (is_type)
            keeps = is_text(remark.rest, "counter") || is_text(remark.rest, "histogram");
        if (!keeps || (is_remark && !is_type))
            continue;
        write_slice(line, out);
        fputc('\n', out);
    }
}
