#include "pages.h"

/* Escapes the separator of columns. */
static void write_cell(const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
    }
}

static void write_row(const struct option_spec *spec)
{
    char variable[VARIABLE_SIZE];
    option_variable(spec, variable);
    printf(
        "| `--%s%s%s` | ", spec->name, spec->argument ? " " : "",
        spec->argument ? spec->argument : "");
    if (!spec->is_command)
        printf("`%s`", variable);
    fputs(" | ", stdout);
    if (spec->argument && spec->initial)
        printf("`%s`", spec->initial);
    fputs(" | ", stdout);
    write_cell(spec->help);
    puts(" |");
}

void write_markdown(void)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    puts("| option | variable | default | |\n"
         "| --- | --- | --- | --- |");
    for (size_t i = 0; i < count; i++)
        write_row(&specs[i]);
}
