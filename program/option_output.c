#include <stdio.h>
#include <string.h>

#include "option_table.h"

/*
 * --help
 */

#define HELP_COLUMN 28
#define HELP_WIDTH  80

/* Words fill the lines, of which the first has been written up to `column`. */
static void print_paragraph(const char *text, int column)
{
    const size_t room = HELP_WIDTH - HELP_COLUMN;
    while (*text) {
        size_t length = strlen(text);
        if (length > room) {
            const char *space = memrchr(text, ' ', room + 1);
            length = space ? (size_t)(space - text) : strcspn(text, " ");
        }
        printf("%*s%.*s\n", HELP_COLUMN - column, "", (int)length, text);
        text += length + (text[length] == ' ');
        column = 0;
    }
}

static void print_spec(const struct spec *spec)
{
    char text[512];
    int column = printf("  --%s %s", spec->name, spec->argument ? spec->argument : "");
    if (column >= HELP_COLUMN) {
        putchar('\n');
        column = 0;
    }
    if (spec->argument && spec->initial)
        snprintf(text, sizeof(text), "%s (default %s)", spec->help, spec->initial);
    else
        snprintf(text, sizeof(text), "%s", spec->help);
    print_paragraph(text, column);
}

void options_print_help(void)
{
    size_t count;
    const struct spec *specs = option_table(&count);
    puts("Usage: hob [OPTION...]              serve until SIGINT or SIGTERM; on SIGUSR2 start\n"
         "                                    again, and hand over without losing a request\n"
         "       hob healthcheck [OPTION...]  ask the server that listens there; exit 0 if it is\n"
         "                                    well, 1 if not\n");
    for (size_t i = 0; i < count; i++)
        print_spec(&specs[i]);
    puts("\nThe environment can say the same: HOB_TIME_SCALE=0.1 is --time-scale 0.1, which\n"
         "would win over it.\n"
         "\n"
         "Order with: curl localhost:8080/, or open that in a browser");
}

/*
 * --print-config
 */

/* Of these no shell, systemd or Docker thinks that they are special. */
static bool is_plain(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+.,:/@%[]";
    return text[strspn(text, plain)] == '\0';
}

/* As a shell and systemd's EnvironmentFile= read it: see systemd.exec(5). */
static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (strchr("\"\\$`", *text))
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void print_setting(const struct spec *spec, const struct setting *setting)
{
    static const char *const sources[] = {
        [BY_DEFAULT] = "default",
        [BY_ENVIRONMENT] = "environment",
        [BY_FLAG] = "flag",
        [NOT_USED] = "not used",
    };
    char variable[VARIABLE_SIZE];
    option_variable(spec, variable);
    /* A comment at the end of the line would be part of the value for systemd and Docker. */
    printf("# %s\n%s=", sources[setting->source], variable);
    if (is_plain(setting->text))
        fputs(setting->text, stdout);
    else
        print_quoted(setting->text);
    putchar('\n');
}

void options_print_config(const struct parsing *self)
{
    size_t count;
    const struct spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (!specs[i].flag_only)
            print_setting(&specs[i], &self->settings[i]);
    }
}
