/* Values that middleware gives to handlers. */
#include <errno.h>

#include "hob/runtime.h"
#include "server/request.h"

struct value {
    const hob_key *key;
    void *value;
    struct value *next;
};

static struct value *find_value(const hob_request *req, const hob_key *key)
{
    struct value *value = req->values;
    while (value && value->key != key)
        value = value->next;
    return value;
}

int hob_request_set(hob_request *req, const hob_key *key, void *value)
{
    request_expect_task(req, __func__); /* its hob_alloc() memory lasts as long as the values */
    struct value *entry = find_value(req, key);
    if (!entry) {
        entry = hob_alloc(sizeof(*entry));
        if (!entry)
            return -ENOMEM;
        *entry = (struct value){.key = key, .next = req->values};
        req->values = entry;
    }
    entry->value = value;
    return 0;
}

void *hob_request_get(const hob_request *req, const hob_key *key)
{
    const struct value *value = find_value(req, key);
    return value ? value->value : NULL;
}
