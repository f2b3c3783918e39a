/* Content negotiation: media types and codings that a client accepts. */
#ifndef HOB_HANDLERS_ACCEPTS_H
#define HOB_HANDLERS_ACCEPTS_H

#include <stdbool.h>

#include "hob/server.h"

/*
 * Whether the header Accept names this media type, and not with the weight 0 (RFC 9110 section
 * 12.5.1). The wildcard, which most clients send, does not count.
 */
bool accepts(hob_request *req, const char *type);

/* Whether the header Accept-Encoding names this coding, and not with the weight 0. */
bool accepts_coding(hob_request *req, const char *coding);

#endif
