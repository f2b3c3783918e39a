/*
 * The header of the PROXY protocol, versions 1 and 2
 * (haproxy.org/download/3.0/doc/proxy-protocol.txt): the first bytes of a connection that a proxy
 * has made, with the address of its own client.
 */
#ifndef HOB_NET_PROXY_HEADER_H
#define HOB_NET_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "peer.h"

/* Bytes of a header. Longer ones, which can only have more extensions (TLVs), are refused. */
enum { PROXY_HEADER_MAX = 4096 };

/*
 * Parses the header at the beginning of the bytes. Returns its length, 0 if its end is missing, or
 * -EPROTO if there is no header or one that breaks a rule. Once it has returned -EPROTO, it does so
 * with any more bytes behind these.
 *
 * With the result above 0, sets *peer to the source address. Leaves *peer as it is if the header
 * has none: the proxy has connected for itself (LOCAL), or does not know the address (UNKNOWN).
 * Sets *tls if the client has connected to the proxy by TLS (PP2_TYPE_SSL, section 2.2.6).
 */
int proxy_header_parse(const char *bytes, size_t size, union peer *peer, bool *tls);

#endif
