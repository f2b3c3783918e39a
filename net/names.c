#include "names.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "hob/log.h"
#include "hob/text.h"
#include "query.h"
#include "runtime/loop.h"
#include "sync/wait_queue.h"

/* Seconds. Coroutines that have waited for the same answer all get it, though its TTL may be 0. */
#define TTL_MIN        1.0
#define TTL_MAX        3600.0
#define NO_ADDRESS_TTL 5.0
#define TIMEOUT_MAX    3600.0

/* The addresses of one family. All 0 if there was no query for them. */
struct record {
    bool asking;               /* a coroutine asks for it; the rest is still the old answer */
    struct wait_queue waiters; /* coroutines that wait for the answer */
    double expires;            /* on the clock of hob_now() */
    int result;                /* how many addresses there are, or -ENXIO */
    hob_address *addresses;
};

struct name {
    struct list link;
    struct record records[QUERIES_MAX]; /* by the index of query_families */
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
    for (size_t i = 0; i < QUERIES_MAX; i++)
        free(self->records[i].addresses);
    free(self);
}

static bool is_in_use(const struct name *self)
{
    for (size_t i = 0; i < QUERIES_MAX; i++)
        if (self->records[i].asking || self->records[i].waiters.waiting > 0)
            return true;
    return false;
}

static bool is_outdated(const struct name *self)
{
    double now = hob_now();
    for (size_t i = 0; i < QUERIES_MAX; i++)
        if (self->records[i].expires > now)
            return false;
    return true;
}

/* Frees outdated names, and as many others as are needed to add one. */
static void make_room(hob_resolver *self)
{
    struct list *link = self->names.next;
    while (link != &self->names) {
        struct name *name = list_entry(link, struct name, link);
        link = link->next;
        if (!is_in_use(name) && (is_outdated(name) || self->count >= self->options.names))
            name_free(self, name);
    }
}

static struct name *name_add(hob_resolver *resolver, const char *text)
{
    size_t length = strlen(text);
    make_room(resolver);
    struct name *self = calloc(1, sizeof(*self) + length + 1);
    if (!self)
        return NULL;
    for (size_t i = 0; i < QUERIES_MAX; i++)
        wait_queue_init(&self->records[i].waiters);
    memcpy(self->text, text, length + 1);
    list_append(&resolver->names, &self->link);
    resolver->count++;
    return self;
}

/* Makes the name the last used one, and adds it first if it is new. NULL when out of memory. */
static struct name *use_name(hob_resolver *self, const char *text)
{
    for (struct list *link = self->names.next; link != &self->names; link = link->next) {
        struct name *name = list_entry(link, struct name, link);
        if (!hob_text_equals_any_case(name->text, text))
            continue;
        list_remove(link);
        list_append(&self->names, link);
        return name;
    }
    return name_add(self, text);
}

static int record_result(const struct record *self, hob_address *addresses)
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
static int record_keep(struct record *self, int err, const struct answer *answer)
{
    size_t size = answer->count * sizeof(answer->addresses[0]);
    free(self->addresses);
    self->addresses = err == 0 ? malloc(size) : NULL;
    self->expires = 0;
    if (err == -ENXIO) {
        self->result = err;
        self->expires = hob_now() + NO_ADDRESS_TTL;
        return 0;
    }
    if (!self->addresses)
        return err < 0 ? err : -ENOMEM;
    memcpy(self->addresses, answer->addresses, size);
    self->result = (int)answer->count;
    self->expires = hob_now() + fmin(fmax(answer->ttl, TTL_MIN), TTL_MAX);
    return 0;
}

/* If a name has addresses of one family only, both answers expire at the same time. */
static void expire_together(struct name *self)
{
    double now = hob_now();
    struct record *a = &self->records[0], *b = &self->records[1];
    if (a->expires <= now || b->expires <= now)
        return;
    if (a->result < 0 && b->result > 0)
        a->expires = b->expires;
    else if (b->result < 0 && a->result > 0)
        b->expires = a->expires;
}

/* Asks, and wakes the waiting coroutines. If this one is interrupted, one of them asks again. */
static int ask(hob_resolver *self, struct name *name, size_t query, hob_address *addresses)
{
    struct answer answer = {.count = 0};
    struct record *record = &name->records[query];
    record->asking = true;
    int err = query_addresses(&self->options, name->text, query_families.families[query], &answer);
    err = record_keep(record, err, &answer);
    expire_together(name);
    record->asking = false;
    bool interrupted = err == -ECANCELED || err == -ETIMEDOUT;
    wait_queue_complete_all(&record->waiters, interrupted ? 0 : err);
    return err < 0 ? err : record_result(record, addresses);
}

static int look_up(hob_resolver *self, const char *text, size_t query, hob_address *addresses)
{
    int err = wait_queue_begin_call("hob_lookup");
    while (err == 0) {
        struct waiter waiter;
        struct name *name = use_name(self, text);
        if (!name)
            return -ENOMEM;
        struct record *record = &name->records[query];
        if (!record->asking && record->expires > hob_now())
            return record_result(record, addresses);
        if (!record->asking)
            return ask(self, name, query, addresses);
        err = wait_queue_wait(&record->waiters, &waiter, "hob_lookup");
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
    const char *servers = options->servers;
    if (servers && !are_servers(servers))
        hob_log(HOB_LOG_ERROR, "the name servers \"%s\" are no list of addresses", servers);
    else if (!(options->timeout >= 0 && options->timeout <= TIMEOUT_MAX))
        hob_log(HOB_LOG_ERROR, "the time-out of name servers is no time of up to an hour");
    else
        return true;
    return false;
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
        for (size_t i = 0; i < QUERIES_MAX; i++)
            wait_queue_expect_unused(
                &name->records[i].waiters, __func__, "a coroutine looks up a name with it");
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

int names_look_up(hob_resolver *resolver, const char *host, size_t query, hob_address *addresses)
{
    if (!resolver)
        resolver = resolver_of_loop();
    return resolver ? look_up(resolver, host, query, addresses) : -ENOMEM;
}
