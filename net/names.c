/* A cache of names, and of look-ups in progress. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "error.h"
#include "hob/net.h"
#include "hob/text.h"
#include "query.h"
#include "runtime/loop.h"
#include "sync/wait_queue.h"

/* Seconds. Coroutines that have waited for the same answer all get it, though its TTL may be 0. */
#define TTL_MIN        1.0
#define TTL_MAX        3600.0
#define NO_ADDRESS_TTL 5.0
#define TIMEOUT_MAX    3600.0

struct name {
    struct list link;
    bool asking;               /* a coroutine asks for it; the rest is not set yet */
    struct wait_queue waiters; /* coroutines that wait for the answer */
    double expires;            /* on the clock of hob_now() */
    int result;                /* how many addresses there are, or -ENXIO */
    hob_address *addresses;
    char text[];
};

struct hob_resolver {
    hob_resolver_options options; /* without zeros, but for the servers */
    char *servers;
    struct list names; /* the one that was used last is the last */
    size_t count;
};

/*
 * The cache.
 */

static void name_free(hob_resolver *resolver, struct name *self)
{
    list_remove(&self->link);
    resolver->count--;
    free(self->addresses);
    free(self);
}

static bool is_in_use(const struct name *self)
{
    return self->asking || self->waiters.waiting > 0;
}

/* Frees outdated names, and as many others as are needed to add one. */
static void make_room(hob_resolver *self)
{
    double now = hob_now();
    struct list *link = self->names.next;
    while (link != &self->names) {
        struct name *name = list_entry(link, struct name, link);
        link = link->next;
        if (!is_in_use(name) && (name->expires <= now || self->count >= self->options.names))
            name_free(self, name);
    }
}

static struct name *name_add(hob_resolver *resolver, const char *text)
{
    size_t length = strlen(text);
    make_room(resolver);
    struct name *self = malloc(sizeof(*self) + length + 1);
    if (!self)
        return NULL;
    *self = (struct name){.asking = true};
    wait_queue_init(&self->waiters);
    memcpy(self->text, text, length + 1);
    list_append(&resolver->names, &self->link);
    resolver->count++;
    return self;
}

/* Returns the name if it is known or being looked up, and makes it the last used one. */
static struct name *find(hob_resolver *self, const char *text)
{
    double now = hob_now();
    for (struct list *link = self->names.next; link != &self->names; link = link->next) {
        struct name *name = list_entry(link, struct name, link);
        if ((!name->asking && name->expires <= now) || !hob_text_same(name->text, text))
            continue;
        list_remove(link);
        list_append(&self->names, link);
        return name;
    }
    return NULL;
}

static int name_result(const struct name *self, hob_address *addresses)
{
    if (self->result > 0)
        memcpy(addresses, self->addresses, (size_t)self->result * sizeof(addresses[0]));
    return self->result;
}

/*
 * Asking.
 */

void answer_add(struct answer *self, const struct sockaddr *address, socklen_t length)
{
    bool known = address->sa_family == AF_INET || address->sa_family == AF_INET6;
    if (!known || self->count == HOB_LOOKUP_MAX)
        return;
    hob_address *added = &self->addresses[self->count++];
    memset(added, 0, sizeof(*added));
    memcpy(&added->any, address, length);
    added->length = length;
}

/* Returns 0 if the answer is kept, -ENOMEM, or the error that it is. */
static int name_keep(struct name *self, int err, const struct answer *answer)
{
    size_t size = answer->count * sizeof(answer->addresses[0]);
    if (err == -ENXIO) {
        self->result = err;
        self->expires = hob_now() + NO_ADDRESS_TTL;
        return 0;
    }
    self->addresses = err == 0 ? malloc(size) : NULL;
    if (!self->addresses)
        return err < 0 ? err : -ENOMEM;
    memcpy(self->addresses, answer->addresses, size);
    self->result = (int)answer->count;
    self->expires = hob_now() + fmin(fmax(answer->ttl, TTL_MIN), TTL_MAX);
    return 0;
}

/* Asks, and wakes the waiting coroutines. If this one is interrupted, one of them asks again. */
static int ask(hob_resolver *self, const char *text, hob_address *addresses)
{
    struct answer answer = {.count = 0};
    struct name *name = name_add(self, text);
    if (!name)
        return -ENOMEM;
    int err = query_addresses(&self->options, text, &answer);
    err = name_keep(name, err, &answer);
    name->asking = false;
    bool interrupted = err == -ECANCELED || err == -ETIMEDOUT;
    wait_queue_complete_all(&name->waiters, interrupted ? 0 : err);
    return err < 0 ? err : name_result(name, addresses);
}

static int look_up(hob_resolver *self, const char *text, hob_address *addresses)
{
    int err = wait_queue_begin_call("hob_lookup");
    while (err == 0) {
        struct waiter waiter;
        struct name *name = find(self, text);
        if (!name)
            return ask(self, text, addresses);
        if (!name->asking)
            return name_result(name, addresses);
        err = wait_queue_wait(&name->waiters, &waiter, "hob_lookup");
    }
    return err;
}

/*
 * Resolvers.
 */

static bool is_server(const char *text)
{
    hob_address address;
    return host_parse_numeric(text, &address) ||
           (hob_address_parse(text, &address) == 0 && address.any.sa_family != AF_UNIX);
}

/* Whether each part between commas is an address: c-ares also takes "", "192.0.2" and ":99999". */
static bool are_servers(const char *list)
{
    for (;;) {
        char part[HOST_SIZE];
        size_t length = strcspn(list, ",");
        if (length >= sizeof(part))
            return false;
        memcpy(part, list, length);
        part[length] = '\0';
        if (!is_server(part))
            return false;
        if (list[length] == '\0')
            return true;
        list += length + 1;
    }
}

static bool are_valid(const hob_resolver_options *options)
{
    return (!options->servers || are_servers(options->servers)) && options->timeout >= 0 &&
           options->timeout <= TIMEOUT_MAX;
}

int hob_resolver_new(const hob_resolver_options *options, hob_resolver **resolver)
{
    static const hob_resolver_options defaults = {.timeout = 2, .tries = 3, .names = 256};
    *resolver = NULL;
    if (options && !are_valid(options))
        return -EINVAL;
    hob_resolver *self = calloc(1, sizeof(*self));
    if (!self)
        return -ENOMEM;
    list_init(&self->names);
    self->options = options ? *options : defaults;
    if (self->options.timeout == 0)
        self->options.timeout = defaults.timeout;
    if (self->options.tries == 0)
        self->options.tries = defaults.tries;
    if (self->options.names == 0)
        self->options.names = defaults.names;
    self->servers = options && options->servers ? strdup(options->servers) : NULL;
    bool whole = self->servers || !self->options.servers;
    self->options.servers = self->servers;
    int err = whole ? query_check(&self->options) : -ENOMEM;
    if (err < 0)
        hob_resolver_free(self);
    else
        *resolver = self;
    return err;
}

void hob_resolver_free(hob_resolver *resolver)
{
    if (!resolver)
        return;
    struct list *link = resolver->names.next;
    while (link != &resolver->names) {
        struct name *name = list_entry(link, struct name, link);
        link = link->next;
        wait_queue_expect_unused(&name->waiters, __func__, "a coroutine looks up a name with it");
        name_free(resolver, name);
    }
    free(resolver->servers);
    free(resolver);
}

static void free_resolver(void *resolver)
{
    hob_resolver_free(resolver);
}

/* The loop's own, which is made when it is needed first. NULL when out of memory. */
static hob_resolver *resolver_of_loop(void)
{
    struct loop *loop = loop_current();
    hob_resolver *made;
    if (loop->resolver || hob_resolver_new(NULL, &made) < 0)
        return loop->resolver;
    if (arena_defer(&loop->parts, free_resolver, made) == 0)
        loop->resolver = made;
    return loop->resolver;
}

static const char *reason_of(int err)
{
    switch (err) {
    case -ENXIO:
        return "the name has no address";
    case -EREMOTEIO:
        return "no name server has given an answer";
    case -EINVAL:
        return "this is no name of a host";
    default:
        return strerror(-err);
    }
}

int hob_lookup(
    hob_resolver *resolver, const char *host, hob_address addresses[HOB_LOOKUP_MAX],
    hob_error *error)
{
    if (host_parse_numeric(host, addresses))
        return 1; /* c-ares 1.18 would ask the name servers about it */
    int result = -EINVAL;
    if (!resolver)
        resolver = resolver_of_loop();
    if (host_name_is_valid(host))
        result = resolver ? look_up(resolver, host, addresses) : -ENOMEM;
    if (result < 0)
        error_set(error, "looking up %s: %s", host, reason_of(result));
    return result;
}
