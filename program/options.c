#include "options.h"

#include <getopt.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option_table.h"

_Noreturn static void exit_after_printing(void)
{
    /* A full disk behind the standard output is no success. */
    exit(ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void apply_print_config(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    (void)value;
    self->print_config = true; /* what comes behind it counts as well */
}

static void apply_help(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)self;
    (void)spec;
    (void)value;
    options_print_help();
    exit_after_printing();
}

static void apply_version(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)self;
    (void)spec;
    (void)value;
    puts("hob " HOB_VERSION);
    exit_after_printing();
}

#define SETS(field) offsetof(struct options, field)

/* The server's own defaults are in server/request_limits.c as well, for other programs. */
static const struct spec specs[] = {
    {"host", "ADDRESS", "127.0.0.1", "IPv4 or IPv6 address to listen on", apply_host},
    {"port", "PORT", "8080",
     "0 to 65535; 0 picks a free one; if nothing says where to listen, $PORT counts", apply_port},
    {"listen", "ADDRESS", NULL,
     "instead of these two: 127.0.0.1:8080, [::1]:8080 or unix:/PATH, or several with commas "
     "between them; may be given several times",
     apply_listen},
    {"admin", "ADDRESS", NULL,
     "serve /metrics, /healthz, /readyz and /trace.json there, and no longer to everybody; as "
     "--listen takes it",
     apply_admin},
    {"allow-host", "NAME", NULL,
     "on loopback addresses, answer requests for this host too, such as one that a proxy passes "
     "on; "
     "several with commas between them; may be given several times",
     apply_allow_host},
    {"workers", "COUNT", "1",
     "processes that serve, each with one thread; auto is one for each processor", apply_workers,
     SETS(workers)},
    {"time-scale", "FACTOR", "1", "cooking takes FACTOR times as long; 0.1 is ten times faster",
     apply_number, SETS(time_scale)},
    {"grace", "SECONDS", "30", "how long orders in progress may take when the server stops",
     apply_number, SETS(server.grace)},
    {"drain-delay", "SECONDS", "0",
     "how long /readyz tells that the server will stop before it does, for load balancers to "
     "notice",
     apply_number, SETS(server.drain_delay)},
    {"idle-grace", "SECONDS", "1",
     "how long an idle connection may still send its next request when the server stops",
     apply_number, SETS(server.idle_grace)},
    {"connection-limit", "COUNT", "16384",
     "most clients to serve at the same time, idle ones included; others get 503; fewer if "
     "ulimit -n leaves no room for them",
     apply_limit, SETS(server.connection_limit)},
    {"head-timeout", "SECONDS", "10",
     "until the head of a request is there, from the connection or its first byte on",
     apply_timeout, SETS(server.head_timeout)},
    {"body-timeout", "SECONDS", "15", "until a read of a body brings something", apply_timeout,
     SETS(server.body_timeout)},
    {"handler-timeout", "SECONDS", "30",
     "until an order is served or given up; its default grows with a FACTOR above 1", apply_timeout,
     SETS(server.handler_timeout)},
    {"write-timeout", "SECONDS", "20", "until a client takes some of its response", apply_timeout,
     SETS(server.write_timeout)},
    {"idle-timeout", "SECONDS", "75", "how long a connection may be idle between two requests",
     apply_timeout, SETS(server.idle_timeout)},
    {"linger-timeout", "SECONDS", "2", "until a client stops sending after the last response",
     apply_timeout, SETS(server.linger_timeout)},
    {"target-limit", "BYTES", "8192", "most bytes of a request's target", apply_limit,
     SETS(server.target_limit)},
    {"head-limit", "BYTES", "16384", "most bytes of a request's line and headers", apply_limit,
     SETS(server.head_limit)},
    {"header-limit", "COUNT", "100", "most headers of a request", apply_limit,
     SETS(server.header_limit)},
    {"body-limit", "BYTES", "1048576", "most bytes of a request's body", apply_limit,
     SETS(server.body_limit)},
    {"pipeline-limit", "BYTES", "65536", "most bytes of later requests, kept while one is answered",
     apply_limit, SETS(server.pipeline_limit)},
    {"stall-limit", "SECONDS", "0.1", "report what keeps the thread for longer; 0 is off",
     apply_number, SETS(stall_limit)},
    {"log-level", "LEVEL", "info", "what is logged: error, warn, info or debug", apply_log_level,
     SETS(log_level), .choices = "error warn info debug"},
    {"access-log", "FORMAT", "off", "a line for each request: combined, json, logfmt or off",
     apply_access_log, .choices = "combined json logfmt off"},
    {"access-log-file", "PATH", "-",
     "where these lines go; - is standard output; SIGHUP opens it again", apply_access_log_file},
    {"demo", NULL, "false",
     "let the kitchen page order what keeps the thread for seconds, to show what that does",
     apply_switch, SETS(demo)},
    {"print-config", NULL, NULL,
     "print every option with its value and where that comes from, and exit", apply_print_config,
     .flag_only = true},
    {"help", NULL, NULL, "print this and exit", apply_help, .flag_only = true},
    {"version", NULL, NULL, "print the version and exit", apply_version, .flag_only = true},
};
#define SPEC_COUNT (sizeof(specs) / sizeof(specs[0]))

const struct spec *option_table(size_t *count)
{
    *count = SPEC_COUNT;
    return specs;
}

struct setting *option_setting(struct parsing *self, const char *name)
{
    size_t i = 0;
    while (strcmp(specs[i].name, name) != 0)
        i++;
    return &self->settings[i];
}

void option_set(
    struct parsing *self, const struct spec *spec, const char *value, enum option_source source)
{
    char variable[VARIABLE_SIZE];
    option_variable(spec, variable);
    if (source == BY_FLAG)
        snprintf(self->source, sizeof(self->source), "--%s", spec->name);
    else
        snprintf(self->source, sizeof(self->source), "%s in the environment", variable);
    spec->apply(self, spec, value);
    self->settings[spec - specs] = (struct setting){value, source};
}

/*
 * The command line.
 */

/* getopt_long() returns this and the place in specs. */
#define FIRST_SPEC 256

static void make_long_options(struct option *long_options)
{
    for (size_t i = 0; i < SPEC_COUNT; i++) {
        long_options[i] = (struct option){
            .name = specs[i].name,
            .has_arg = specs[i].argument ? required_argument : no_argument,
            .val = FIRST_SPEC + (int)i,
        };
    }
    long_options[SPEC_COUNT] = (struct option){0};
}

/* getopt_long() leaves in optopt which option it could not use, or 0 for a long one. */
_Noreturn static void fail_unknown(const char *argument)
{
    if (optopt >= FIRST_SPEC)
        options_fail("'%s': this option takes no value", argument);
    if (optopt > 0)
        options_fail("'-%c' is not an option", optopt);
    options_fail("'%s' is not an option, or could be several", argument);
}

static void apply(struct parsing *self, int option, const char *value, char **argv)
{
    if (option == ':')
        options_fail("%s needs a value", argv[optind - 1]);
    if (option < FIRST_SPEC)
        fail_unknown(argv[optind - 1]);
    option_set(self, &specs[option - FIRST_SPEC], value ? value : "true", BY_FLAG);
}

static void read_flags(struct parsing *self, int argc, char **argv)
{
    struct option long_options[SPEC_COUNT + 1];
    int option;
    make_long_options(long_options);
    opterr = 0; /* the messages are ours */
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1)
        apply(self, option, optarg, argv);
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
 * What nobody has said.
 */

static void use_defaults(struct parsing *self)
{
    for (size_t i = 0; i < SPEC_COUNT; i++) {
        if (self->settings[i].text)
            continue;
        if (specs[i].initial)
            specs[i].apply(self, &specs[i], specs[i].initial);
        self->settings[i].text = specs[i].initial ? specs[i].initial : "";
    }
}

/* Dishes may take that much longer. */
static void follow_time_scale(struct parsing *self)
{
    static char text[32];
    struct setting *timeout = option_setting(self, "handler-timeout");
    double *seconds = &self->options.server.handler_timeout;
    if (timeout->source != BY_DEFAULT || self->options.time_scale <= 1)
        return;
    *seconds = fmin(*seconds * self->options.time_scale, NUMBER_MAX);
    snprintf(text, sizeof(text), "%g", *seconds);
    timeout->text = text;
}

/* Asked for by nobody it may be less, where the system allows no more, without a warning. */
static void leave_connection_limit(struct parsing *self)
{
    if (option_setting(self, "connection-limit")->source == BY_DEFAULT)
        self->options.server.connection_limit = 0;
}

static void check_access_log(struct parsing *self)
{
    if (option_setting(self, "access-log-file")->source != BY_DEFAULT &&
        option_setting(self, "access-log")->source == BY_DEFAULT)
        options_fail("--access-log-file needs --access-log, which tells in what format to log");
}

struct options options_parse(int argc, char **argv)
{
    struct setting settings[SPEC_COUNT] = {0};
    struct parsing self = {.settings = settings};
    read_flags(&self, argc, argv);
    read_command(&self.options, argc, argv);
    options_from_environment(&self);
    use_defaults(&self);
    decide_where_to_listen(&self);
    list_allowed_hosts(&self);
    follow_time_scale(&self);
    leave_connection_limit(&self);
    check_access_log(&self);
    if (!self.options.healthcheck) /* which is run again and again */
        options_check_environment();
    if (self.print_config) {
        options_print_config(&self);
        exit_after_printing();
    }
    return self.options;
}
