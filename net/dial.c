#include "dial.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "error.h"
#include "hob/sync.h"
#include "peer.h"

/* Seconds until the next address is tried, unless an earlier one fails (RFC 8305 section 5). */
#define ATTEMPT_DELAY 0.25

/* Seconds that IPv4 addresses wait for the query for IPv6 (RFC 8305 section 3). */
#define RESOLUTION_DELAY 0.05

/*
 * Seconds until the next attempt at a unix socket with a full accept queue: no event reports room.
 */
#define QUEUE_DELAY 0.005

/*
 * The order of the addresses.
 */

static size_t find_family(const hob_address *addresses, size_t count, bool same, int family)
{
    size_t i = 0;
    while (i < count && (addresses[i].any.sa_family == family) != same)
        i++;
    return i;
}

void dial_interleave(hob_address *addresses, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t skipped =
            find_family(addresses + i, count - i, false, addresses[i - 1].any.sa_family);
        if (i + skipped == count)
            return; /* one family is left */
        hob_address other = addresses[i + skipped];
        memmove(addresses + i + 1, addresses + i, skipped * sizeof(other));
        addresses[i] = other;
    }
}

/*
 * One address.
 */

static int wait_until_connected(int fd)
{
    int result = 0;
    socklen_t size = sizeof(result);
    int err = hob_await(hob_writable(fd));
    if (err < 0)
        return err;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size) < 0 ? -errno : -result;
}

static int connect_socket(int fd, const hob_address *address)
{
    while (connect(fd, &address->any, address->length) < 0) {
        if (errno == EINPROGRESS)
            return wait_until_connected(fd);
        if (errno != EAGAIN || address->any.sa_family != AF_UNIX)
            return -errno;
        int err = hob_sleep(QUEUE_DELAY);
        if (err < 0)
            return err;
    }
    return 0;
}

/* Returns a descriptor. */
static int connect_to(const hob_address *address)
{
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int err = connect_socket(fd, address);
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

int dial_address(const hob_address *address, hob_error *error)
{
    int fd = connect_to(address);
    if (fd < 0)
        error_append(error, "%s", strerror(-fd));
    return fd;
}

/*
 * Several addresses: one coroutine for each query and each attempt, and one that starts them.
 */

struct race;

struct query {
    struct race *race;
    size_t index;
};

struct attempt {
    struct race *race;
    const hob_address *address;
    int result; /* a descriptor, or an error */
};

struct race {
    const struct dial_source *source;
    int *results; /* of the queries */
    struct query queries[2];
    size_t running; /* queries */
    hob_address addresses[HOB_LOOKUP_MAX];
    struct attempt attempts[HOB_LOOKUP_MAX]; /* of the addresses with the same index */
    size_t count;                            /* addresses */
    size_t started;
    size_t failed;
    double due;             /* the time of the next attempt, on the clock of hob_now() */
    struct attempt *winner; /* NULL until one has connected */
    hob_condition *changed; /* a query or an attempt has ended */
};

/* Adds addresses that were not tried. Those of the first query are tried before the others. */
static void add_addresses(struct race *self, size_t query, const hob_address *found, size_t count)
{
    size_t tried = self->started > 0 ? self->started - 1 : 0; /* the last one */
    hob_address *to = &self->addresses[query == 0 ? self->started : self->count];
    size_t behind = (size_t)(&self->addresses[self->count] - to);
    memmove(to + count, to, behind * sizeof(*to));
    memcpy(to, found, count * sizeof(*to));
    self->count += count;
    dial_interleave(&self->addresses[tried], self->count - tried);
}

static int run_query(void *arg)
{
    const struct query *self = arg;
    struct race *race = self->race;
    hob_address found[HOB_LOOKUP_MAX];
    int most = (int)(HOB_LOOKUP_MAX / race->source->queries);
    int result = race->source->look_up(race->source->arg, self->index, found);
    race->results[self->index] = result;
    race->running--;
    if (result > 0)
        add_addresses(race, self->index, found, (size_t)(result < most ? result : most));
    bool wait_for_first = self->index > 0 && race->running > 0;
    if (race->started == 0)
        race->due = hob_now() + (wait_for_first ? RESOLUTION_DELAY : 0);
    hob_condition_wake_one(race->changed);
    return 0;
}

static int run_attempt(void *arg)
{
    struct attempt *self = arg;
    struct race *race = self->race;
    self->result = connect_to(self->address);
    if (self->result < 0) {
        race->failed++;
        race->due = hob_now();
    } else if (race->winner) {
        close(self->result);
    } else {
        race->winner = self;
    }
    hob_condition_wake_one(race->changed);
    return 0;
}

static int start_queries(struct race *self)
{
    int err = 0;
    self->running = self->source->queries;
    for (size_t i = 0; i < self->source->queries && err == 0; i++) {
        self->queries[i] = (struct query){.race = self, .index = i};
        err = hob_start(run_query, &self->queries[i]);
    }
    return err;
}

static int start_attempt(struct race *self)
{
    struct attempt *attempt = &self->attempts[self->started];
    *attempt = (struct attempt){.race = self, .address = &self->addresses[self->started]};
    self->started++;
    self->due = hob_now() + ATTEMPT_DELAY;
    return hob_start(run_attempt, attempt);
}

/* Starts the next attempt if it is due, or else waits until that changes. */
static int advance(struct race *self)
{
    double left = self->due - hob_now();
    if (self->started == self->count)
        return hob_condition_wait(self->changed);
    if (left <= 0)
        return start_attempt(self);
    int err = hob_await_for(hob_condition_next(self->changed), left);
    if (err != -ETIMEDOUT)
        return err;
    self->due = hob_now();
    return 0; /* the last wait returns it if it is the deadline's */
}

/* A coroutine. When it returns, the remaining ones are cancelled and waited for. */
static int run_race(void *arg)
{
    struct race *self = arg;
    int err = start_queries(self);
    while (err == 0 && !self->winner && (self->running > 0 || self->failed < self->count))
        err = advance(self);
    return err;
}

static void append_failure(hob_error *error, const struct attempt *attempt, bool first)
{
    char name[HOB_PEER_SIZE];
    const union peer *peer = (const union peer *)&attempt->address->any;
    peer_format(peer, name, sizeof(name));
    error_append(error, "%s%s: %s", first ? "" : "; ", name, strerror(-attempt->result));
}

/* Returns the error of the first attempt, or the one that has interrupted the race. */
static int race_error(const struct race *self, int err, hob_error *error)
{
    if (err < 0) {
        for (size_t i = 0; i < self->source->queries && self->count == 0; i++)
            self->results[i] = err;
        error_append(error, "%s", strerror(-err));
        return err;
    }
    if (self->count == 0)
        return -ENXIO;
    for (size_t i = 0; i < self->count; i++)
        append_failure(error, &self->attempts[i], i == 0);
    return self->attempts[0].result;
}

static int race_result(const struct race *self, int err, hob_address *connected, hob_error *error)
{
    if (!self->winner)
        return race_error(self, err, error);
    if (err < 0) {
        close(self->winner->result);
        error_append(error, "%s", strerror(-err));
        return err;
    }
    *connected = *self->winner->address;
    return self->winner->result;
}

int dial(const struct dial_source *source, int *results, hob_address *connected, hob_error *error)
{
    struct race race = {.source = source, .results = results, .changed = hob_condition_new()};
    for (size_t i = 0; i < source->queries; i++)
        results[i] = 0;
    int err = race.changed ? hob_await(hob_async(run_race, &race)) : -ENOMEM;
    int result = race_result(&race, err, connected, error);
    hob_condition_free(race.changed);
    return result;
}
