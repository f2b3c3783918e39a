/*
 * hob/proxy.h: a reverse proxy (a gateway, RFC 9110 section 3.7) as a handler.
 *
 *     static int pass_on(hob_request *req, hob_response *res)
 *     {
 *         return hob_proxy(req, res, hob_state(req), "http://127.0.0.1:8081");
 *     }
 */
#ifndef HOB_PROXY_H
#define HOB_PROXY_H

#include "hob/client.h"
#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sends a request on to another server, the upstream, and its response back. The origin is a URL
 * without a path, "http://127.0.0.1:8081", which the client connects to as hob_fetch_with() does,
 * or the address of a unix socket, "unix:/run/shop.sock", whose server is called "localhost".
 *
 * The request:
 *  - Path and query are passed on as they came, byte by byte. If the path has dot segments, it is
 *    passed on as hob_request_path() has it instead: the upstream gets the path that the router has
 *    decided about, even if it treats such segments in another way. A target in absolute form
 *    becomes a path; "*" stays.
 *  - Host is that of the request, so that the upstream makes links and compares Origin as it would
 *    without a proxy. The origin's host is sent if a request of HTTP/1.0 has none.
 *  - Fields that belong to one connection are left out (RFC 9110 section 7.6.1): those that
 *    Connection names, Connection, Keep-Alive, Proxy-Authenticate, Proxy-Authorization,
 *    Proxy-Connection, TE, Trailer, Transfer-Encoding and Upgrade. So the upstream never changes
 *    the protocol, as to WebSocket.
 *  - Expect is left out: the server sends "100 Continue" when the body is first read.
 *  - "Via: 1.1 hob" is added. Forwarded (RFC 7239), X-Forwarded-For, X-Forwarded-Host and
 *    X-Forwarded-Proto are replaced by hob_request_client(), hob_request_host() and
 *    hob_request_scheme() of hob/forwarded.h, so that the upstream needs to trust this proxy alone.
 *    Other X-Forwarded fields and X-Real-IP are left out: a client could have sent anything.
 *  - Max-Forwards of OPTIONS and TRACE is decremented; at 0 the proxy replies itself (RFC 9110
 *    section 7.6.2), with 204 to OPTIONS and 501 to TRACE.
 *  - The body is streamed, without a copy of all of it. The limits of its size are the server's.
 *
 * The response is streamed too, and a slow client slows the upstream down. The same fields are left
 * out, and also Date, Server and X-Request-Id, which the server writes itself. Via is added.
 * Responses with status 1xx are dropped, and so are trailers, unless the client has sent
 * "TE: trailers", which the upstream then gets too. Trailers of the request are dropped.
 *
 * If the upstream fails before the response has begun, the client gets 502, or 504 if it was too
 * slow, with a reason that names no address; the log has hob_fetch_error(). If it fails later, the
 * response breaks off in a way that the client notices. When the client leaves, the connection to
 * the upstream is closed.
 *
 * The client may have retries, but its redirects have no effect: the response that redirects is
 * passed on.
 *
 * Returns as a handler does; to be called in its coroutine, before a reply.
 */
int hob_proxy(hob_request *req, hob_response *res, hob_client *client, const char *origin);

#ifdef __cplusplus
}
#endif

#endif
