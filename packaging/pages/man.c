#include <ctype.h>
#include <string.h>

#include "pages.h"

/* Escapes hyphens and backslashes for mdoc(7), so that readers can copy them. */
static void write_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

/* The help has arguments in capitals, the man page in small letters. */
static void write_small(const char *text)
{
    for (; *text; text++)
        putchar(tolower((unsigned char)*text));
}

static void write_head(const struct option_spec *spec)
{
    char variable[VARIABLE_SIZE];
    printf(".It Fl \\-%s", spec->name);
    if (spec->argument) {
        fputs(" Ar ", stdout);
        write_small(spec->argument);
    }
    if (!spec->is_command) {
        option_variable(spec, variable);
        printf(" Pq Ev %s", variable);
    }
    putchar('\n');
}

static void write_option(const struct option_spec *spec)
{
    write_head(spec);
    putchar(toupper((unsigned char)spec->help[0]));
    write_text(spec->help + 1);
    puts(".");
    if (spec->argument && spec->initial)
        printf("The default is %s.\n", spec->initial);
}

static void write_options(void)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    puts(".Bl -tag -width Ds");
    for (size_t i = 0; i < count; i++)
        write_option(&specs[i]);
    puts(".El");
}

void write_man(FILE *source)
{
    char line[256];
    while (fgets(line, sizeof(line), source)) {
        if (strcmp(line, "@OPTIONS@\n") == 0)
            write_options();
        else
            fputs(line, stdout);
    }
}
