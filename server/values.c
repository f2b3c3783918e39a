/* Values that functions around a handler give to each other with the request. */
#include <errno.h>

#include "connection.h"
#include "hob/runtime.h"
#include "request.h"

struct value {
    const hob_key *key;
    void *value;
    struct value *next;
};

static struct value *find(const hob_request *req, const hob_key *key)
{
    struct value *value = req->values;
    while (value && value->key != key)
        value = value->next;
    return value;
}

int hob_request_set(hob_request *req, const hob_key *key, void *value)
{
    connection_expect_task(req->connection, __func__); /* whose memory lasts as long */
    struct value *place = find(req, key);
    if (!place) {
        place = hob_alloc(sizeof(*place));
        if (!place)
            return -ENOMEM;
        *place = (struct value){.key = key, .next = req->values};
        req->values = place;
    }
    place->value = value;
    return 0;
}

void *hob_request_get(const hob_request *req, const hob_key *key)
{
    const struct value *value = find(req, key);
    return value ? value->value : NULL;
}
