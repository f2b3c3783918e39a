/* The limits and time-outs of hob_server_options. */
#ifndef HOB_SERVER_REQUEST_LIMITS_H
#define HOB_SERVER_REQUEST_LIMITS_H

#include "hob/server.h"
#include "http/parser_limits.h"

/* Sets those that are 0 to their defaults. Returns 0, or -ERANGE if one is not valid. */
int limits_complete(hob_server_options *options);

/* The limits that the parser enforces, of completed options. */
struct parser_limits limits_for_parser(const hob_server_options *options);

#endif
