#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/address.h"
#include "option_table.h"

/* The program's own, for as long as it runs. */
static char addresses[LISTEN_MAX][ADDRESS_SIZE];

static bool is_ip_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

void apply_host(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    if (!is_ip_address(value))
        options_fail("%s: '%s' is not an IPv4 or IPv6 address", self->source, value);
}

void apply_port(struct parsing *self, const struct spec *spec, const char *value)
{
    size_t port;
    (void)spec;
    if (!options_parse_count(value, UINT16_MAX, &port))
        options_fail("%s: '%s' is not a port, a number from 0 to 65535", self->source, value);
}

static int parse_address(const char *text, size_t length, char *address)
{
    hob_address parsed;
    if (length >= ADDRESS_SIZE)
        return strncmp(text, "unix:", 5) == 0 ? -ENAMETOOLONG : -EINVAL;
    memcpy(address, text, length);
    address[length] = '\0';
    return hob_address_parse(address, &parsed);
}

void option_address(const struct parsing *self, const char *text, size_t length, char *address)
{
    int err = parse_address(text, length, address);
    if (err == -ENAMETOOLONG)
        options_fail(
            "%s: the path in '%.*s' is longer than 107 bytes", self->source, (int)length, text);
    if (err < 0)
        options_fail(
            "%s: '%.*s' is not like 127.0.0.1:8080, [::1]:8080 or unix:/PATH", self->source,
            (int)length, text);
}

static void add_address(struct parsing *self, const char *text, size_t length)
{
    struct options *options = &self->options;
    if (options->listen_count == LISTEN_MAX)
        options_fail(
            "%s: '%.*s' is one too many: there may be %d", self->source, (int)length, text,
            LISTEN_MAX);
    char *address = addresses[options->listen_count];
    option_address(self, text, length, address);
    options->listen[options->listen_count++] = address;
}

void apply_listen(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    option_split(self, value, add_address);
}

void apply_admin(struct parsing *self, const struct spec *spec, const char *value)
{
    static char address[ADDRESS_SIZE];
    (void)spec;
    option_address(self, value, strlen(value), address);
    self->options.admin = address;
}

/* As --listen would take them all at once. */
static const char *list_addresses(const struct options *options)
{
    static char text[LISTEN_MAX * ADDRESS_SIZE];
    option_join(options->listen, options->listen_count, text);
    return text;
}

/* The number is that of the port's text, which may have zeros in front. */
static void join_address(struct options *options, const char *host, const char *port)
{
    snprintf(
        addresses[0], ADDRESS_SIZE, strchr(host, ':') ? "[%s]:%lu" : "%s:%lu", host,
        strtoul(port, NULL, 10));
    options->listen[0] = addresses[0];
    options->listen_count = 1;
}

/* The way in which many hosting platforms say it. */
static void consider_variable_port(struct parsing *self, struct setting *port)
{
    const char *value = options_variable("PORT");
    if (port->source != BY_DEFAULT || !value)
        return;
    snprintf(self->source, sizeof(self->source), "PORT in the environment");
    apply_port(self, NULL, value);
    *port = (struct setting){value, BY_ENVIRONMENT};
}

_Noreturn static void fail_contradiction(enum option_source source, bool port)
{
    if (source == BY_FLAG)
        options_fail(
            "--listen and %s do not go together: say all of it with --listen",
            port ? "--port" : "--host");
    options_fail(
        "HOB_LISTEN and %s in the environment do not go together: say all of it with HOB_LISTEN",
        port ? "HOB_PORT" : "HOB_HOST");
}

void decide_where_to_listen(struct parsing *self)
{
    struct options *options = &self->options;
    struct setting *listen = option_setting(self, "listen");
    struct setting *host = option_setting(self, "host");
    struct setting *port = option_setting(self, "port");
    enum option_source parts = host->source > port->source ? host->source : port->source;
    if (listen->source == parts && parts != BY_DEFAULT)
        fail_contradiction(parts, port->source == parts);
    if (listen->source > parts) {
        options->listen_flag = listen->source == BY_FLAG ? "--listen" : NULL;
        *host = *port = (struct setting){"", NOT_USED};
        listen->text = list_addresses(options);
        return;
    }
    if (parts == BY_FLAG)
        options->listen_flag = port->source == BY_FLAG ? "--port" : "--host";
    consider_variable_port(self, port);
    join_address(options, host->text, port->text);
    if (listen->source != BY_DEFAULT)
        *listen = (struct setting){"", NOT_USED};
}
