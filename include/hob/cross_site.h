/*
 * hob/cross_site.h: refuses requests that a page of another site makes through a user's browser.
 *
 * A browser sends requests for any page that is open in it, with the user's cookies and from the
 * user's machine. A page of another site cannot read the response, but the server has carried out
 * its request (cross-site request forgery). A page whose own name resolves to 127.0.0.1 for a
 * moment (DNS rebinding) can also read the response.
 */
#ifndef HOB_CROSS_SITE_H
#define HOB_CROSS_SITE_H

#include <stdbool.h>

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Refuses, with status 403, a request that a browser may have sent for a page of another site. For
 * handlers that change something, or that return private data:
 *
 *     static int cancel_order(hob_request *req, hob_response *res)
 *     {
 *         if (hob_refuse_cross_site(req, res))
 *             return 0;
 *         ...
 *
 * It checks two things:
 *
 *  - Methods other than GET, HEAD, OPTIONS and TRACE (RFC 9110 section 9.2.1) need the header
 *    Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) with the value "same-origin" or "none".
 *    Over plain http, browsers send it to loopback addresses only. Without it, the header Origin
 *    (RFC 6454 section 7) has to name the scheme and the Host of the request; the scheme is that of
 *    X-Forwarded-Proto, which proxies add, or else "http". A request with neither header is not
 *    from a page in a browser, and is served.
 *  - If the server listens only on loopback addresses and unix sockets, Host has to be a
 *    loopback name: "localhost", a name that ends with ".localhost", 127.0.0.0/8 or [::1], with any
 *    port, or one of hob_server_options.allowed_hosts. Clients of unix sockets may send any host,
 *    and requests of HTTP/1.0 may omit Host.
 *
 * Returns true if it has refused the request, also if it had no memory for a reply: the handler
 * should then return 0. Returns false if the request can be served.
 */
bool hob_refuse_cross_site(hob_request *req, hob_response *res);

#ifdef __cplusplus
}
#endif

#endif
