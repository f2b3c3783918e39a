/* Connecting in steps, for connections that lead through a proxy. */
#ifndef HOB_NET_CONNECT_H
#define HOB_NET_CONNECT_H

#include "hob/net.h"

/*
 * Begins TLS with the server at this address, to which the connection leads. Returns what
 * hob_connect() returns for TLS. The caller closes the connection, also after an error.
 */
int connect_tls(const char *address, const hob_connect_options *options, hob_conn *conn);

#endif
