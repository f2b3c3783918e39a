#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: hob [OPTION...]              serve until SIGINT or SIGTERM\n"
    "       hob healthcheck [OPTION...]  ask the server on that host and port; exit 0 if it is\n"
    "                                    well, 1 if not\n"
    "\n"
    "  --host ADDRESS      IPv4 or IPv6 address to listen on (default 127.0.0.1)\n"
    "  --port PORT         0 to 65535; 0 picks a free one (default $PORT, or 8080)\n"
    "  --time-scale FACTOR cooking takes FACTOR times as long; 0.1 is ten times faster\n"
    "                      (default 1)\n"
    "  --grace SECONDS     how long orders in progress may take when the server stops\n"
    "                      (default 30)\n"
    "  --stall-limit SECONDS\n"
    "                      report an order that keeps the thread for longer; 0 is off\n"
    "                      (default 0.1)\n"
    "  --log-level LEVEL   error, warn, info or debug (default info)\n"
    "  --help              print this and exit\n"
    "  --version           print the version and exit\n"
    "\n"
    "Order with: curl localhost:8080/\n";

_Noreturn static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

_Noreturn static void fail(const char *format, ...)
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
        fail("--host: '%s' is not an IPv4 or IPv6 address", value);
    return value;
}

/* `source` is the option or variable that the value comes from. */
static uint16_t parse_port(const char *source, const char *value)
{
    char *end;
    unsigned long port = strtoul(value, &end, 10);
    /* strtoul() would take signs and spaces, and turn "-1" into a large number. */
    if (strspn(value, "0123456789") != strlen(value) || end == value || port > UINT16_MAX)
        fail("%s: '%s' is not a port, a number from 0 to 65535", source, value);
    return (uint16_t)port;
}

/* A number of at least 0 and at most `max`. */
static double parse_number(const char *source, const char *value, double max)
{
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end != '\0' || !(number >= 0 && number <= max))
        fail("%s: '%s' is not a number from 0 to %g", source, value, max);
    return number;
}

static hob_log_level parse_log_level(const char *value)
{
    hob_log_level level;
    if (!hob_log_level_from_name(value, &level))
        fail("--log-level: '%s' is not one of error, warn, info, debug", value);
    return level;
}

enum {
    OPT_HOST = 256,
    OPT_PORT,
    OPT_TIME_SCALE,
    OPT_GRACE,
    OPT_STALL_LIMIT,
    OPT_LOG_LEVEL,
    OPT_HELP,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"host", required_argument, NULL, OPT_HOST},
    {"port", required_argument, NULL, OPT_PORT},
    {"time-scale", required_argument, NULL, OPT_TIME_SCALE},
    {"grace", required_argument, NULL, OPT_GRACE},
    {"stall-limit", required_argument, NULL, OPT_STALL_LIMIT},
    {"log-level", required_argument, NULL, OPT_LOG_LEVEL},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

_Noreturn static void print_and_exit(const char *text)
{
    /* A full disk behind the standard output is no success. */
    exit(fputs(text, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* getopt_long() leaves in optopt which option it could not use, or 0 for a long one. */
_Noreturn static void fail_unknown(const char *argument)
{
    if (optopt >= OPT_HOST)
        fail("'%s': this option takes no value", argument);
    if (optopt > 0)
        fail("'-%c' is not an option", optopt);
    fail("'%s' is not an option, or could be several", argument);
}

static void apply(struct options *options, int option, const char *value, char **argv)
{
    switch (option) {
    case OPT_HOST:
        options->host = parse_host(value);
        break;
    case OPT_PORT:
        options->port = parse_port("--port", value);
        break;
    case OPT_TIME_SCALE:
        options->time_scale = parse_number("--time-scale", value, 1000000);
        break;
    case OPT_GRACE:
        options->grace = parse_number("--grace", value, 1000000);
        break;
    case OPT_STALL_LIMIT:
        options->stall_limit = parse_number("--stall-limit", value, 1000000);
        break;
    case OPT_LOG_LEVEL:
        options->log_level = parse_log_level(value);
        break;
    case OPT_HELP:
        print_and_exit(usage);
    case OPT_VERSION:
        print_and_exit("hob " HOB_VERSION "\n");
    case ':':
        fail("%s needs a value", argv[optind - 1]);
    default:
        fail_unknown(argv[optind - 1]);
    }
}

struct options options_parse(int argc, char **argv)
{
    struct options options = {
        .host = "127.0.0.1",
        .port = 8080,
        .time_scale = 1,
        .grace = 30,
        .stall_limit = 0.1,
        .log_level = HOB_LOG_INFO,
    };
    bool port_given = false;
    int option;
    opterr = 0; /* the messages are ours */
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        apply(&options, option, optarg, argv);
        port_given = port_given || option == OPT_PORT;
    }

    const char *port = getenv("PORT");
    if (port && !port_given)
        options.port = parse_port("PORT in the environment", port);
    if (optind < argc && strcmp(argv[optind], "healthcheck") == 0) {
        options.healthcheck = true;
        optind++;
    }
    if (optind < argc)
        fail("'%s' is neither an option nor a command", argv[optind]);
    return options;
}
