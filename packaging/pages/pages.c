/*
 * Makes the man page and the completions, which are files of hob's package, and a table for
 * docs/options.md. The build runs it.
 *
 *     hob_pages bash|zsh|fish|markdown OUTPUT
 *     hob_pages man OUTPUT hob.1.in
 */
#include "pages.h"

#include <stdlib.h>
#include <string.h>

bool takes_file(const struct option_spec *spec)
{
    return spec->argument && strcmp(spec->argument, "PATH") == 0;
}

static bool write_man_from(const char *path)
{
    FILE *source = fopen(path, "r");
    if (!source)
        return false;
    write_man(source);
    fclose(source);
    return true;
}

static bool write_page(const char *kind, const char *source)
{
    if (strcmp(kind, "man") == 0)
        return source && write_man_from(source);
    if (strcmp(kind, "bash") == 0)
        write_bash();
    else if (strcmp(kind, "zsh") == 0)
        write_zsh();
    else if (strcmp(kind, "fish") == 0)
        write_fish();
    else if (strcmp(kind, "markdown") == 0)
        write_markdown();
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4 || !freopen(argv[2], "w", stdout) || !write_page(argv[1], argv[3])) {
        fputs(
            "usage: hob_pages bash|zsh|fish|markdown OUTPUT, or hob_pages man OUTPUT SOURCE\n",
            stderr);
        return EXIT_USAGE;
    }
    return ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
