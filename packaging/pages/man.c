#include <ctype.h>
#include <string.h>

#include "pages.h"

/* As mdoc(7) text: a hyphen is one that can be copied, and so is a backslash. */
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

/* Arguments are in small letters, and those of the help in capitals. */
static void write_small(const char *text)
{
    for (; *text; text++)
        putchar(tolower((unsigned char)*text));
}

static void write_head(const struct spec *spec)
{
    char variable[VARIABLE_SIZE];
    printf(".It Fl \\-%s", spec->name);
    if (spec->argument) {
        fputs(" Ar ", stdout);
        write_small(spec->argument);
    }
    if (!spec->flag_only) {
        option_variable(spec, variable);
        printf(" Pq Ev %s", variable);
    }
    putchar('\n');
}

static void write_option(const struct spec *spec)
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
    const struct spec *specs = option_table(&count);
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
