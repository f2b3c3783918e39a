/*
 * hob/http2.h: HTTP/2 for servers of hob/server.h, by nghttp2. It is a library of its own,
 * hob::http2 in CMake and hob-http2 in pkg-config, so that only programs that use it load nghttp2.
 */
#ifndef HOB_HTTP2_H
#define HOB_HTTP2_H

#include "hob/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Returns the value of hob_server_options.http2 by which a server speaks HTTP/2 (RFC 9113), too:
 *
 *     const hob_server_options options = {.handler = serve, .http2 = hob_http2()};
 *
 * The server then offers HTTP/2 to clients of its sockets with TLS (ALPN, RFC 7301), and accepts it
 * without TLS from clients that know that it does (RFC 9113 section 3.3). It ignores "Upgrade:
 * h2c", which that RFC has removed. Handlers need no change: each stream is a request with a
 * coroutine of its own. Static; may be called on any thread.
 */
const hob_http2_framing *hob_http2(void);

#ifdef __cplusplus
}
#endif

#endif
