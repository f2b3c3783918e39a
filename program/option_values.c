#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"

void options_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("hob: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("; see hob --help\n", stderr);
    va_end(arguments);
    exit(EXIT_USAGE);
}

bool options_parse_count(const char *value, size_t max, size_t *number)
{
    /* strtoul() would take signs and spaces, and turn "-1" into a large number. */
    errno = 0;
    *number = strtoul(value, NULL, 10);
    return *value && strspn(value, "0123456789") == strlen(value) && errno == 0 && *number <= max;
}

static void *field_of(struct parsing *self, const struct spec *spec)
{
    return (char *)&self->options + spec->offset;
}

/* A number of at least `min`. */
static double parse_number(const struct parsing *self, const char *value, double min)
{
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end != '\0' || !(number >= min && number <= NUMBER_MAX))
        options_fail(
            "%s: '%s' is not a number from %g to %d", self->source, value, min, NUMBER_MAX);
    return number;
}

void apply_number(struct parsing *self, const struct spec *spec, const char *value)
{
    *(double *)field_of(self, spec) = parse_number(self, value, 0);
}

void apply_timeout(struct parsing *self, const struct spec *spec, const char *value)
{
    *(double *)field_of(self, spec) = parse_number(self, value, 0.001);
}

/* A count, or bytes. More than this would be no limit. */
#define LIMIT_MAX 1000000000

void apply_limit(struct parsing *self, const struct spec *spec, const char *value)
{
    size_t *limit = field_of(self, spec);
    if (!options_parse_count(value, LIMIT_MAX, limit) || *limit == 0)
        options_fail("%s: '%s' is not a number from 1 to %d", self->source, value, LIMIT_MAX);
}

void apply_switch(struct parsing *self, const struct spec *spec, const char *value)
{
    bool on = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    if (!on && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
        options_fail("%s: '%s' is not one of true, false, 1, 0", self->source, value);
    *(bool *)field_of(self, spec) = on;
}

void apply_log_level(struct parsing *self, const struct spec *spec, const char *value)
{
    if (!hob_log_level_from_name(value, field_of(self, spec)))
        options_fail("%s: '%s' is not one of error, warn, info, debug", self->source, value);
}

void apply_access_log(struct parsing *self, const struct spec *spec, const char *value)
{
    struct options *options = &self->options;
    (void)spec;
    options->access_log = strcmp(value, "off") != 0;
    if (options->access_log && !hob_access_log_format_from_name(value, &options->access_log_format))
        options_fail("%s: '%s' is not one of combined, json, logfmt, off", self->source, value);
}

void apply_access_log_file(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    if (!*value)
        options_fail("%s: '%s' is not the path of a file, nor '-'", self->source, value);
    self->options.access_log_file = strcmp(value, "-") == 0 ? NULL : value;
}

/* Those that the system lets this process use: see taskset(1) and docker run --cpuset-cpus. */
static size_t count_processors(const struct parsing *self)
{
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof(processors), &processors) < 0)
        options_fail(
            "%s: how many processors there are is not known: %s", self->source, strerror(errno));
    return (size_t)CPU_COUNT(&processors);
}

void apply_workers(struct parsing *self, const struct spec *spec, const char *value)
{
    size_t *workers = field_of(self, spec);
    if (strcmp(value, "auto") == 0)
        *workers = count_processors(self);
    else if (!options_parse_count(value, WORKERS_MAX, workers) || *workers == 0)
        options_fail(
            "%s: '%s' is neither a number from 1 to %d nor auto", self->source, value, WORKERS_MAX);
}

void option_split(struct parsing *self, const char *list, option_add *add)
{
    size_t length = strcspn(list, ",");
    add(self, list, length);
    for (list += length; *list; list += length) {
        length = strcspn(++list, ",");
        add(self, list, length);
    }
}

void option_join(const char *const *words, size_t count, char *list)
{
    *list = '\0';
    for (size_t i = 0; i < count; i++) {
        list = stpcpy(list, i > 0 ? "," : "");
        list = stpcpy(list, words[i]);
    }
}
