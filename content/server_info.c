/* A server as handlers and observers see it: its settings, its counts and its observers. */
#include <errno.h>
#include <stdlib.h>

#include "server/server.h"

/*
 * Settings.
 */

bool hob_server_is_exposed(const hob_server *server)
{
    return server->exposed;
}

const hob_network *hob_server_trusted_proxies(const hob_server *server, size_t *count)
{
    *count = server->options.trusted_proxy_count;
    return server->options.trusted_proxies;
}

bool hob_server_trusts(const hob_server *server, const hob_address *address)
{
    const hob_server_options *options = &server->options;
    for (size_t i = 0; i < options->trusted_proxy_count; i++) {
        if (hob_network_has(&options->trusted_proxies[i], address))
            return true;
    }
    return false;
}

const char *const *hob_server_allowed_hosts(const hob_server *server, size_t *count)
{
    *count = server->options.allowed_host_count;
    return server->options.allowed_hosts;
}

const char *hob_server_url(const hob_server *server)
{
    return server->url;
}

/*
 * Counts.
 */

void hob_server_count(const hob_server *server, hob_server_counts *counts)
{
    *counts = server->counts;
    counts->connections = server->connection_count;
    counts->serving = server->serving_count;
}

const char *hob_reject_name(hob_reject reason)
{
    static const char *const names[HOB_REJECT_COUNT] = {
        [HOB_REJECT_CONNECTION_LIMIT] = "connection_limit",
        [HOB_REJECT_DESCRIPTORS] = "descriptors",
        [HOB_REJECT_MEMORY] = "memory",
        [HOB_REJECT_PROXY_HEADER] = "proxy_header",
        [HOB_REJECT_MALFORMED] = "malformed",
        [HOB_REJECT_UNSUPPORTED] = "unsupported",
        [HOB_REJECT_TARGET_LIMIT] = "target_limit",
        [HOB_REJECT_HEAD_LIMIT] = "head_limit",
        [HOB_REJECT_HEADER_LIMIT] = "header_limit",
        [HOB_REJECT_BODY_LIMIT] = "body_limit",
        [HOB_REJECT_HEAD_TIMEOUT] = "head_timeout",
        [HOB_REJECT_BODY_TIMEOUT] = "body_timeout",
        [HOB_REJECT_HANDLER_TIMEOUT] = "handler_timeout",
        [HOB_REJECT_WRITE_TIMEOUT] = "write_timeout",
        [HOB_REJECT_RAPID_RESET] = "rapid_reset",
        [HOB_REJECT_FLOOD] = "flood",
        [HOB_REJECT_HANDSHAKE] = "handshake",
    };
    return names[reason];
}

/*
 * Observers.
 */

int hob_server_observe(hob_server *server, hob_observer *observer, void *context)
{
    size_t size = (server->observer_count + 1) * sizeof(server->observers[0]);
    struct observer *larger = realloc(server->observers, size);
    if (!larger)
        return -ENOMEM;
    larger[server->observer_count++] = (struct observer){observer, context};
    server->observers = larger;
    return 0;
}
