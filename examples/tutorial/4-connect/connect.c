#include "connect.h"

#include <errno.h>
#include <hob/hob.h>
#include <sys/socket.h>
#include <unistd.h>

/* How a connection that took a while was decided. */
static int outcome(int fd)
{
    int err;
    socklen_t size = sizeof(err);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) < 0)
        return -errno;
    return -err;
}

static int start(int fd, const hob_address *to)
{
    if (connect(fd, &to->any, to->length) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return -errno;
    int err = hob_await(hob_writable(fd)); /* others are served meanwhile */
    return err < 0 ? err : outcome(fd);
}

int connect_to(const char *address)
{
    hob_address to;
    int err = hob_address_parse(address, &to);
    if (err < 0)
        return err;
    int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    err = start(fd, &to);
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}
