/* What a client would like to be answered with. */
#ifndef HOB_HANDLERS_ACCEPTS_H
#define HOB_HANDLERS_ACCEPTS_H

#include <stdbool.h>

#include "hob/server.h"

/*
 * Whether the header Accept has this media type by its name, and not with the weight 0 (RFC 9110
 * section 12.5.1): "*" is what clients send that take anything, and does not count.
 */
bool accepts(hob_request *req, const char *type);

/* Whether the header Accept-Encoding has this coding, and not with the weight 0. */
bool accepts_coding(hob_request *req, const char *coding);

#endif
