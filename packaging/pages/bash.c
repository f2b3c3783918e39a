#include "pages.h"

static bool can_be_completed(const struct option_spec *spec)
{
    return spec->choices || takes_file(spec);
}

static void write_values(const struct option_spec *spec)
{
    printf("    --%s)\n", spec->name);
    if (spec->choices)
        printf(
            "        mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$current\")\n", spec->choices);
    else
        puts("        compopt -o filenames\n"
             "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")");
    puts("        return\n"
         "        ;;");
}

/* Options whose values cannot be completed. */
static void write_others(const struct option_spec *specs, size_t count)
{
    const char *separator = "    ";
    for (size_t i = 0; i < count; i++) {
        if (!specs[i].argument || can_be_completed(&specs[i]))
            continue;
        printf("%s--%s", separator, specs[i].name);
        separator = " | ";
    }
    puts(")\n"
         "        return\n"
         "        ;;");
}

void write_bash(void)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    puts("# bash completion for hob(1)\n"
         "\n"
         "_hob()\n"
         "{\n"
         "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "    COMPREPLY=()\n"
         "    # Of --option=value the equals sign is a word of its own.\n"
         "    if [[ $current == = ]]; then\n"
         "        current=\"\"\n"
         "    elif [[ $previous == = ]]; then\n"
         "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "    fi\n"
         "    case $previous in");
    for (size_t i = 0; i < count; i++) {
        if (can_be_completed(&specs[i]))
            write_values(&specs[i]);
    }
    write_others(specs, count);
    fputs(
        "    esac\n"
        "    mapfile -t COMPREPLY < <(compgen -W '" COMMAND,
        stdout);
    for (size_t i = 0; i < count; i++)
        printf(" --%s", specs[i].name);
    puts("' -- \"$current\")\n"
         "}\n"
         "complete -F _hob hob");
}
