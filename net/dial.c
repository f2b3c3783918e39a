#include "dial.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "error.h"
#include "hob/sync.h"
#include "peer.h"

/* Seconds until the next address is tried, unless the ones before fail earlier. */
#define ATTEMPT_DELAY 0.25

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

/*
 * Several addresses: one coroutine for each attempt, and one that starts them.
 */

struct race;

struct attempt {
    struct race *race;
    const hob_address *address;
    int result; /* a descriptor, or an error */
};

struct race {
    struct attempt attempts[HOB_LOOKUP_MAX];
    size_t count;
    size_t started;
    size_t failed;
    struct attempt *winner; /* NULL until one has connected */
    hob_condition *ended;   /* an attempt has */
};

static int run_attempt(void *arg)
{
    struct attempt *self = arg;
    struct race *race = self->race;
    self->result = connect_to(self->address);
    if (self->result < 0)
        race->failed++;
    else if (race->winner)
        close(self->result);
    else
        race->winner = self;
    hob_condition_wake_one(race->ended);
    return 0;
}

/* Starts the next attempt, if there is one, and waits until one ends or the next one is due. */
static int advance(struct race *self)
{
    int err = 0;
    if (self->started < self->count)
        err = hob_start(run_attempt, &self->attempts[self->started++]);
    if (err < 0)
        return err;
    if (self->started == self->count)
        return hob_condition_wait(self->ended);
    err = hob_await_for(hob_condition_next(self->ended), ATTEMPT_DELAY);
    return err == -ETIMEDOUT ? 0 : err; /* the last wait returns it if it is the deadline's */
}

/* A coroutine. When it returns, the remaining attempts are cancelled and waited for. */
static int run_race(void *arg)
{
    struct race *self = arg;
    int err = 0;
    while (err == 0 && !self->winner && self->failed < self->count)
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

/* Returns the error of the first address, or the one that has interrupted the race. */
static int race_error(const struct race *self, int err, hob_error *error)
{
    if (err < 0) {
        error_append(error, "%s", strerror(-err));
        return err;
    }
    for (size_t i = 0; i < self->count; i++)
        append_failure(error, &self->attempts[i], i == 0);
    return self->attempts[0].result;
}

static int race_addresses(struct race *self, size_t *index, hob_error *error)
{
    int err = hob_await(hob_async(run_race, self));
    if (!self->winner)
        return race_error(self, err, error);
    if (err < 0) {
        close(self->winner->result);
        error_append(error, "%s", strerror(-err));
        return err;
    }
    *index = (size_t)(self->winner - self->attempts);
    return self->winner->result;
}

/* No coroutine is needed for one address. */
static int dial_one(const hob_address *address, hob_error *error)
{
    int fd = connect_to(address);
    if (fd < 0)
        error_append(error, "%s", strerror(-fd));
    return fd;
}

int dial(const hob_address *addresses, size_t count, size_t *index, hob_error *error)
{
    *index = 0;
    if (count == 1)
        return dial_one(addresses, error);
    struct race race = {
        .count = count < HOB_LOOKUP_MAX ? count : HOB_LOOKUP_MAX,
        .ended = hob_condition_new(),
    };
    if (!race.ended) {
        error_append(error, "%s", strerror(ENOMEM));
        return -ENOMEM;
    }
    for (size_t i = 0; i < race.count; i++)
        race.attempts[i] = (struct attempt){.race = &race, .address = &addresses[i]};
    int result = race_addresses(&race, index, error);
    hob_condition_free(race.ended);
    return result;
}
