/* Tunnels through a proxy (RFC 9110 section 9.3.6). */
#ifndef HOB_CLIENT_TUNNEL_H
#define HOB_CLIENT_TUNNEL_H

#include "hob/net.h"
#include "proxy.h"

/*
 * Connects to "host:port" as hob_connect() does, but through a proxy, which looks up the host. TLS
 * is between this program and the host. Returns what hob_connect() returns, -ECONNREFUSED if the
 * proxy answers with an error, or -EPROTO if it breaks a rule of HTTP: the text names the proxy.
 */
int tunnel_connect(
    const struct proxy *proxy, const char *address, const hob_connect_options *options,
    hob_conn **conn);

#endif
