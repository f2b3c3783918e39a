#include "options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hob/version.h"
#include "option_table.h"
#include "sockets.h"

void options_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("hob: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("; see hob --help\n", stderr);
    va_end(arguments);
    exit(EXIT_USAGE);
}

bool options_parse_count(const char *text, size_t max, size_t *number)
{
    /* strtoul() accepts signs and spaces, and turns "-1" into a large number. */
    errno = 0;
    *number = strtoul(text, NULL, 10);
    return *text && strspn(text, "0123456789") == strlen(text) && errno == 0 && *number <= max;
}

/*
 * Settings: the values of options as text, and their sources.
 */

/* The setting of the option of this name, which must be in the table. */
static struct setting *find_setting(const struct parsing *self, const char *name)
{
    size_t count;
    const struct option_spec *spec = option_table(&count);
    struct setting *setting = self->settings;
    for (; strcmp(spec->name, name) != 0; spec++)
        setting++;
    return setting;
}

__attribute__((format(printf, 3, 4))) static void
set_setting(struct setting *setting, enum option_source source, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        options_fail("there is no memory for the options");
    va_end(arguments);
    free(setting->text); /* which may be one of the arguments */
    *setting = (struct setting){.text = text, .source = source};
}

/* Reads the value of an option, and notes where it comes from. */
static void
set_option(struct parsing *self, size_t index, const char *value, enum option_source source)
{
    size_t count;
    char variable[VARIABLE_SIZE];
    const struct option_spec *spec = &option_table(&count)[index];
    struct setting *setting = &self->settings[index];
    option_variable(spec, variable);
    if (source == FROM_FLAG)
        snprintf(self->source, sizeof(self->source), "--%s", spec->name);
    else
        snprintf(self->source, sizeof(self->source), "%s in the environment", variable);
    spec->apply(self, spec, value);
    if (spec->is_list && setting->text)
        set_setting(setting, source, "%s,%s", setting->text, value);
    else
        set_setting(setting, source, "%s", value);
}

/*
 * The command line.
 */

/* getopt_long() returns the sum of this and the index in the table. */
#define FIRST_OPTION 256

static void make_long_options(struct option *options)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++)
        options[i] = (struct option){
            .name = specs[i].name,
            .has_arg = specs[i].argument ? required_argument : no_argument,
            .val = FIRST_OPTION + (int)i,
        };
}

/* getopt_long() leaves in optopt which option it could not use, or 0 for a long one. */
_Noreturn static void fail_unknown(const char *argument)
{
    if (optopt >= FIRST_OPTION)
        options_fail("'%s': this option takes no value", argument);
    if (optopt > 0)
        options_fail("'-%c' is not an option", optopt);
    options_fail("'%s' is not an option, or is the beginning of several", argument);
}

static void read_flags(struct parsing *self, int argc, char **argv)
{
    struct option options[OPTIONS_MAX + 1] = {{0}}; /* ends with zeros */
    int found;
    make_long_options(options);
    opterr = 0; /* getopt_long() prints no messages */
    while ((found = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (found == ':')
            options_fail("%s needs a value", argv[optind - 1]);
        if (found < FIRST_OPTION)
            fail_unknown(argv[optind - 1]);
        set_option(self, (size_t)(found - FIRST_OPTION), optarg ? optarg : "true", FROM_FLAG);
    }
}

static void read_command(struct options *options, int argc, char **argv)
{
    if (optind < argc && strcmp(argv[optind], "healthcheck") == 0) {
        options->healthcheck = true;
        optind++;
    }
    if (optind < argc)
        options_fail("'%s' is neither an option nor a command", argv[optind]);
}

/*
 * The environment.
 */

#define PREFIX "HOB_"

/* Independent of the locale, unlike toupper(3). */
static char in_variable(char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (c == '-')
        return '_';
    if (c >= 'a' && c <= 'z')
        return letters[c - 'a'];
    return c;
}

void option_variable(const struct option_spec *spec, char name[static VARIABLE_SIZE])
{
    snprintf(name, VARIABLE_SIZE, PREFIX "%s", spec->name);
    for (char *c = name; *c; c++)
        *c = in_variable(*c);
}

const char *options_variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

bool options_pid_is_ours(const char *variable)
{
    const char *value = getenv(variable);
    size_t pid;
    if (!value)
        return false;
    if (!options_parse_count(value, INT_MAX, &pid) || pid == 0)
        options_fail("%s in the environment: '%s' is not a process", variable, value);
    return pid == (size_t)getpid();
}

/*
 * Kubernetes, and Docker with --link, describe services called "hob" or "hob-..." to each
 * container, in variables such as HOB_PORT=tcp://10.0.0.1:8080, HOB_PORT_8080_TCP and
 * HOB_SERVICE_HOST. They are not options.
 */
static bool describes_service(const char *name, size_t length, const char *value)
{
    bool url = strncmp(value, "tcp://", 6) == 0 || strncmp(value, "udp://", 6) == 0;
    return memmem(name, length, "_SERVICE_", 9) || memmem(name, length, "_PORT_", 6) ||
           (memmem(name, length, "_PORT", 5) && url);
}

static void read_variables(struct parsing *self)
{
    size_t count;
    char name[VARIABLE_SIZE];
    const struct option_spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++) {
        option_variable(&specs[i], name);
        const char *value = specs[i].is_command ? NULL : options_variable(name);
        if (value && !self->settings[i].text && !describes_service(name, strlen(name), value))
            set_option(self, i, value, FROM_ENVIRONMENT);
    }
}

static bool is_option_variable(const char *name, size_t length)
{
    char variable[VARIABLE_SIZE];
    size_t count;
    const struct option_spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++) {
        option_variable(&specs[i], variable);
        if (!specs[i].is_command && strlen(variable) == length &&
            memcmp(variable, name, length) == 0)
            return true;
    }
    return false;
}

/*
 * Unlike wrong flags, these do not end the program: other programs share the environment, and it
 * may come from a unit that was written for a newer hob.
 */
static void warn_of_unknown_variables(void)
{
    for (char **variable = environ; *variable; variable++) {
        size_t length = strcspn(*variable, "=");
        if (strncmp(*variable, PREFIX, strlen(PREFIX)) == 0 && (*variable)[length] == '=' &&
            !is_option_variable(*variable, length) && !sockets_is_variable(*variable, length) &&
            !describes_service(*variable, length, *variable + length + 1))
            fprintf(
                stderr, "hob: %.*s in the environment is not an option, and is ignored\n",
                (int)length, *variable);
    }
}

/*
 * Defaults, and options that depend on each other.
 */

static void use_defaults(struct parsing *self)
{
    size_t count;
    const struct option_spec *specs = option_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *initial = specs[i].initial;
        if (self->settings[i].text)
            continue;
        if (initial)
            specs[i].apply(self, &specs[i], initial);
        set_setting(&self->settings[i], FROM_DEFAULT, "%s", initial ? initial : "");
    }
}

_Noreturn static void fail_contradiction(enum option_source source, bool port)
{
    if (source == FROM_FLAG)
        options_fail(
            "--listen and %s do not go together: use --listen alone", port ? "--port" : "--host");
    options_fail(
        "HOB_LISTEN and %s in the environment do not go together: use HOB_LISTEN alone",
        port ? "HOB_PORT" : "HOB_HOST");
}

/* Hosting platforms set PORT. */
static void use_variable_port(struct parsing *self, struct setting *port)
{
    const char *value = options_variable("PORT");
    if (port->source != FROM_DEFAULT || !value)
        return;
    snprintf(self->source, sizeof(self->source), "PORT in the environment");
    apply_port(self, NULL, value);
    set_setting(port, FROM_ENVIRONMENT, "%s", value);
}

/* The address of --host and --port, whose text may have zeros in front. */
static void listen_on_host_and_port(struct options *options, const char *host, const char *port)
{
    while (options->listen_count > 0)
        free(options->listen[--options->listen_count]);
    if (asprintf(
            &options->listen[0], strchr(host, ':') ? "[%s]:%lu" : "%s:%lu", host,
            strtoul(port, NULL, 10)) < 0)
        options_fail("there is no memory for the options");
    options->listen_count = 1;
}

/*
 * --listen, or --host and --port: flags win over the environment. If neither is given, PORT in the
 * environment counts.
 */
static void decide_where_to_listen(struct parsing *self)
{
    struct options *options = self->options;
    struct setting *listen = find_setting(self, "listen");
    struct setting *host = find_setting(self, "host");
    struct setting *port = find_setting(self, "port");
    assert(host->text && port->text); /* at least their defaults */
    enum option_source parts = host->source > port->source ? host->source : port->source;
    if (listen->source == parts && parts != FROM_DEFAULT)
        fail_contradiction(parts, port->source == parts);
    if (listen->source > parts) {
        options->listen_flag = listen->source == FROM_FLAG ? "--listen" : NULL;
        set_setting(host, NOT_USED, "%s", "");
        set_setting(port, NOT_USED, "%s", "");
        return;
    }
    if (parts == FROM_FLAG)
        options->listen_flag = port->source == FROM_FLAG ? "--port" : "--host";
    use_variable_port(self, port);
    listen_on_host_and_port(options, host->text, port->text);
    if (listen->source != FROM_DEFAULT)
        set_setting(listen, NOT_USED, "%s", "");
}

/* The default time limit of handlers grows as dishes take longer. */
static void follow_time_scale(struct parsing *self)
{
    struct setting *timeout = find_setting(self, "handler-timeout");
    double *seconds = &self->options->server.handler_timeout;
    if (timeout->source != FROM_DEFAULT || self->options->time_scale <= 1)
        return;
    *seconds = fmin(*seconds * self->options->time_scale, NUMBER_MAX);
    set_setting(timeout, FROM_DEFAULT, "%g", *seconds);
}

static void combine_options(struct parsing *self)
{
    decide_where_to_listen(self);
    options_combine_tls(self->options);
    if (self->options->upstream_ca && !options_have_https_upstream(self->options))
        options_fail("--upstream-ca needs an https URL of --upstream");
    follow_time_scale(self);
    /* With the server's default, a lower limit of descriptors lowers it without a warning. */
    if (find_setting(self, "connection-limit")->source == FROM_DEFAULT)
        self->options->server.connection_limit = 0;
    if (find_setting(self, "access-log-file")->source != FROM_DEFAULT &&
        find_setting(self, "access-log")->source == FROM_DEFAULT)
        options_fail("--access-log-file needs --access-log, which sets the format");
    if (self->options->server.proxy_protocol && self->options->server.trusted_proxy_count == 0)
        options_fail("--proxy-protocol needs --trusted-proxies, which send its header");
}

/*
 * All of it.
 */

_Noreturn static void exit_after_printing(void)
{
    exit(ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

void apply_help(struct parsing *self, const struct option_spec *spec, const char *value)
{
    (void)self;
    (void)spec;
    (void)value;
    option_print_help();
    exit_after_printing();
}

void apply_version(struct parsing *self, const struct option_spec *spec, const char *value)
{
    (void)self;
    (void)spec;
    (void)value;
    puts("hob " HOB_VERSION);
    exit_after_printing();
}

/* Printed at the end, since later options count too. */
void apply_print_config(struct parsing *self, const struct option_spec *spec, const char *value)
{
    (void)spec;
    (void)value;
    self->print_config = true;
}

void options_parse(struct options *self, int argc, char **argv)
{
    struct setting settings[OPTIONS_MAX] = {{0}};
    struct parsing parsing = {.options = self, .settings = settings};
    *self = (struct options){.listen_count = 0};
    read_flags(&parsing, argc, argv);
    read_command(self, argc, argv);
    read_variables(&parsing);
    use_defaults(&parsing);
    combine_options(&parsing);
    if (!self->healthcheck) /* which runs every few seconds */
        warn_of_unknown_variables();
    if (parsing.print_config) {
        option_print_config(settings);
        exit_after_printing();
    }
    for (size_t i = 0; i < OPTIONS_MAX; i++)
        free(settings[i].text);
}

void options_free(struct options *self)
{
    for (size_t i = 0; i < self->listen_count; i++)
        free(self->listen[i]);
    for (size_t i = 0; i < self->server.allowed_host_count; i++)
        free(self->allowed_hosts[i]);
    for (size_t i = 0; i < self->upstream_count; i++)
        free(self->upstream_texts[i]);
    free(self->admin);
    struct file_list *lists[] = {&self->tls.certificates, &self->tls.keys, &self->tls.ocsp};
    for (size_t list = 0; list < sizeof(lists) / sizeof(lists[0]); list++) {
        for (size_t i = 0; i < lists[list]->count; i++)
            free(lists[list]->paths[i]);
    }
}
