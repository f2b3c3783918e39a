#include "tests/support/epoll_calls.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t calls;
static bool is_full;

size_t epoll_calls(void)
{
    return calls;
}

void epoll_set_full(bool full)
{
    is_full = full;
}

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    calls++;
    if (is_full && op == EPOLL_CTL_ADD) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_epoll_ctl, epfd, op, fd, event);
}
