/* Queries by getaddrinfo(3) on a thread, for builds without c-ares. */
#include <errno.h>
#include <netdb.h>

#include "query.h"

/* getaddrinfo(3) reports no TTL. */
#define TTL 10

/* One call asks for both families. */
const struct query_families query_families = {.count = 1, .families = {AF_UNSPEC}};

struct query {
    const char *name;
    int family;
    struct addrinfo *found;
    int err; /* of getaddrinfo(3) */
};

int query_check(const hob_resolver_options *options)
{
    return options->servers ? -ENOTSUP : 0;
}

static int ask_system(void *arg)
{
    struct query *self = arg;
    const struct addrinfo hints = {.ai_family = self->family, .ai_socktype = SOCK_STREAM};
    self->err = getaddrinfo(self->name, NULL, &hints, &self->found);
    return 0;
}

static int errno_of(int err)
{
    switch (err) {
    case 0:
        return 0;
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_NONAME:
    case EAI_NODATA:
        return -ENXIO;
    default:
        return -EREMOTEIO;
    }
}

int query_addresses(
    const hob_resolver_options *options, const char *name, int family, struct answer *answer)
{
    struct query query = {.name = name, .family = family};
    (void)options;
    int err = hob_await(hob_offload(ask_system, &query));
    for (struct addrinfo *at = query.found; at && err == 0; at = at->ai_next)
        answer_add(answer, at->ai_addr, at->ai_addrlen);
    if (query.found)
        freeaddrinfo(query.found);
    answer->ttl = TTL;
    return err < 0 ? err : errno_of(query.err);
}
