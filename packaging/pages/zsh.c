#include <string.h>

#include "pages.h"

/* For single quotes, with the special characters of _arguments escaped. */
static void write_explanation(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", stdout); /* ends the quotes, writes one, and begins them again */
        else if (strchr("[]:\\", *text))
            putchar('\\');
        putchar(*text);
    }
}

static void write_option(const struct option_spec *spec)
{
    printf("    '--%s%s[", spec->name, spec->argument ? "=" : "");
    write_explanation(spec->help);
    putchar(']');
    if (spec->argument)
        printf(":%s:", spec->argument);
    if (spec->choices)
        printf("(%s)", spec->choices);
    else if (takes_file(spec))
        fputs("_files", stdout);
    puts("' \\");
}

void write_zsh(void)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    puts("#compdef hob\n"
         "# zsh completion for hob(1)\n"
         "\n"
         "_arguments \\");
    for (size_t i = 0; i < count; i++)
        write_option(&specs[i]);
    puts("    ':command:((" COMMAND "\\:\"" COMMAND_HELP "\"))'");
}
