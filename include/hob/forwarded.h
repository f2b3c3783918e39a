/*
 * hob/forwarded.h: the client of a request that a proxy has passed on.
 *
 * A proxy writes from where it has got a request into X-Forwarded-For, X-Forwarded-Proto and
 * X-Forwarded-Host, or into Forwarded (RFC 7239). Any client can write the same. So these headers
 * count only in requests of hob_server_options.trusted_proxies; else they are ignored.
 *
 * Each proxy appends an address to the list. The list is read from its end as long as the address
 * is that of a trusted proxy: the first other address is the client. A list that ends before, or
 * has "unknown" or another name there, leaves the last address that was found.
 *
 * If a request has both X-Forwarded-For and Forwarded, they must lead to the same address, or
 * neither counts: a proxy that appends to the one may pass on the other as a client has sent it.
 *
 * With hob_server_options.proxy_protocol, the peer is the client that the header of the PROXY
 * protocol names, and the list is read if that is a trusted proxy too.
 *
 * The functions are called in the coroutine of the request or by an observer.
 */
#ifndef HOB_FORWARDED_H
#define HOB_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes the address of the client as hob_request_peer() does, but without a port if the proxy has
 * sent none: "192.0.2.1", "[2001:db8::1]". Without a trusted proxy this is the peer. Returns 0, or
 * -ENOSPC if `size` bytes are not enough: HOB_PEER_SIZE always is.
 */
int hob_request_client(hob_request *req, char *text, size_t size);

/*
 * Returns the scheme of the URL that the client has used, "http" or "https": the parameter proto of
 * Forwarded, else the last value of X-Forwarded-Proto, else "https" if hob_request_tls() finds TLS.
 */
const char *hob_request_scheme(hob_request *req);

/*
 * Writes the host of that URL, with its port unless it is that of the scheme: the parameter host of
 * Forwarded, else the last value of X-Forwarded-Host, else the header Host. Returns 0, -ENOENT if
 * there is none, as HTTP/1.0 allows, or -ENOSPC if `size` bytes are not enough.
 */
int hob_request_host(hob_request *req, char *text, size_t size);

/* Returns whether the peer is one of hob_server_options.trusted_proxies. */
bool hob_request_is_forwarded(const hob_request *req);

#ifdef __cplusplus
}
#endif

#endif
