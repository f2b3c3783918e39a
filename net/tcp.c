#include "tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Bytes that the kernel buffers beyond the peer's window. */
#define UNSENT_LIMIT (128 * 1024)

/*
 * A peer may disappear without closing its connection, because of a broken cable or a firewall that
 * dropped its state. The kernel notices that after KEEP_IDLE + KEEP_COUNT * KEEP_INTERVAL seconds,
 * two minutes. There is no other limit for an idle stream. See tcp(7).
 */
enum { KEEP_IDLE = 60, KEEP_INTERVAL = 15, KEEP_COUNT = 4 };

static void set_option(int fd, int level, int option, int value)
{
    setsockopt(fd, level, option, &value, sizeof(value));
}

void tcp_set_options(int fd)
{
    /* A message is one write, so waiting for more data has no use. */
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    /* By default the kernel would buffer megabytes for each peer that does not read. */
    set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_LIMIT);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
}
