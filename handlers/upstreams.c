#include "upstreams.h"

#include <stdio.h>
#include <string.h>

#include "hob/router.h"
#include "kitchen.h"

const char *upstream_names(const struct kitchen *kitchen, char names[static UPSTREAM_NAMES_SIZE])
{
    size_t length = 0;
    names[0] = '\0';
    for (size_t i = 0; i < kitchen->upstream_count; i++)
        length += (size_t)snprintf(
            names + length, UPSTREAM_NAMES_SIZE - length, "%s%s", i > 0 ? ", " : "",
            kitchen->upstreams[i].name);
    return names;
}

static const struct upstream *find_upstream(const struct kitchen *kitchen, const char *name)
{
    for (size_t i = 0; i < kitchen->upstream_count; i++) {
        if (strcmp(name, kitchen->upstreams[i].name) == 0)
            return &kitchen->upstreams[i];
    }
    return NULL;
}

const struct upstream *query_upstream(hob_request *req, hob_response *res)
{
    char names[UPSTREAM_NAMES_SIZE];
    const struct kitchen *kitchen = hob_state(req);
    const char *name = hob_request_query_value(req, "from");
    const struct upstream *found = name ? find_upstream(kitchen, name) : NULL;
    if (!found)
        hob_reply_printf(
            res, name ? 404 : 400, HOB_TEXT, "from: %s; %s%s\n",
            name ? "there is no such neighbour" : "missing",
            kitchen->upstream_count > 0 ? "the neighbours are " : "this kitchen has none",
            upstream_names(kitchen, names));
    return found;
}
