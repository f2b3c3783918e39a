#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_local(const char *path, hob_address *address)
{
    struct sockaddr_un *local = &address->local;
    size_t length = strlen(path);
    if (path[0] != '/')
        return -EINVAL;
    if (length >= sizeof(local->sun_path))
        return -ENAMETOOLONG;
    local->sun_family = AF_UNIX;
    memcpy(local->sun_path, path, length + 1);
    address->length = sizeof(*local);
    return 0;
}

/* Only digits: strtoul() would accept signs and spaces as well. */
static bool parse_port(const char *text, in_port_t *port)
{
    size_t length = strlen(text);
    if (length < 1 || length > 5 || strspn(text, "0123456789") != length)
        return false;
    unsigned long number = strtoul(text, NULL, 10);
    *port = htons((uint16_t)number);
    return number <= UINT16_MAX;
}

static int parse_ipv4(const char *host, in_port_t port, hob_address *address)
{
    address->ipv4.sin_family = AF_INET;
    address->ipv4.sin_port = port;
    address->length = sizeof(address->ipv4);
    return inet_pton(AF_INET, host, &address->ipv4.sin_addr) == 1 ? 0 : -EINVAL;
}

static int parse_ipv6(const char *host, in_port_t port, hob_address *address)
{
    address->ipv6.sin6_family = AF_INET6;
    address->ipv6.sin6_port = port;
    address->length = sizeof(address->ipv6);
    return inet_pton(AF_INET6, host, &address->ipv6.sin6_addr) == 1 ? 0 : -EINVAL;
}

int host_port_parse(const char *text, struct host_port *self)
{
    const char *colon = strrchr(text, ':');
    if (!colon || !parse_port(colon + 1, &self->port))
        return -EINVAL;
    self->brackets = text[0] == '[' && colon[-1] == ']';
    const char *begin = self->brackets ? text + 1 : text;
    const char *end = self->brackets ? colon - 1 : colon;
    if (end < begin || (size_t)(end - begin) >= sizeof(self->host))
        return -EINVAL;
    memcpy(self->host, begin, (size_t)(end - begin));
    self->host[end - begin] = '\0';
    return 0;
}

int hob_address_parse(const char *text, hob_address *address)
{
    static const char local[] = "unix:";
    struct host_port split;
    memset(address, 0, sizeof(*address));
    if (strncmp(text, local, strlen(local)) == 0)
        return parse_local(text + strlen(local), address);
    int err = host_port_parse(text, &split);
    if (err < 0)
        return err;
    return split.brackets ? parse_ipv6(split.host, split.port, address)
                          : parse_ipv4(split.host, split.port, address);
}

bool host_parse_numeric(const char *host, hob_address *address)
{
    memset(address, 0, sizeof(*address));
    return parse_ipv4(host, 0, address) == 0 || parse_ipv6(host, 0, address) == 0;
}

/* RFC 1123 section 2.1. Underscores are not allowed, but in use. */
static bool is_label(const char *label, size_t length)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    return length > 0 && length <= 63 && strspn(label, characters) >= length;
}

bool host_name_is_valid(const char *name)
{
    const char *label = name;
    if (strlen(name) > 253)
        return false;
    for (;;) {
        size_t length = strcspn(label, ".");
        if (!is_label(label, length))
            return false;
        bool last = label[length] == '\0' || label[length + 1] == '\0';
        if (last)
            return strspn(label, "0123456789") < length; /* "127.1" is no name */
        label += length + 1;
    }
}

void address_set_port(hob_address *self, in_port_t port)
{
    if (self->any.sa_family == AF_INET6)
        self->ipv6.sin6_port = port;
    else
        self->ipv4.sin_port = port;
}

/* An abstract socket has no file: its name begins with a NUL and ends with the address. */
static int local_url(const hob_address *address, char *url, size_t size)
{
    const char *path = address->local.sun_path;
    size_t length = address->length - offsetof(struct sockaddr_un, sun_path);
    if (length == 0)
        return -EINVAL; /* it is not bound */
    if (path[0] == '\0')
        snprintf(url, size, "unix:@%.*s", (int)(length - 1), path + 1);
    else
        snprintf(url, size, "unix:%.*s", (int)length, path);
    return 0;
}

static int ip_url(const hob_address *address, const char *scheme, char *url, size_t size)
{
    char host[INET6_ADDRSTRLEN];
    bool ipv6 = address->any.sa_family == AF_INET6;
    const void *bytes =
        ipv6 ? (const void *)&address->ipv6.sin6_addr : (const void *)&address->ipv4.sin_addr;
    inet_ntop(address->any.sa_family, bytes, host, sizeof(host));
    unsigned port = ntohs(ipv6 ? address->ipv6.sin6_port : address->ipv4.sin_port);
    snprintf(url, size, ipv6 ? "%s://[%s]:%u/" : "%s://%s:%u/", scheme, host, port);
    return 0;
}

int address_url(const hob_address *address, const char *scheme, char *url, size_t size)
{
    switch (address->any.sa_family) {
    case AF_INET:
    case AF_INET6:
        return ip_url(address, scheme, url, size);
    case AF_UNIX:
        return local_url(address, url, size);
    default:
        return -EINVAL;
    }
}

static bool is_loopback_ipv6(const struct in6_addr *host)
{
    bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(host);
    return is_ipv4 ? host->s6_addr[12] == IN_LOOPBACKNET : IN6_IS_ADDR_LOOPBACK(host);
}

bool hob_address_is_loopback(const hob_address *address)
{
    switch (address->any.sa_family) {
    case AF_INET:
        return ntohl(address->ipv4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    case AF_INET6:
        return is_loopback_ipv6(&address->ipv6.sin6_addr);
    default:
        return false;
    }
}
