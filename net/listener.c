#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "tcp.h"
#include "unix_path.h"

/*
 * Opening.
 */

/* A restarted server need not wait until its old connections leave TIME_WAIT. */
static int reuse_port(int fd)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ? -errno : 0;
}

/* Whether a socket of "[::]" leaves IPv4 clients to another one of the same port. */
static int set_ipv6_only(int fd)
{
    int on = 1;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0 ? -errno : 0;
}

/* The kernel cuts this down to net.core.somaxconn. */
#define QUEUE 65535

static int bind_and_listen(int fd, const hob_address *address, bool ipv6_only)
{
    if (address->any.sa_family == AF_UNIX)
        return unix_path_listen(fd, address);
    int err = reuse_port(fd);
    if (err == 0 && ipv6_only)
        err = set_ipv6_only(fd);
    if (err == 0 && bind(fd, &address->any, address->length) < 0)
        err = -errno;
    if (err == 0 && listen(fd, QUEUE) < 0)
        err = -errno;
    return err;
}

static int listen_on(const hob_address *address, bool ipv6_only)
{
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int err = bind_and_listen(fd, address, ipv6_only);
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

int hob_listen(const char *address)
{
    hob_address parsed;
    int err = hob_address_parse(address, &parsed);
    return err < 0 ? err : listen_on(&parsed, false);
}

/* Returns whether an IPv4 address with the port of this IPv6 one is among the addresses. */
static bool
is_shared_with_ipv4(const hob_address *address, const char *const *addresses, size_t count)
{
    hob_address other;
    in_port_t port = address->any.sa_family == AF_INET6 ? address->ipv6.sin6_port : 0;
    for (size_t i = 0; i < count && port != 0; i++) {
        if (hob_address_parse(addresses[i], &other) == 0 && other.any.sa_family == AF_INET &&
            other.ipv4.sin_port == port)
            return true;
    }
    return false;
}

static void close_and_remove(const int *sockets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct listener listener;
        if (listener_take(&listener, sockets[i]) == 0 && listener.file.sun_path[0] != '\0')
            listener_shut(&listener);
        close(sockets[i]);
    }
}

int hob_listen_all(const char *const *addresses, size_t count, int *sockets, size_t *failed)
{
    for (size_t i = 0; i < count; i++) {
        hob_address address;
        int err = hob_address_parse(addresses[i], &address);
        if (err == 0)
            err = listen_on(&address, is_shared_with_ipv4(&address, addresses, count));
        if (err < 0) {
            close_and_remove(sockets, i);
            *failed = i;
            return err;
        }
        sockets[i] = err;
    }
    return 0;
}

/*
 * Existing sockets.
 */

static int address_of(int fd, hob_address *address)
{
    int type = 0;
    int listens = 0;
    socklen_t size = sizeof(int);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0)
        return -errno;
    if (type != SOCK_STREAM || !listens)
        return -EINVAL;
    memset(address, 0, sizeof(*address));
    address->length = offsetof(hob_address, length);
    return getsockname(fd, &address->any, &address->length) < 0 ? -errno : 0;
}

static int socket_url(int fd, const char *scheme, char *url, size_t size)
{
    hob_address address;
    int err = address_of(fd, &address);
    return err < 0 ? err : address_url(&address, scheme, url, size);
}

int hob_socket_url(int fd, char *url, size_t size)
{
    return socket_url(fd, "http", url, size);
}

int hob_socket_https_url(int fd, char *url, size_t size)
{
    return socket_url(fd, "https", url, size);
}

/* Sockets of other programs may lack settings of hob_listen() and socket(2). */
static void prepare(int fd, const hob_address *address)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (address->any.sa_family == AF_UNIX)
        return;
    tcp_set_options(fd); /* accepted sockets inherit them */
}

static bool is_exposed(const hob_address *address)
{
    return address->any.sa_family != AF_UNIX && !hob_address_is_loopback(address);
}

int hob_socket_file_of(int fd, hob_socket_file *file)
{
    hob_address address = {.length = 0};
    int err = address_of(fd, &address);
    if (err < 0)
        return err;
    if (address.any.sa_family != AF_UNIX || address.local.sun_path[0] == '\0')
        return -EINVAL;
    return unix_path_file(address.local.sun_path, file);
}

static void remember_file(struct listener *self, const hob_address *address)
{
    const char *path = address->local.sun_path;
    if (address->any.sa_family != AF_UNIX || path[0] == '\0')
        return;
    if (unix_path_file(path, &self->made) == 0)
        self->file = address->local;
}

void listener_set_file(struct listener *self, const hob_socket_file *file)
{
    self->made = *file;
    if (file->inode == 0)
        self->file.sun_path[0] = '\0';
}

int listener_take(struct listener *self, int fd)
{
    hob_address address = {.length = 0};
    char url[HOB_URL_SIZE];
    int err = address_of(fd, &address);
    if (err == 0)
        err = address_url(&address, "", url, sizeof(url)); /* refuses unknown kinds */
    if (err < 0)
        return err;
    *self = (struct listener){
        .fd = fd,
        .local = address.any.sa_family == AF_UNIX,
        .exposed = is_exposed(&address),
    };
    prepare(fd, &address);
    remember_file(self, &address);
    return 0;
}

/*
 * Closing.
 */

/*
 * A client that connects after the last accept(2) and before close(2) would be connected and then
 * reset. This filter is a program for the kernel (SO_ATTACH_FILTER in socket(7)) that gets segments
 * from the TCP header on, and drops those with SYN. Segments that complete a handshake, or belong
 * to a connection, have no SYN.
 */
static void drop_handshakes(int fd)
{
    enum { FLAGS = 13, SYN = 0x02 }; /* RFC 9293 section 3.1 */
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog filter = {.len = sizeof(program) / sizeof(program[0]), .filter = program};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

void listener_shut(struct listener *self)
{
    if (self->local)
        unix_path_remove(self->file.sun_path, &self->made);
    else
        drop_handshakes(self->fd);
}

void listener_close(struct listener *self)
{
    if (self->fd >= 0)
        close(self->fd);
    self->fd = -1;
}
