#include <string.h>

#include "pages.h"

static void write_quoted(const char *text)
{
    putchar('\'');
    for (; *text; text++) {
        if (strchr("'\\", *text))
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

static void write_option(const struct option_spec *spec)
{
    printf("complete -c hob -l %s", spec->name);
    if (spec->choices)
        printf(" -x -a '%s'", spec->choices);
    else if (takes_file(spec))
        fputs(" -r -F", stdout);
    else if (spec->argument)
        fputs(" -x", stdout);
    fputs(" -d ", stdout);
    write_quoted(spec->help);
    putchar('\n');
}

void write_fish(void)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    puts("# fish completion for hob(1)\n"
         "\n"
         "complete -c hob -f\n"
         "complete -c hob -n __fish_use_subcommand -a " COMMAND " -d '" COMMAND_HELP "'");
    for (size_t i = 0; i < count; i++)
        write_option(&specs[i]);
}
