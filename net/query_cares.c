/*
 * Queries by c-ares. Each has a channel of its own, which reads the settings of the system and is
 * destroyed with the query: so changes of these settings take effect at once, and a cancelled
 * coroutine destroys the channel.
 */
#include <ares.h>
#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "query.h"

/* Sockets that are waited for. One more would be read from at the next time-out. */
enum { SOCKETS_MAX = 16 };

const struct query_families query_families = {.count = 2, .families = {AF_INET6, AF_INET}};

struct query {
    ares_channel channel;
    struct pollfd sockets[SOCKETS_MAX];
    size_t socket_count;
    bool ended;
    int status; /* of c-ares */
    struct ares_addrinfo *found;
};

/*
 * Before 1.34, c-ares writes to TCP sockets in a way that may raise SIGPIPE. It takes all functions
 * for sockets or none.
 */

#if ARES_VERSION < 0x012200

static ares_socket_t open_socket(int family, int type, int protocol, void *unused)
{
    (void)unused;
    return socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

static int close_socket(ares_socket_t fd, void *unused)
{
    (void)unused;
    return close(fd);
}

static int
connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t length, void *unused)
{
    (void)unused;
    return connect(fd, to, length);
}

static ares_ssize_t receive(
    ares_socket_t fd, void *data, size_t size, int flags, struct sockaddr *from,
    ares_socklen_t *length, void *unused)
{
    (void)unused;
    return recvfrom(fd, data, size, flags, from, length);
}

static ares_ssize_t send_parts(ares_socket_t fd, const struct iovec *parts, int count, void *unused)
{
    struct msghdr message = {.msg_iovlen = (size_t)count};
    (void)unused;
    memcpy(&message.msg_iov, &parts, sizeof(void *)); /* which is not const, but only read */
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static const struct ares_socket_functions socket_functions = {
    .asocket = open_socket,
    .aclose = close_socket,
    .aconnect = connect_socket,
    .arecvfrom = receive,
    .asendv = send_parts,
};

static void avoid_signals(ares_channel channel)
{
    ares_set_socket_functions(channel, &socket_functions, NULL);
}
#else
static void avoid_signals(ares_channel channel)
{
    (void)channel;
}
#endif

/*
 * The channel.
 */

/* Called by c-ares with the events to wait for on a socket from now on. */
static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
    struct query *self = data;
    size_t i = 0;
    short events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
    while (i < self->socket_count && self->sockets[i].fd != fd)
        i++;
    if (events != 0 && i < SOCKETS_MAX) {
        self->sockets[i] = (struct pollfd){.fd = fd, .events = events};
        self->socket_count += i == self->socket_count;
    } else if (events == 0 && i < self->socket_count) {
        self->sockets[i] = self->sockets[--self->socket_count];
    }
}

static int open_channel(const hob_resolver_options *options, void *data, ares_channel *channel)
{
    struct ares_options wanted = {
        .timeout = (int)ceil(options->timeout * 1000),
        .tries = (int)options->tries,
        .sock_state_cb = on_socket,
        .sock_state_cb_data = data,
    };
    int set = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    int status = ares_init_options(channel, &wanted, set);
    if (status != ARES_SUCCESS)
        return -ENOMEM;
    avoid_signals(*channel);
    if (options->servers)
        status = ares_set_servers_ports_csv(*channel, options->servers);
    if (status == ARES_SUCCESS)
        return 0;
    ares_destroy(*channel);
    return status == ARES_ENOMEM ? -ENOMEM : -EINVAL;
}

int query_check(const hob_resolver_options *options)
{
    ares_channel channel;
    int err = open_channel(options, NULL, &channel);
    if (err == 0)
        ares_destroy(channel);
    return err;
}

/* Seconds until c-ares has something to do. */
static double seconds_left(const struct query *self)
{
    struct timeval left;
    if (!ares_timeout(self->channel, NULL, &left))
        return INFINITY;
    return (double)left.tv_sec + (double)left.tv_usec / 1e6;
}

/* Waits for an answer or a time-out, which c-ares then processes. */
static int advance(struct query *self)
{
    struct pollfd ready[SOCKETS_MAX];
    size_t count = self->socket_count;
    int err = hob_poll(self->sockets, count, seconds_left(self));
    if (err < 0)
        return err;
    memcpy(ready, self->sockets, sizeof(ready)); /* c-ares changes the sockets */
    for (size_t i = 0; i < count; i++) {
        bool readable = ready[i].revents & ~POLLOUT;
        bool writable = ready[i].revents & POLLOUT;
        if (readable || writable)
            ares_process_fd(
                self->channel, readable ? ready[i].fd : ARES_SOCKET_BAD,
                writable ? ready[i].fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(self->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* its time-outs */
    return 0;
}

/*
 * The question and its answer.
 */

static void on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *found)
{
    struct query *self = arg;
    (void)timeouts;
    self->ended = true;
    self->status = status;
    self->found = found;
}

static bool hosts_file_has(ares_channel channel, const char *name, int family)
{
    struct hostent *host = NULL;
    bool found = ares_gethostbyname_file(channel, name, family, &host) == ARES_SUCCESS;
    if (found)
        ares_free_hostent(host);
    return found;
}

/* A name that /etc/hosts has in one family only is not looked up elsewhere in the other. */
static bool is_excluded(ares_channel channel, const char *name, int family)
{
    int other = family == AF_INET ? AF_INET6 : AF_INET;
    return hosts_file_has(channel, name, other) && !hosts_file_has(channel, name, family);
}

static int ask(struct query *self, const char *name, int family)
{
    const struct ares_addrinfo_hints hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    int err = 0;
    if (is_excluded(self->channel, name, family))
        return -ENXIO;
    ares_getaddrinfo(self->channel, name, NULL, &hints, on_answer, self);
    while (err == 0 && !self->ended)
        err = advance(self);
    return err;
}

static int errno_of(int status)
{
    switch (status) {
    case ARES_SUCCESS:
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
    case ARES_ENONAME:
        return -ENXIO;
    case ARES_EBADNAME:
        return -EINVAL;
    case ARES_ENOMEM:
        return -ENOMEM;
    default:
        return -EREMOTEIO;
    }
}

static int use_answer(const struct query *self, struct answer *answer)
{
    if (self->status != ARES_SUCCESS)
        return errno_of(self->status);
    answer->ttl = INFINITY;
    for (const struct ares_addrinfo_node *at = self->found->nodes; at; at = at->ai_next) {
        answer_add(answer, at->ai_addr, at->ai_addrlen);
        answer->ttl = fmin(answer->ttl, at->ai_ttl);
    }
    return answer->count > 0 ? 0 : -ENXIO;
}

int query_addresses(
    const hob_resolver_options *options, const char *name, int family, struct answer *answer)
{
    struct query self = {.socket_count = 0};
    int err = open_channel(options, &self, &self.channel);
    if (err < 0)
        return err;
    err = ask(&self, name, family);
    if (err == 0)
        err = use_answer(&self, answer);
    ares_destroy(self.channel); /* ends the question if it has no answer yet */
    ares_freeaddrinfo(self.found);
    return err;
}
