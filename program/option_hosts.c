#include <stdbool.h>
#include <string.h>

#include "option_table.h"

/* Room for any name: one has 253 characters at most (RFC 1035 section 2.3.4). */
#define HOST_SIZE 256

/* The program's own, for as long as it runs. */
static char names[HOSTS_MAX][HOST_SIZE];
static const char *hosts[HOSTS_MAX];

/* Not a URL, and without a port, which no name is compared with. */
static bool is_host_name(const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    static const char ipv6[] = "0123456789abcdefABCDEF:.";
    if (*name != '[')
        return *name && name[strspn(name, plain)] == '\0';
    return strcmp(name + 1 + strspn(name + 1, ipv6), "]") == 0;
}

static void add_host(struct parsing *self, const char *text, size_t length)
{
    hob_server_options *server = &self->options.server;
    size_t count = server->allowed_host_count;
    if (count == HOSTS_MAX)
        options_fail(
            "%s: '%.*s' is one too many: there may be %d", self->source, (int)length, text,
            HOSTS_MAX);
    char *name = names[count];
    bool fits = length < HOST_SIZE;
    if (fits)
        *(char *)mempcpy(name, text, length) = '\0';
    if (!fits || !is_host_name(name))
        options_fail(
            "%s: '%.*s' is not the name of a host, without a port", self->source, (int)length,
            text);
    hosts[count] = name;
    server->allowed_hosts = hosts;
    server->allowed_host_count = count + 1;
}

void apply_allow_host(struct parsing *self, const struct spec *spec, const char *value)
{
    (void)spec;
    option_split(self, value, add_host);
}

void list_allowed_hosts(struct parsing *self)
{
    static char text[HOSTS_MAX * HOST_SIZE];
    const hob_server_options *server = &self->options.server;
    option_join(server->allowed_hosts, server->allowed_host_count, text);
    option_setting(self, "allow-host")->text = text;
}
