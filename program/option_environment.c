#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "option_table.h"

#define PREFIX "HOB_"

static char in_variable(char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (c == '-')
        return '_';
    if (c >= 'a' && c <= 'z')
        return letters[c - 'a'];
    return c;
}

void option_variable(const struct spec *spec, char *name)
{
    snprintf(name, VARIABLE_SIZE, PREFIX "%s", spec->name);
    for (char *c = name; *c; c++)
        *c = in_variable(*c);
}

/*
 * Kubernetes, and Docker with --link, tell a container of services called "hob" or "hob-..." by
 * variables such as HOB_PORT=tcp://10.0.0.1:8080, HOB_PORT_8080_TCP and HOB_SERVICE_HOST. They are
 * not meant for the program.
 */
static bool is_url_of_link(const char *value)
{
    return strncmp(value, "tcp://", 6) == 0 || strncmp(value, "udp://", 6) == 0;
}

static bool is_link(const char *name, size_t length, const char *value)
{
    return memmem(name, length, "_SERVICE_", 9) || memmem(name, length, "_PORT_", 6) ||
           (memmem(name, length, "_PORT", 5) && is_url_of_link(value));
}

const char *options_variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* NULL if there is none for us. */
static const char *read_variable(const struct spec *spec)
{
    char name[VARIABLE_SIZE];
    option_variable(spec, name);
    const char *value = options_variable(name);
    return value && !is_link(name, strlen(name), value) ? value : NULL;
}

void options_from_environment(struct parsing *self)
{
    size_t count;
    const struct spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *value = specs[i].flag_only ? NULL : read_variable(&specs[i]);
        if (value && !self->settings[i].text)
            option_set(self, &specs[i], value, BY_ENVIRONMENT);
    }
}

/* What a hob tells the one that it starts: see upgrade.c. */
static const char *const messages[] = {
    "HOB_READY_FD", "HOB_SOCKETS_SHARED", "HOB_SOCKET_FILES", "HOB_ADMIN_FD"};

static bool is_called(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

static bool is_known(const char *name, size_t length)
{
    char variable[VARIABLE_SIZE];
    size_t count;
    const struct spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++) {
        option_variable(&specs[i], variable);
        if (!specs[i].flag_only && is_called(variable, name, length))
            return true;
    }
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (is_called(messages[i], name, length))
            return true;
    }
    return false;
}

static void check_variable(const char *variable)
{
    const char *equals = strchr(variable, '=');
    if (!equals || strncmp(variable, PREFIX, strlen(PREFIX)) != 0)
        return;
    size_t length = (size_t)(equals - variable);
    if (!is_known(variable, length) && !is_link(variable, length, equals + 1))
        fprintf(
            stderr, "hob: %.*s in the environment is not an option, and is ignored\n", (int)length,
            variable);
}

/*
 * These are only warnings, unlike for flags: others share the environment, and it may come from a
 * unit that was written for a newer hob.
 */
void options_check_environment(void)
{
    for (char **variable = environ; *variable; variable++)
        check_variable(*variable);
}

bool options_mean_this_process(const char *variable)
{
    const char *value = getenv(variable);
    size_t pid;
    if (!value)
        return false;
    if (!options_parse_count(value, INT_MAX, &pid) || pid == 0)
        options_fail("%s in the environment: '%s' is not a process", variable, value);
    return pid == (size_t)getpid();
}
