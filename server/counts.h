/* What the server counts: see hob_server_count(). */
#ifndef HOB_SERVER_COUNTS_H
#define HOB_SERVER_COUNTS_H

#include "hob/server.h"
#include "http/parser.h"

/* Why a request was refused whose parser has failed. */
hob_reject reject_of_parser(const struct parser *parser);

#endif
