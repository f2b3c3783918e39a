#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "conn.h"
#include "hob/net.h"
#include "runtime/task.h"
#include "tcp.h"

/* Errors of one client that has gone, after which there may be others: see accept(2). */
static bool is_of_client(int err)
{
    return err == EINTR || err == ECONNABORTED || err == EPROTO;
}

/* Returns a descriptor. The address of a unix socket is cut: only its family is kept. */
static int accept_one(int listener, union peer *peer)
{
    struct task *task = task_current("hob_accept");
    task_yield_sometimes(task);
    int err = task_interrupted(task);
    while (err == 0) {
        socklen_t size = sizeof(*peer);
        int fd = accept4(listener, &peer->any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            return fd;
        if (errno == EAGAIN)
            err = hob_await(hob_readable(listener));
        else if (!is_of_client(errno))
            err = -errno;
    }
    return err;
}

int hob_accept(int listener, hob_conn **conn)
{
    union peer peer = {.any.sa_family = AF_UNSPEC};
    char name[HOB_PEER_SIZE];
    *conn = NULL;
    int fd = accept_one(listener, &peer);
    if (fd < 0)
        return fd;
    if (peer.any.sa_family != AF_UNIX)
        tcp_set_options(fd);
    peer_format(&peer, name, sizeof(name));
    *conn = conn_new(fd, &peer, name);
    return *conn ? 0 : -ENOMEM;
}
