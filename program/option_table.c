#include "option_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/address.h"

/*
 * Values that are a single field, at the row's offset.
 */

static void *field_of(const struct parsing *self, const struct option_spec *spec)
{
    return (char *)self->options + spec->offset;
}

/* A number of at least `min`. */
static double parse_number(const struct parsing *self, const char *value, double min)
{
    char *end;
    double number = strtod(value, &end);
    if (end == value || *end != '\0' || !(number >= min && number <= NUMBER_MAX))
        options_fail(
            "%s: '%s' is not a number from %g to %d", self->source, value, min, NUMBER_MAX);
    return number;
}

static void apply_number(struct parsing *self, const struct option_spec *spec, const char *value)
{
    *(double *)field_of(self, spec) = parse_number(self, value, 0);
}

/* Not 0: a server with no time for its clients would serve none. */
static void apply_timeout(struct parsing *self, const struct option_spec *spec, const char *value)
{
    *(double *)field_of(self, spec) = parse_number(self, value, 0.001);
}

/* Of counts, bytes and whole seconds. A higher limit would be none. */
#define LIMIT_MAX 1000000000

static size_t parse_whole(const struct parsing *self, const char *value, size_t min)
{
    size_t number;
    if (!options_parse_count(value, LIMIT_MAX, &number) || number < min)
        options_fail(
            "%s: '%s' is not a whole number from %zu to %d", self->source, value, min, LIMIT_MAX);
    return number;
}

static void apply_limit(struct parsing *self, const struct option_spec *spec, const char *value)
{
    *(size_t *)field_of(self, spec) = parse_whole(self, value, 1);
}

static void apply_whole(struct parsing *self, const struct option_spec *spec, const char *value)
{
    *(size_t *)field_of(self, spec) = parse_whole(self, value, 0);
}

static void apply_switch(struct parsing *self, const struct option_spec *spec, const char *value)
{
    bool on = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    if (!on && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)
        options_fail("%s: '%s' is not one of true, false, 1, 0", self->source, value);
    *(bool *)field_of(self, spec) = on;
}

static void apply_log_level(struct parsing *self, const struct option_spec *spec, const char *value)
{
    if (!hob_log_level_from_name(value, field_of(self, spec)))
        options_fail("%s: '%s' is not one of error, warn, info, debug", self->source, value);
}

/* Processors that this process may use: see taskset(1) and docker run --cpuset-cpus. */
static size_t count_processors(const struct parsing *self)
{
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof(processors), &processors) < 0)
        options_fail("%s: cannot count the processors: %s", self->source, strerror(errno));
    return (size_t)CPU_COUNT(&processors);
}

static void apply_workers(struct parsing *self, const struct option_spec *spec, const char *value)
{
    size_t *workers = field_of(self, spec);
    if (strcmp(value, "auto") == 0)
        *workers = count_processors(self);
    else if (!options_parse_count(value, WORKERS_MAX, workers) || *workers == 0)
        options_fail(
            "%s: '%s' is neither a number from 1 to %d nor auto", self->source, value, WORKERS_MAX);
}

/*
 * The access log.
 */

static void
apply_access_log(struct parsing *self, const struct option_spec *spec, const char *value)
{
    struct options *options = self->options;
    (void)spec;
    options->access_log = strcmp(value, "off") != 0;
    if (options->access_log && !hob_access_log_format_from_name(value, &options->access_log_format))
        options_fail("%s: '%s' is not one of combined, json, logfmt, off", self->source, value);
}

static void
apply_access_log_file(struct parsing *self, const struct option_spec *spec, const char *value)
{
    (void)spec;
    if (!*value)
        options_fail("%s: '%s' is neither the path of a file nor '-'", self->source, value);
    self->options->access_log_file = strcmp(value, "-") == 0 ? NULL : value;
}

/*
 * Addresses and hosts.
 */

char *option_copy(const char *text, size_t length)
{
    char *copied = strndup(text, length);
    if (!copied)
        options_fail("there is no memory for the options");
    return copied;
}

/* Adds a value to a list of at most `max` words. Returns the copy in the list. */
static const char *add_word(
    const struct parsing *self, char **list, size_t *count, size_t max, const char *text,
    size_t length)
{
    if (*count == max)
        options_fail(
            "%s: '%.*s' is one too many: there may be %zu", self->source, (int)length, text, max);
    list[*count] = option_copy(text, length);
    return list[(*count)++];
}

bool option_next_value(const char **text, const char **value, size_t *length)
{
    if (!*text)
        return false;
    *value = *text;
    *length = strcspn(*text, ",");
    *text = (*value)[*length] == ',' ? *value + *length + 1 : NULL;
    return true;
}

static void apply_host(struct parsing *self, const struct option_spec *spec, const char *value)
{
    unsigned char address[sizeof(struct in6_addr)];
    (void)spec;
    if (inet_pton(AF_INET, value, address) != 1 && inet_pton(AF_INET6, value, address) != 1)
        options_fail("%s: '%s' is not an IPv4 or IPv6 address", self->source, value);
}

void apply_port(struct parsing *self, const struct option_spec *spec, const char *value)
{
    size_t port;
    (void)spec;
    if (!options_parse_count(value, UINT16_MAX, &port))
        options_fail("%s: '%s' is not a port, a number from 0 to 65535", self->source, value);
}

static void check_address(const struct parsing *self, const char *address)
{
    hob_address parsed;
    int err = hob_address_parse(options_skip_scheme(address), &parsed);
    if (err == -ENAMETOOLONG)
        options_fail("%s: the path in '%s' is longer than 107 bytes", self->source, address);
    if (err < 0)
        options_fail(
            "%s: '%s' is not like 127.0.0.1:8080, [::1]:8080 or unix:/PATH", self->source, address);
}

static void apply_listen(struct parsing *self, const struct option_spec *spec, const char *value)
{
    struct options *options = self->options;
    const char *address;
    size_t length;
    (void)spec;
    while (option_next_value(&value, &address, &length))
        check_address(
            self,
            add_word(self, options->listen, &options->listen_count, LISTEN_MAX, address, length));
}

static void apply_admin(struct parsing *self, const struct option_spec *spec, const char *value)
{
    (void)spec;
    check_address(self, value);
    free(self->options->admin);
    self->options->admin = option_copy(value, strlen(value));
}

/* Not a URL, and without a port: names are compared without it. */
static bool is_host_name(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    static const char ipv6[] = "0123456789abcdefABCDEF:.";
    enum { LONGEST = 253 }; /* RFC 1035 section 2.3.4 */
    if (strlen(name) > LONGEST)
        return false;
    if (*name != '[')
        return *name && name[strspn(name, plain)] == '\0';
    return strcmp(name + 1 + strspn(name + 1, ipv6), "]") == 0;
}

static void
apply_allow_host(struct parsing *self, const struct option_spec *spec, const char *value)
{
    struct options *options = self->options;
    const char *host;
    size_t length;
    (void)spec;
    options->server.allowed_hosts = (const char *const *)options->allowed_hosts;
    while (option_next_value(&value, &host, &length)) {
        const char *name = add_word(
            self, options->allowed_hosts, &options->server.allowed_host_count, HOSTS_MAX, host,
            length);
        if (!is_host_name(name))
            options_fail("%s: '%s' is not the name of a host, without a port", self->source, name);
    }
}

static void add_network(struct parsing *self, const char *text, size_t length)
{
    struct options *options = self->options;
    size_t *count = &options->server.trusted_proxy_count;
    char network[64];
    int size = snprintf(network, sizeof(network), "%.*s", (int)length, text);
    if (*count == PROXIES_MAX)
        options_fail(
            "%s: '%s' is one too many: there may be %d", self->source, network, PROXIES_MAX);
    int err = size < (int)sizeof(network)
                  ? hob_network_parse(network, &options->trusted_proxies[*count])
                  : -EINVAL;
    if (err == -ERANGE)
        options_fail(
            "%s: '%.*s' is not a network: its address has bits beyond the prefix", self->source,
            (int)length, text);
    if (err < 0)
        options_fail(
            "%s: '%.*s' is not like 192.0.2.1, 10.0.0.0/8, 2001:db8::/32 or unix:", self->source,
            (int)length, text);
    (*count)++;
}

static void
apply_trusted_proxies(struct parsing *self, const struct option_spec *spec, const char *value)
{
    const char *network;
    size_t length;
    (void)spec;
    self->options->server.trusted_proxies = self->options->trusted_proxies;
    while (option_next_value(&value, &network, &length))
        add_network(self, network, length);
}

/*
 * Files.
 */

static void check_path(const struct parsing *self, const char *path)
{
    if (!*path)
        options_fail("%s: '' is not the path of a file", self->source);
}

static void apply_file(struct parsing *self, const struct option_spec *spec, const char *value)
{
    check_path(self, value);
    *(const char **)field_of(self, spec) = value;
}

static void apply_files(struct parsing *self, const struct option_spec *spec, const char *value)
{
    struct file_list *list = field_of(self, spec);
    const char *path;
    size_t length;
    while (option_next_value(&value, &path, &length))
        check_path(self, add_word(self, list->paths, &list->count, CERTIFICATES_MAX, path, length));
}

/*
 * The table.
 */

#define SETS(field) offsetof(struct options, field)

/* The server has the same defaults, for other programs: see server/server.c. */
static const struct option_spec table[] = {
    {"host", "ADDRESS", "127.0.0.1", "IPv4 or IPv6 address to listen on", apply_host},
    {"port", "PORT", "8080",
     "0 to 65535; 0 picks a free port; $PORT counts if no option or variable names an address",
     apply_port},
    {"listen", "ADDRESS", NULL,
     "address to listen on instead of --host and --port: 127.0.0.1:8080, [::1]:8080 or unix:/PATH; "
     "https:// or http:// in front says whether it is for https, as all are by default if there is "
     "a certificate; several are separated by commas; may be repeated",
     apply_listen, .is_list = true},
    {"admin", "ADDRESS", NULL,
     "serve /metrics, /healthz, /readyz and /trace.json at this address only; written as for "
     "--listen",
     apply_admin},
    {"allow-host", "NAME", NULL,
     "on loopback addresses, also answer requests for this host, such as a name that a proxy "
     "passes on; several are separated by commas; may be repeated",
     apply_allow_host, .is_list = true},
    {"trusted-proxies", "NETWORK", NULL,
     "believe X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and Forwarded of these peers: "
     "10.0.0.0/8, 2001:db8::/32, one address, or unix: for unix sockets; several are separated by "
     "commas; may be repeated",
     apply_trusted_proxies, .is_list = true},
    {"proxy-protocol", NULL, "false",
     "each connection begins with the header of the PROXY protocol, version 1 or 2, and comes from "
     "one of --trusted-proxies; not at the address of --admin",
     apply_switch, SETS(server.proxy_protocol)},
    {"tls-certificate", "FILE", NULL,
     "serve https with the certificate in this PEM file, which has its intermediate ones behind "
     "it; of several, clients get the one for the name of the host, or the first; they are "
     "separated by commas; may be repeated",
     apply_files, SETS(tls.certificates), .is_list = true},
    {"tls-key", "FILE", NULL,
     "PEM file with the private key of the certificate at the same place; by default the file of "
     "the certificate",
     apply_files, SETS(tls.keys), .is_list = true},
    {"tls-ocsp", "FILE", NULL,
     "DER file with an OCSP response about the certificate at the same place, for its clients",
     apply_files, SETS(tls.ocsp), .is_list = true},
    {"tls-client-ca", "FILE", NULL,
     "serve over https only clients that have a certificate by one of those in this PEM file",
     apply_file, SETS(tls.client_ca)},
    {"tls-self-signed", NULL, "false",
     "serve https with a certificate for localhost that is made at the start, for development",
     apply_switch, SETS(tls.self_signed)},
    {"redirect-to-https", NULL, "false",
     "redirect requests at addresses with http:// to the first one for https", apply_switch,
     SETS(tls.redirect)},
    {"hsts", "SECONDS", "0",
     "let browsers that came by https use nothing else at this host for so long "
     "(Strict-Transport-Security); 0 is off",
     apply_whole, SETS(tls.hsts)},
    {"upstream", "NAME=URL", NULL,
     "another hob, which GET /delivery/{dish}?from=NAME orders from, at http://HOST:PORT, an https "
     "URL or unix:/PATH; several are separated by commas; may be repeated",
     apply_upstream, .is_list = true},
    {"upstream-ca", "FILE", NULL,
     "trust https URLs of --upstream by the certificates in this PEM file, instead of those of the "
     "system",
     apply_file, SETS(upstream_ca)},
    {"workers", "COUNT", "1",
     "processes that serve, each with one thread; auto is one for each processor", apply_workers,
     SETS(workers)},
    {"time-scale", "FACTOR", "1", "cooking takes FACTOR times as long; 0.1 is ten times faster",
     apply_number, SETS(time_scale)},
    {"grace", "SECONDS", "30", "time limit for requests in progress when the server stops",
     apply_number, SETS(server.grace)},
    {"drain-delay", "SECONDS", "0",
     "how long a stopping server serves as before, while /readyz reports to load balancers that it "
     "stops",
     apply_number, SETS(server.drain_delay)},
    {"idle-grace", "SECONDS", "1",
     "how long an idle connection may still send its next request when the server stops",
     apply_number, SETS(server.idle_grace)},
    {"connection-limit", "COUNT", "16384",
     "maximum number of clients served at the same time, idle ones included; further clients get "
     "503; lower if ulimit -n is too low for it",
     apply_limit, SETS(server.connection_limit)},
    {"head-timeout", "SECONDS", "10",
     "time limit for the head of a request, from the connection or its first byte on",
     apply_timeout, SETS(server.head_timeout)},
    {"body-timeout", "SECONDS", "15", "time limit for each read of a request's body", apply_timeout,
     SETS(server.body_timeout)},
    {"handler-timeout", "SECONDS", "30",
     "time limit for a handler; the default grows with a FACTOR above 1", apply_timeout,
     SETS(server.handler_timeout)},
    {"write-timeout", "SECONDS", "20", "time limit until a client receives a part of its response",
     apply_timeout, SETS(server.write_timeout)},
    {"idle-timeout", "SECONDS", "75", "how long a connection may be idle between two requests",
     apply_timeout, SETS(server.idle_timeout)},
    {"linger-timeout", "SECONDS", "2",
     "how long a client may continue to send after the last response", apply_timeout,
     SETS(server.linger_timeout)},
    {"target-limit", "BYTES", "8192", "maximum size of a request's target", apply_limit,
     SETS(server.target_limit)},
    {"head-limit", "BYTES", "16384", "maximum size of a request's line and headers", apply_limit,
     SETS(server.head_limit)},
    {"header-limit", "COUNT", "100", "maximum number of a request's headers", apply_limit,
     SETS(server.header_limit)},
    {"body-limit", "BYTES", "1048576", "maximum size of a request's body", apply_limit,
     SETS(server.body_limit)},
    {"pipeline-limit", "BYTES", "65536",
     "maximum size of pipelined requests that wait while one is answered", apply_limit,
     SETS(server.pipeline_limit)},
    {"stall-limit", "SECONDS", "0.1", "log what blocks the thread for longer; 0 is off",
     apply_number, SETS(stall_limit)},
    {"log-level", "LEVEL", "info", "least severe level to log: error, warn, info or debug",
     apply_log_level, SETS(log_level), .choices = "error warn info debug"},
    {"access-log", "FORMAT", "off",
     "format of a log with a line for each request: combined, json, logfmt or off",
     apply_access_log, .choices = "combined json logfmt off"},
    {"access-log-file", "PATH", "-",
     "file of the access log; - is standard output; SIGHUP reopens it", apply_access_log_file},
    {"demo", NULL, "false",
     "let the kitchen page order dishes that block the thread for seconds, as a demonstration",
     apply_switch, SETS(demo)},
    {"print-config", NULL, NULL, "print each option with its value and its source, and exit",
     apply_print_config, .is_command = true},
    {"help", NULL, NULL, "print this text and exit", apply_help, .is_command = true},
    {"version", NULL, NULL, "print the version and exit", apply_version, .is_command = true},
};

#define OPTION_COUNT (sizeof(table) / sizeof(table[0]))
_Static_assert(OPTION_COUNT <= OPTIONS_MAX, "all options have room");

const struct option_spec *option_table(size_t *count)
{
    *count = OPTION_COUNT;
    return table;
}

/*
 * --help
 */

#define HELP_COLUMN 28
#define HELP_WIDTH  80

/* Fills lines with the words of the text. The first line has been written up to `column`. */
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

static void print_option(const struct option_spec *spec)
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

void option_print_help(void)
{
    puts("Usage: hob [OPTION...]              serve until SIGINT or SIGTERM; SIGUSR2 restarts\n"
         "                                    without losing a request\n"
         "       hob healthcheck [OPTION...]  ask the server at the same address for its health;\n"
         "                                    exit with 0 if it is well, otherwise with 1\n");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        print_option(&table[i]);
    puts("\nEach option can also be set by a variable of the environment: HOB_TIME_SCALE=0.1 is\n"
         "--time-scale 0.1. The option wins over the variable.\n"
         "\n"
         "Order with: curl localhost:8080/, or open that in a browser");
}

/*
 * --print-config
 */

/* Shells, systemd and Docker give no special meaning to these characters. */
static bool needs_no_quotes(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+.,:/@%[]";
    return text[strspn(text, plain)] == '\0';
}

/* For a shell and for systemd's EnvironmentFile=: see systemd.exec(5). */
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

static void print_setting(const struct option_spec *spec, const struct setting *setting)
{
    static const char *const sources[] = {
        [FROM_DEFAULT] = "default",
        [FROM_ENVIRONMENT] = "environment",
        [FROM_FLAG] = "flag",
        [NOT_USED] = "not used",
    };
    char variable[VARIABLE_SIZE];
    option_variable(spec, variable);
    /* systemd and Docker take a comment at the end of a line for a part of the value. */
    printf("# %s\n%s=", sources[setting->source], variable);
    if (needs_no_quotes(setting->text))
        fputs(setting->text, stdout);
    else
        print_quoted(setting->text);
    putchar('\n');
}

void option_print_config(const struct setting *settings)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (!table[i].is_command)
            print_setting(&table[i], &settings[i]);
    }
}
