#include "counts.h"

#include "server.h"

void hob_server_count(const hob_server *server, hob_server_counts *counts)
{
    *counts = server->counts;
    counts->connections = server->connection_count;
    counts->serving = server->serving_count;
}

const char *hob_reject_name(hob_reject reason)
{
    static const char *const names[HOB_REJECT_COUNT] = {
        [HOB_REJECT_CONNECTION_LIMIT] = "connection_limit",
        [HOB_REJECT_DESCRIPTORS] = "descriptors",
        [HOB_REJECT_MEMORY] = "memory",
        [HOB_REJECT_MALFORMED] = "malformed",
        [HOB_REJECT_UNSUPPORTED] = "unsupported",
        [HOB_REJECT_TARGET_LIMIT] = "target_limit",
        [HOB_REJECT_HEAD_LIMIT] = "head_limit",
        [HOB_REJECT_HEADER_LIMIT] = "header_limit",
        [HOB_REJECT_BODY_LIMIT] = "body_limit",
        [HOB_REJECT_HEAD_TIMEOUT] = "head_timeout",
        [HOB_REJECT_BODY_TIMEOUT] = "body_timeout",
        [HOB_REJECT_HANDLER_TIMEOUT] = "handler_timeout",
        [HOB_REJECT_WRITE_TIMEOUT] = "write_timeout",
    };
    return names[reason];
}

hob_reject reject_of_parser(const struct parser *parser)
{
    switch (parser->status) {
    case 400:
        return HOB_REJECT_MALFORMED;
    case 414:
        return HOB_REJECT_TARGET_LIMIT;
    case 431:
        return parser->too_many_fields ? HOB_REJECT_HEADER_LIMIT : HOB_REJECT_HEAD_LIMIT;
    default:
        return HOB_REJECT_UNSUPPORTED;
    }
}
