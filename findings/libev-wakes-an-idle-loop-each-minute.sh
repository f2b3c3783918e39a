#!/usr/bin/env bash
# Surprise: a libev loop that waits for nothing but a descriptor wakes up every minute.
#
# Guess:    without timers, a loop blocks in epoll_wait(2) with no time limit until a descriptor is
#           ready, as those of libuv and libevent do, so that an idle process costs no wake-ups.
# Package:  libev-dev, libev4 1:4.33-1; for comparison libuv1-dev, libuv1 1.44.2-1+deb12u1 (Debian 12)
# Seen:     libev passes epoll_wait(2) a time limit of 59743 ms, and so wakes up to find nothing to do.
#           libuv passes -1. ev(3) does not mention it.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libev-dev=1:4.33-1 libev4=1:4.33-1 libuv1-dev=1.44.2-1+deb12u1 libuv1=1.44.2-1+deb12u1
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$libraries

# Takes the place of the C library's function: prints the time limit of the first long wait.
cat >epoll_wait.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

int epoll_pwait(int set, struct epoll_event *events, int size, int limit, const sigset_t *mask)
{
    (void)set, (void)events, (void)size, (void)mask;
    if (limit == 0)
        return 0;
    printf("%d\n", limit);
    exit(0);
}

int epoll_wait(int set, struct epoll_event *events, int size, int limit)
{
    return epoll_pwait(set, events, size, limit, NULL);
}
END
cat >with_libev.c <<'END'
#include <ev.h>

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)watcher, (void)events;
    ev_break(loop, EVBREAK_ALL);
}

int main(void)
{
    ev_io watcher;
    struct ev_loop *loop = ev_default_loop(EVBACKEND_EPOLL);
    ev_io_init(&watcher, on_readable, 0, EV_READ);
    ev_io_start(loop, &watcher);
    return ev_run(loop, 0);
}
END
cat >with_libuv.c <<'END'
#include <uv.h>

static void on_readable(uv_poll_t *handle, int status, int events)
{
    (void)status, (void)events;
    uv_poll_stop(handle);
}

int main(void)
{
    uv_poll_t handle;
    uv_poll_init(uv_default_loop(), &handle, 0);
    uv_poll_start(&handle, UV_READABLE, on_readable);
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
END
mkfifo nothing
# limit_of PROGRAM LIBRARY: what it passes epoll_wait(2) while it waits for a pipe.
limit_of() {
  gcc -D_GNU_SOURCE -I root/usr/include -o "$1" "$1.c" epoll_wait.c -L "$libraries" "-l$2"
  "./$1" <>nothing
}
expect "libuv, milliseconds" "$(limit_of with_libuv uv)" "-1"
expect "libev, milliseconds" "$(limit_of with_libev ev)" "59743"
