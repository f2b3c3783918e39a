#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/address.h"

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

static const char *parse_host(const char *value)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, value, address) != 1 && inet_pton(AF_INET6, value, address) != 1)
        options_fail("--host: '%s' is not an IPv4 or IPv6 address", value);
    return value;
}

bool options_parse_count(const char *value, size_t max, size_t *number)
{
    /* strtoul() would take signs and spaces, and turn "-1" into a large number. */
    errno = 0;
    *number = strtoul(value, NULL, 10);
    return *value && strspn(value, "0123456789") == strlen(value) && errno == 0 && *number <= max;
}

/* `source` is the option or variable that the value comes from. */
static uint16_t parse_port(const char *source, const char *value)
{
    size_t port;
    if (!options_parse_count(value, UINT16_MAX, &port))
        options_fail("%s: '%s' is not a port, a number from 0 to 65535", source, value);
    return (uint16_t)port;
}

static const char *parse_address(const char *value)
{
    hob_address address;
    int err = hob_address_parse(value, &address);
    if (err == -ENAMETOOLONG)
        options_fail("--listen: the path in '%s' is longer than 107 bytes", value);
    if (err < 0)
        options_fail("--listen: '%s' is not like 127.0.0.1:8080, [::1]:8080 or unix:/PATH", value);
    return value;
}

/* As --listen would say it. */
static const char *join_address(const char *host, uint16_t port)
{
    static char text[INET6_ADDRSTRLEN + sizeof("[]:65535")];
    snprintf(text, sizeof(text), strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    return text;
}

/* What the options say before it is known how they go together. */
struct parsing {
    struct options options;
    const char *host; /* NULL if it was not given */
    const char *port;
};

struct spec {
    const char *name;     /* without the dashes */
    const char *argument; /* what the help calls its value; NULL if it has none */
    const char *help;     /* its lines */
    void (*apply)(struct parsing *self, const struct spec *spec, const char *value);
    size_t offset; /* of what it sets in struct options, if that is a number */
};

static void apply_host(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    self->host = parse_host(value);
}

static void apply_port(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    parse_port("--port", value);
    self->port = value;
}

static void add_address(struct options *options, const char *value)
{
    if (options->listen_count == LISTEN_MAX)
        options_fail("--listen: '%s' is one too many: there may be %d", value, LISTEN_MAX);
    options->listen[options->listen_count++] = parse_address(value);
}

static void apply_listen(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    add_address(&self->options, value);
}

static void *number_of(struct parsing *self, const struct spec *spec)
{
    return (char *)&self->options + spec->offset;
}

#define NUMBER_MAX 1000000

/* A number of at least `min`. */
static double parse_number(const struct spec *spec, const char *value, double min)
{
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end != '\0' || !(number >= min && number <= NUMBER_MAX))
        options_fail(
            "--%s: '%s' is not a number from %g to %d", spec->name, value, min, NUMBER_MAX);
    return number;
}

static void apply_number(struct parsing *self, const struct spec *spec, const char *value)
{
    *(double *)number_of(self, spec) = parse_number(spec, value, 0);
}

/* To wait for no time at all would be to serve nobody. */
static void apply_timeout(struct parsing *self, const struct spec *spec, const char *value)
{
    *(double *)number_of(self, spec) = parse_number(spec, value, 0.001);
}

/* A count, or bytes. More than this would be no limit. */
#define LIMIT_MAX 1000000000

static void apply_limit(struct parsing *self, const struct spec *spec, const char *value)
{
    size_t *limit = number_of(self, spec);
    if (!options_parse_count(value, LIMIT_MAX, limit) || *limit == 0)
        options_fail("--%s: '%s' is not a number from 1 to %d", spec->name, value, LIMIT_MAX);
}

static void apply_log_level(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    if (!hob_log_level_from_name(value, &self->options.log_level))
        options_fail("--log-level: '%s' is not one of error, warn, info, debug", value);
}

_Noreturn static void print_and_exit(void (*print)(void))
{
    print();
    /* A full disk behind the standard output is no success. */
    exit(ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void print_help(void);

static void apply_demo(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    (void)value;
    self->options.demo = true;
}

static void apply_help(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)self;
    (void)spec;
    (void)value;
    print_and_exit(print_help);
}

static void print_version(void)
{
    puts("hob " HOB_VERSION);
}

static void apply_version(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)self;
    (void)spec;
    (void)value;
    print_and_exit(print_version);
}

#define SETS(field) offsetof(struct options, field)

static const struct spec specs[] = {
    {"host", "ADDRESS", "IPv4 or IPv6 address to listen on (default 127.0.0.1)", apply_host, 0},
    {"port", "PORT", "0 to 65535; 0 picks a free one (default $PORT, or 8080)", apply_port, 0},
    {"listen", "ADDRESS",
     "instead of these two: 127.0.0.1:8080, [::1]:8080 or unix:/PATH;\n"
     "may be given several times",
     apply_listen, 0},
    {"time-scale", "FACTOR",
     "cooking takes FACTOR times as long; 0.1 is ten times faster\n(default 1)", apply_number,
     SETS(time_scale)},
    {"grace", "SECONDS", "how long orders in progress may take when the server stops\n(default 30)",
     apply_number, SETS(server.grace)},
    {"idle-grace", "SECONDS",
     "how long an idle connection may still send its next request\n"
     "when the server stops (default 1)",
     apply_number, SETS(server.idle_grace)},
    {"connection-limit", "COUNT",
     "clients to serve at the same time, idle ones included; others\n"
     "get 503 (default 16384, or what ulimit -n leaves room for)",
     apply_limit, SETS(server.connection_limit)},
    {"head-timeout", "SECONDS",
     "for the head of a request, from the connection or its first\nbyte on (default 10)",
     apply_timeout, SETS(server.head_timeout)},
    {"body-timeout", "SECONDS", "for each read of a body to bring something (default 15)",
     apply_timeout, SETS(server.body_timeout)},
    {"handler-timeout", "SECONDS",
     "until an order is served or given up (default 30, or that\ntimes FACTOR)", apply_timeout,
     SETS(server.handler_timeout)},
    {"write-timeout", "SECONDS", "until a client takes some of its response (default 20)",
     apply_timeout, SETS(server.write_timeout)},
    {"idle-timeout", "SECONDS", "between two requests of a connection (default 60)", apply_timeout,
     SETS(server.idle_timeout)},
    {"linger-timeout", "SECONDS",
     "for a client to stop sending after the last response (default 2)", apply_timeout,
     SETS(server.linger_timeout)},
    {"target-limit", "BYTES", "of a request's target (default 8192)", apply_limit,
     SETS(server.target_limit)},
    {"head-limit", "BYTES", "of a request's line and headers (default 16384)", apply_limit,
     SETS(server.head_limit)},
    {"header-limit", "COUNT", "headers of a request (default 100)", apply_limit,
     SETS(server.header_limit)},
    {"body-limit", "BYTES", "of a request's body (default 1048576)", apply_limit,
     SETS(server.body_limit)},
    {"pipeline-limit", "BYTES", "of later requests, kept while one is answered (default 65536)",
     apply_limit, SETS(server.pipeline_limit)},
    {"stall-limit", "SECONDS", "report what keeps the thread for longer; 0 is off (default 0.1)",
     apply_number, SETS(stall_limit)},
    {"log-level", "LEVEL", "error, warn, info or debug (default info)", apply_log_level, 0},
    {"demo", NULL,
     "let the kitchen page order what keeps the thread for seconds, to\nshow what that does",
     apply_demo, 0},
    {"help", NULL, "print this and exit", apply_help, 0},
    {"version", NULL, "print the version and exit", apply_version, 0},
};
#define SPEC_COUNT (sizeof(specs) / sizeof(specs[0]))

#define HELP_COLUMN 28

static void print_spec(const struct spec *spec)
{
    int column = printf("  --%s %s", spec->name, spec->argument ? spec->argument : "");
    for (const char *line = spec->help; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        printf("%*s%.*s\n", HELP_COLUMN - column, "", (int)strcspn(line, "\n"), line);
        column = 0;
    }
}

static void print_help(void)
{
    puts("Usage: hob [OPTION...]              serve until SIGINT or SIGTERM; on SIGUSR2 start\n"
         "                                    again, and hand over without losing a request\n"
         "       hob healthcheck [OPTION...]  ask the server that listens there; exit 0 if it is\n"
         "                                    well, 1 if not\n");
    for (size_t i = 0; i < SPEC_COUNT; i++)
        print_spec(&specs[i]);
    puts("\nOrder with: curl localhost:8080/, or open that in a browser");
}

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
    const struct spec *spec = &specs[option - FIRST_SPEC];
    spec->apply(self, spec, value);
}

/* --listen, or else --host and --port, or else PORT in the environment, or else the default. */
static void decide_where_to_listen(struct parsing *self)
{
    struct options *options = &self->options;
    const char *other_flag = self->port ? "--port" : self->host ? "--host" : NULL;
    if (options->listen_count > 0 && other_flag)
        options_fail("--listen and %s do not go together: say all of it with --listen", other_flag);
    options->listen_flag = options->listen_count > 0 ? "--listen" : other_flag;
    if (options->listen_count > 0)
        return;
    const char *variable = getenv("PORT");
    uint16_t port = self->port ? parse_port("--port", self->port)
                    : variable ? parse_port("PORT in the environment", variable)
                               : 8080;
    add_address(options, join_address(self->host ? self->host : "127.0.0.1", port));
}

struct options options_parse(int argc, char **argv)
{
    struct parsing self = {
        .options =
            {
                .server = {.grace = 30, .idle_grace = 1},
                .time_scale = 1,
                .stall_limit = 0.1,
                .log_level = HOB_LOG_INFO,
            },
    };
    struct option long_options[SPEC_COUNT + 1];
    int option;
    make_long_options(long_options);
    opterr = 0; /* the messages are ours */
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1)
        apply(&self, option, optarg, argv);
    decide_where_to_listen(&self);

    if (optind < argc && strcmp(argv[optind], "healthcheck") == 0) {
        self.options.healthcheck = true;
        optind++;
    }
    if (optind < argc)
        options_fail("'%s' is neither an option nor a command", argv[optind]);
    return self.options;
}
