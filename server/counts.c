/* What the server has counted: see hob_server_count(). */
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
