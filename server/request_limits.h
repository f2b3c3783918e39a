/* What a client may cost: the limits and time-outs of hob_server_options. */
#ifndef HOB_SERVER_REQUEST_LIMITS_H
#define HOB_SERVER_REQUEST_LIMITS_H

#include "hob/server.h"
#include "http/parser.h"

/* Sets those that are 0 to their defaults. Returns 0, or -ERANGE if one makes no sense. */
int limits_complete(hob_server_options *options);

/* Those that the parser sees to, of completed options. */
struct parser_limits limits_for_parser(const hob_server_options *options);

#endif
