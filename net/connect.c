#include "connect.h"

#include <errno.h>
#include <string.h>

#include "address.h"
#include "conn.h"
#include "dial.h"
#include "error.h"
#include "lookup.h"
#include "names.h"
#include "query.h"
#include "tcp.h"

/* Seconds. */
#define DEFAULT_TIMEOUT 10

struct host {
    hob_resolver *resolver;
    struct host_port split;
};

static int look_up(const void *arg, size_t query, hob_address *addresses)
{
    const struct host *self = arg;
    int count = names_look_up(self->resolver, self->split.host, query, addresses);
    for (int i = 0; i < count; i++)
        address_set_port(&addresses[i], self->split.port);
    return count;
}

/* Returns a descriptor. */
static int dial_host(const struct host *host, hob_address *connected, hob_error *error)
{
    int results[QUERIES_MAX];
    const struct dial_source source = {
        .queries = query_families.count, .arg = host, .look_up = look_up};
    int fd = dial(&source, results, connected, error);
    if (fd < 0 && results[0] < 0 && results[source.queries - 1] < 0)
        return lookup_error(host->split.host, results, error);
    for (size_t i = 0; fd < 0 && i < source.queries; i++)
        if (results[i] == -EREMOTEIO)
            error_append(
                error, "; looking up %s: %s", i == 0 ? "IPv6" : "IPv4", lookup_reason(results[i]));
    return fd;
}

/* Connects to an address or a name. Returns a descriptor. */
static int
dial_text(const char *address, const hob_connect_options *options, hob_address *connected)
{
    struct host host = {.resolver = options->resolver};
    int err = hob_address_parse(address, connected);
    bool is_name = err == -EINVAL && host_port_parse(address, &host.split) == 0 &&
                   !host.split.brackets && host_name_is_valid(host.split.host);
    error_set(options->error, "connecting to %s: ", address);
    if (err == 0)
        return dial_address(connected, options->error);
    if (is_name)
        return dial_host(&host, connected, options->error);
    error_append(options->error, "this is no address");
    return err;
}

/* The family alone of a unix socket. */
static union peer peer_of(const hob_address *address)
{
    union peer peer = {.any.sa_family = address->any.sa_family};
    if (address->any.sa_family != AF_UNIX)
        memcpy(&peer, &address->any, address->length);
    return peer;
}

static int connect_plain(const char *address, const hob_connect_options *options, hob_conn **conn)
{
    hob_address connected;
    int fd = dial_text(address, options, &connected);
    if (fd < 0)
        return fd;
    if (connected.any.sa_family != AF_UNIX)
        tcp_set_options(fd);
    const union peer peer = peer_of(&connected);
    *conn = conn_new(fd, &peer, address);
    if (!*conn)
        error_append(options->error, "%s", strerror(ENOMEM));
    return *conn ? 0 : -ENOMEM;
}

/*
 * Finds the name that the certificate must have: that of the options, or else the host of the
 * address, which ends with no dot in certificates. Returns 0 or -EINVAL.
 */
static int
find_server_name(const char *address, const hob_connect_options *options, char name[HOST_SIZE])
{
    struct host_port split;
    hob_address numeric;
    const char *wanted = options->server_name;
    if (!wanted && host_port_parse(address, &split) == 0 && strncmp(address, "unix:", 5) != 0)
        wanted = split.host;
    if (!wanted || !(host_parse_numeric(wanted, &numeric) || host_name_is_valid(wanted))) {
        error_set(
            options->error, "connecting to %s: '%s' is no server name for TLS", address,
            wanted ? wanted : "");
        return -EINVAL;
    }
    size_t length = strlen(wanted);
    memcpy(name, wanted, length + 1);
    if (name[length - 1] == '.')
        name[length - 1] = '\0';
    return 0;
}

/* Each is sent as its length and its name, after the length of all (RFC 7301 section 3.1). */
static bool are_protocols(const char *const *names)
{
    size_t size = 0;
    for (; names && *names; names++) {
        size_t length = strlen(*names);
        size += length + 1;
        if (length == 0 || size > ALPN_MAX)
            return false;
    }
    return true;
}

/* Checks what can be wrong before anything is sent. */
static int
check(const char *address, const hob_connect_options *options, char server_name[HOST_SIZE])
{
    if (!(options->timeout >= 0)) {
        error_set(options->error, "connecting to %s: the time-out is not a time", address);
        return -EINVAL;
    }
    if (options->tls && !are_protocols(options->alpn)) {
        error_set(
            options->error, "connecting to %s: a protocol for ALPN is empty, or they are too long",
            address);
        return -EINVAL;
    }
    return options->tls ? find_server_name(address, options, server_name) : 0;
}

static int
start_tls(const char *address, const char *name, const hob_connect_options *options, hob_conn *conn)
{
    const struct tls_peer peer = {.address = address, .name = name, .alpn = options->alpn};
    int err = conn_start_tls(conn, options->tls, &peer);
    if (err < 0)
        hob_conn_error(conn, options->error);
    return err;
}

int connect_tls(const char *address, const hob_connect_options *options, hob_conn *conn)
{
    char name[HOST_SIZE];
    int err = find_server_name(address, options, name);
    return err == 0 ? start_tls(address, name, options, conn) : err;
}

static int connect_to(const char *address, const hob_connect_options *options, hob_conn **conn)
{
    char name[HOST_SIZE];
    int err = check(address, options, name);
    if (err == 0)
        err = connect_plain(address, options, conn);
    return err == 0 && options->tls ? start_tls(address, name, options, *conn) : err;
}

int hob_connect(const char *address, const hob_connect_options *options, hob_conn **conn)
{
    static const hob_connect_options defaults = {.timeout = 0};
    if (!options)
        options = &defaults;
    *conn = NULL;
    error_set(options->error, "%s", "");
    double before = hob_deadline(options->timeout != 0 ? options->timeout : DEFAULT_TIMEOUT);
    int err = connect_to(address, options, conn);
    hob_deadline_at(before);
    if (err < 0) {
        hob_conn_close(*conn);
        *conn = NULL;
    } else {
        error_set(options->error, "%s", "");
    }
    return err;
}
