#include <string.h>

#include "pages.h"

/* In single quotes, and without what _arguments takes for its own signs. */
static void write_explanation(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", stdout); /* ends the quotes, and what follows begins them again */
        else if (strchr("[]:\\", *text))
            putchar('\\');
        putchar(*text);
    }
}

static void write_option(const struct spec *spec)
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
    const struct spec *specs = option_table(&count);
    puts("#compdef hob\n"
         "# zsh completion for hob(1)\n"
         "\n"
         "_arguments \\");
    for (size_t i = 0; i < count; i++)
        write_option(&specs[i]);
    puts("    ':command:((" COMMAND "\\:\"" COMMAND_HELP "\"))'");
}
