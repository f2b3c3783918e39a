/*
 * hob/codings.h: the content codings that the client of hob/client.h can decode: gzip by zlib, br
 * by Brotli (RFC 7932), and zstd by libzstd (RFC 8878). It is a library of its own, hob::codings in
 * CMake and hob-codings in pkg-config, so that only programs that use it load these libraries.
 */
#ifndef HOB_CODINGS_H
#define HOB_CODINGS_H

#include "hob/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The codings that hob was built with, for hob_client_options.codings. They are constant: all
 * clients of all threads can use them, and nothing is to be freed.
 */
const hob_codings *hob_codings_all(void);

#ifdef __cplusplus
}
#endif

#endif
