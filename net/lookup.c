#include "lookup.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "address.h"
#include "error.h"
#include "names.h"
#include "query.h"

/*
 * Some name servers do not answer questions about IPv6. When the IPv4 addresses are there, a
 * look-up ends so many seconds after its beginning.
 */
#define IPV6_DELAY 0.3

/*
 * Errors.
 */

const char *lookup_reason(int result)
{
    switch (result) {
    case -ENXIO:
        return "the name has no address";
    case -EREMOTEIO:
        return "no name server has given an answer";
    case -EINVAL:
        return "this is no name of a host";
    default:
        return strerror(-result);
    }
}

/* An interruption is reported before a failure, and a failure before the absence of addresses. */
static int rank(int result)
{
    bool interrupted = result == -ECANCELED || result == -ETIMEDOUT;
    return interrupted ? 2 : result == -ENXIO ? 0 : 1;
}

int lookup_error(const char *host, const int *results, hob_error *error)
{
    int first = results[0], last = results[query_families.count - 1];
    if (first == last)
        error_set(error, "looking up %s: %s", host, lookup_reason(first));
    else
        error_set(
            error, "looking up %s: IPv6: %s; IPv4: %s", host, lookup_reason(first),
            lookup_reason(last));
    return rank(last) > rank(first) ? last : first;
}

/*
 * Both families.
 */

struct look_up {
    hob_resolver *resolver;
    const char *host;
    hob_address *addresses;
};

static int look_up_first(void *arg)
{
    const struct look_up *self = arg;
    return names_look_up(self->resolver, self->host, 0, self->addresses);
}

/* Appends the IPv4 addresses, which get at least a half of the room. Returns the new count. */
static int append_ipv4(hob_address *addresses, int ipv6_count, const hob_address *ipv4, int count)
{
    int ipv4_room = count < HOB_LOOKUP_MAX / 2 ? count : HOB_LOOKUP_MAX / 2;
    int before = ipv6_count < HOB_LOOKUP_MAX - ipv4_room ? ipv6_count : HOB_LOOKUP_MAX - ipv4_room;
    int appended = count < HOB_LOOKUP_MAX - before ? count : HOB_LOOKUP_MAX - before;
    memcpy(addresses + before, ipv4, (size_t)appended * sizeof(ipv4[0]));
    return before + appended;
}

static int look_up_both(const struct look_up *self, hob_error *error)
{
    struct look_up first = *self;
    hob_address ipv4[HOB_LOOKUP_MAX];
    int results[QUERIES_MAX];
    double until = hob_now() + IPV6_DELAY;
    hob_future *ipv6 = hob_async(look_up_first, &first);
    results[1] = names_look_up(self->resolver, self->host, 1, ipv4);
    results[0] = hob_await_for(ipv6, results[1] > 0 ? fmax(until - hob_now(), 0) : INFINITY);
    if (results[0] == -ECANCELED || (results[0] < 0 && results[1] < 0))
        return lookup_error(self->host, results, error);
    return append_ipv4(
        self->addresses, results[0] > 0 ? results[0] : 0, ipv4, results[1] > 0 ? results[1] : 0);
}

static int look_up_one(const struct look_up *self, hob_error *error)
{
    int result = names_look_up(self->resolver, self->host, 0, self->addresses);
    return result < 0 ? lookup_error(self->host, &result, error) : result;
}

int hob_lookup(
    hob_resolver *resolver, const char *host, hob_address addresses[HOB_LOOKUP_MAX],
    hob_error *error)
{
    const struct look_up look_up = {.resolver = resolver, .host = host, .addresses = addresses};
    if (host_parse_numeric(host, addresses))
        return 1; /* c-ares 1.18 would ask the name servers about it */
    if (!host_name_is_valid(host))
        return lookup_error(host, (const int[QUERIES_MAX]){-EINVAL, -EINVAL}, error);
    return query_families.count == 1 ? look_up_one(&look_up, error) : look_up_both(&look_up, error);
}
