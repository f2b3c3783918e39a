#include "pool.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/text.h"
#include "runtime/loop.h"
#include "tunnel.h"

enum { PERIOD_MAX = 60 }; /* seconds from one look for expired connections to the next */

/* Lives as long as it has connections or coroutines that want one. */
struct origin {
    struct list link;
    struct list idle;       /* connections, the one used last at the end */
    hob_semaphore *permits; /* to use a connection */
    size_t users;           /* permits that are taken or waited for */
    struct place place;     /* its strings are behind the struct */
};

/*
 * Origins.
 */

static struct origin *origin_new(struct pool *self, const struct place *place)
{
    size_t address_size = strlen(place->address) + 1;
    size_t name_size = place->server_name ? strlen(place->server_name) + 1 : 0;
    struct origin *origin = malloc(sizeof(*origin) + address_size + name_size);
    if (!origin)
        return NULL;
    char *address = (char *)(origin + 1);
    *origin = (struct origin){.permits = hob_semaphore_new(self->origin_limit)};
    origin->place.tunnel = place->tunnel;
    origin->place.address = memcpy(address, place->address, address_size);
    if (place->server_name)
        origin->place.server_name = memcpy(address + address_size, place->server_name, name_size);
    list_init(&origin->idle);
    list_init(&origin->link);
    if (!origin->permits) {
        free(origin);
        return NULL;
    }
    return origin;
}

static bool is_same_place(const struct place *a, const struct place *b)
{
    if (a->tunnel != b->tunnel || strcmp(a->address, b->address) != 0)
        return false;
    if (!a->server_name || !b->server_name)
        return a->server_name == b->server_name;
    return hob_text_equals_any_case(a->server_name, b->server_name);
}

static void origin_free_unless_used(struct origin *origin)
{
    if (origin->users > 0 || !list_empty(&origin->idle))
        return;
    list_remove(&origin->link);
    hob_semaphore_free(origin->permits);
    free(origin);
}

/* Finds an origin or makes it, and puts it first. NULL when out of memory. */
static struct origin *find_origin(struct pool *self, const struct place *place)
{
    struct origin *found = NULL;
    for (struct list *at = self->origins.next; at != &self->origins && !found; at = at->next) {
        struct origin *origin = list_entry(at, struct origin, link);
        if (is_same_place(&origin->place, place))
            found = origin;
    }
    if (!found)
        found = origin_new(self, place);
    if (found) {
        list_remove(&found->link);
        list_append(self->origins.next, &found->link); /* before the first */
    }
    return found;
}

/*
 * Connections.
 */

static void close_conn(struct pool *self, struct pooled *pooled)
{
    hob_conn_close(pooled->conn);
    free(pooled);
    self->open--;
}

static void take_out(struct pool *self, struct pooled *pooled)
{
    list_remove(&pooled->of_origin);
    list_remove(&pooled->of_pool);
    self->idle_count--;
}

static void close_idle(struct pool *self, struct pooled *pooled)
{
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed is not in the list */
    struct origin *origin = pooled->origin;
    take_out(self, pooled);
    close_conn(self, pooled);
    origin_free_unless_used(origin);
}

/* Closes the first idle connections, up to one that has not expired at that time. */
static void close_expired(struct pool *self, double time)
{
    struct list *next;
    for (struct list *at = self->idle.next; at != &self->idle; at = next) {
        struct pooled *pooled = list_entry(at, struct pooled, of_pool);
        next = at->next;
        if (pooled->expires > time)
            return;
        close_idle(self, pooled);
    }
}

void pool_close_idle(struct pool *self)
{
    close_expired(self, INFINITY);
}

/*
 * The timer. It runs while there are idle connections, but not for longer than its loop.
 */

static void stop_timer(struct pool *self)
{
    if (!self->loop)
        return;
    background_stop(self->loop->ev, &self->timer);
    arena_remove(&self->loop->parts, &self->end_of_loop);
    self->loop = NULL;
}

static void on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
    struct pool *self = timer->data;
    (void)ev;
    (void)events;
    close_expired(self, hob_now());
    if (self->idle_count == 0)
        stop_timer(self);
}

static void on_end_of_loop(void *arg)
{
    struct pool *self = arg;
    background_stop(self->loop->ev, &self->timer);
    self->loop = NULL;
}

static void start_timer(struct pool *self)
{
    if (self->loop)
        return;
    self->loop = loop_current();
    arena_push(&self->loop->parts, &self->end_of_loop, on_end_of_loop, self);
    background_start(self->loop->ev, &self->timer, fmin(self->idle_timeout / 2, PERIOD_MAX));
}

/*
 * The pool.
 */

int pool_init(struct pool *self)
{
    list_init(&self->origins);
    list_init(&self->idle);
    ev_init(&self->timer, on_timer);
    self->timer.data = self;
    self->permits = hob_semaphore_new(self->limit);
    return self->permits ? 0 : -ENOMEM;
}

void pool_free(struct pool *self)
{
    if (!self->permits)
        return;
    stop_timer(self);
    pool_close_idle(self);
    hob_semaphore_free(self->permits);
}

/*
 * Returns the idle connection that was used last, or NULL. Closes connections that the server has
 * ended, or on which it has sent bytes before the request, such as a 408: these are no response to
 * the request (RFC 9112 section 9.3).
 */
static struct pooled *take_idle(struct pool *self, struct origin *origin)
{
    struct list *before;
    for (struct list *at = origin->idle.prev; at != &origin->idle; at = before) {
        struct pooled *pooled = list_entry(at, struct pooled, of_origin);
        before = at->prev;
        take_out(self, pooled);
        if (pooled->expires > hob_now() && !hob_conn_is_readable(pooled->conn))
            return pooled;
        close_conn(self, pooled);
    }
    return NULL;
}

struct dial {
    const struct pool *pool;
    const struct place *place;
    hob_conn *conn;
    char **why;
};

static int dial(void *arg)
{
    struct dial *self = arg;
    hob_error error = {.text = ""};
    static const char *const alpn[] = {"http/1.1", NULL};
    const hob_connect_options options = {
        .timeout = self->pool->connect_timeout,
        .error = &error,
        .resolver = self->pool->resolver,
        .tls = self->place->server_name ? self->pool->tls : NULL,
        .server_name = self->place->server_name,
        .alpn = alpn,
    };
    const struct place *place = self->place;
    int err = place->tunnel ? tunnel_connect(place->tunnel, place->address, &options, &self->conn)
                            : hob_connect(place->address, &options, &self->conn);
    if (err < 0)
        *self->why = strdup(error.text);
    return err;
}

/*
 * In a coroutine of its own, since connecting touches more of the stack than all else that a fetch
 * does: the memory would stay with the coroutine that fetches, also while that waits for the
 * response.
 */
static int
connect_to(const struct pool *self, const struct place *place, char **why, hob_conn **conn)
{
    struct dial job = {.pool = self, .place = place, .why = why};
    int err = hob_await(hob_async(dial, &job));
    *conn = job.conn;
    return err;
}

static int connect_new(struct pool *self, struct origin *origin, char **why, struct pooled **pooled)
{
    struct pooled *new = malloc(sizeof(*new));
    if (!new)
        return -ENOMEM;
    *new = (struct pooled){.origin = origin};
    list_init(&new->of_origin);
    list_init(&new->of_pool);
    if (self->open == self->limit) /* then one is idle: there are no more in use than permits */
        close_idle(self, list_entry(self->idle.next, struct pooled, of_pool));
    self->open++;
    self->connects++;
    int err = connect_to(self, &origin->place, why, &new->conn);
    if (err < 0) {
        hob_conn_close(new->conn); /* if the coroutine was cancelled when it was there */
        self->open--;
        free(new);
        return err;
    }
    *pooled = new;
    return 0;
}

static void give_permits(struct pool *self, struct origin *origin)
{
    hob_semaphore_give(self->permits);
    hob_semaphore_give(origin->permits);
    origin->users--;
    origin_free_unless_used(origin);
}

/* That of the origin first: fetches that wait for a slow origin must hold no permit of the pool. */
static int take_permits(struct pool *self, struct origin *origin)
{
    int err = hob_semaphore_take(origin->permits);
    if (err < 0)
        return err;
    err = hob_semaphore_take(self->permits);
    if (err < 0)
        hob_semaphore_give(origin->permits);
    return err;
}

static char *text_of_wait(const struct place *place, int err)
{
    char *text;
    int length =
        asprintf(&text, "waiting for a connection to %s: %s", place->address, strerror(-err));
    return length < 0 ? NULL : text;
}

int pool_take(
    struct pool *self, const struct place *place, bool fresh, char **why, struct pooled **pooled)
{
    struct origin *origin = find_origin(self, place);
    *why = NULL;
    if (!origin)
        return -ENOMEM;
    origin->users++;
    close_expired(self, hob_now());
    int err = take_permits(self, origin);
    if (err < 0) {
        *why = text_of_wait(place, err);
        origin->users--;
        origin_free_unless_used(origin);
        return err;
    }
    *pooled = fresh ? NULL : take_idle(self, origin);
    if (!*pooled)
        err = connect_new(self, origin, why, pooled);
    if (err < 0)
        give_permits(self, origin);
    return err;
}

void pool_drop(struct pool *self, struct pooled *pooled)
{
    struct origin *origin = pooled->origin;
    close_conn(self, pooled);
    give_permits(self, origin);
}

void pool_give(struct pool *self, struct pooled *pooled, double idle_timeout)
{
    struct origin *origin = pooled->origin;
    idle_timeout = fmin(idle_timeout, self->idle_timeout);
    if (idle_timeout <= 0) {
        pool_drop(self, pooled);
        return;
    }
    pooled->expires = hob_now() + idle_timeout;
    pooled->reused = true;
    list_append(&origin->idle, &pooled->of_origin);
    list_append(&self->idle, &pooled->of_pool);
    self->idle_count++;
    start_timer(self);
    give_permits(self, origin);
}
