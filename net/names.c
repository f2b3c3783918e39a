#include "names.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "error.h"

struct query {
    const char *name;
    int err; /* of getaddrinfo(3), or 0 */
    struct addrinfo *found;
};

static int ask_system(void *arg)
{
    struct query *self = arg;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    self->err = getaddrinfo(self->name, NULL, &hints, &self->found);
    return 0;
}

static int copy_addresses(const struct addrinfo *found, hob_address *addresses)
{
    int count = 0;
    for (; found && count < NAME_ADDRESSES_MAX; found = found->ai_next) {
        if (found->ai_family != AF_INET && found->ai_family != AF_INET6)
            continue;
        memcpy(&addresses[count].any, found->ai_addr, found->ai_addrlen);
        addresses[count++].length = found->ai_addrlen;
    }
    return count > 0 ? count : -ENXIO;
}

static int errno_of(int err)
{
    switch (err) {
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_NONAME:
    case EAI_NODATA:
        return -ENXIO;
    default:
        return -EREMOTEIO;
    }
}

int names_lookup(const char *name, hob_address *addresses, hob_error *error)
{
    struct query query = {.name = name};
    int err = hob_await(hob_offload(ask_system, &query));
    if (err < 0)
        error_set(error, "looking up %s: %s", name, strerror(-err));
    else if (query.err != 0)
        error_set(error, "looking up %s: %s", name, gai_strerror(query.err));
    if (err == 0)
        err = query.err != 0 ? errno_of(query.err) : copy_addresses(query.found, addresses);
    if (query.found)
        freeaddrinfo(query.found);
    return err;
}
