/*
 * Virtual time: link this into a test, and a timer of ten minutes ends in milliseconds.
 *
 * Time stands still while code runs. When no coroutine can run and no descriptor is ready, it jumps
 * to the next timer, so everything happens in the same order in every run. (To look for input takes
 * a microsecond, so that it does not stand still where code waits by yielding.) The code under test
 * is not changed: this file defines the functions by which the runtime and libev read the clock and
 * wait, and the linker takes these instead of the C library's.
 *
 * This holds inside hob_block_on() only: a test framework around it has the real time, and so do
 * functions on other threads (hob_offload). While one of those runs, there are no jumps; nor when
 * no timer is left to jump to, or while a descriptor is awaited whose peer is real.
 *
 * Calls such as nanosleep(2) advance the time as well.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "hob/virtual_time.h"

#define NANOSECONDS 1000000000LL

/* How far virtual time is from where it started. */
static _Atomic int64_t elapsed;

double hob_virtual_elapsed(void)
{
    return (double)atomic_load(&elapsed) / NANOSECONDS;
}

static atomic_bool peers_are_real;

void hob_virtual_peers(bool real)
{
    atomic_store(&peers_are_real, real);
}

static void advance(int64_t nanoseconds)
{
    atomic_fetch_add(&elapsed, nanoseconds);
}

/* Both clocks start at a time that is easy to recognise: 2001-09-09T01:46:40Z. */
static const int64_t start = 1000000000LL * NANOSECONDS;

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): there they have underscores */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!hob_in_loop() || (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME))
        return (int)syscall(SYS_clock_gettime, clock, now);
    int64_t time = start + atomic_load(&elapsed);
    now->tv_sec = time / NANOSECONDS;
    now->tv_nsec = time % NANOSECONDS;
    return 0;
}

static int real_epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
    return (int)syscall(SYS_epoll_pwait, epoll, events, count, timeout, NULL, 0);
}

/*
 * Whether to wait in real time: for a thread or a real peer, or because there is no timer to jump
 * to. Without timers libev waits for a minute at a time, and virtual time would advance by that.
 */
static bool stands_still(void)
{
    return hob_offload_unfinished() > 0 || !hob_timers_pending() ||
           (atomic_load(&peers_are_real) && hob_descriptors_awaited());
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout)
{
    if (!hob_in_loop())
        return real_epoll_wait(epoll, events, count, timeout);
    int ready = real_epoll_wait(epoll, events, count, 0);
    if (ready != 0)
        return ready;
    if (timeout != 0 && stands_still())
        return real_epoll_wait(epoll, events, count, -1);
    /* A microsecond more: for libev a timer is due when its time is in the past. */
    advance(timeout * (NANOSECONDS / 1000) + 1000);
    return 0;
}

int nanosleep(const struct timespec *duration, struct timespec *left)
{
    if (!hob_in_loop())
        return (int)syscall(SYS_nanosleep, duration, left);
    advance(duration->tv_sec * NANOSECONDS + duration->tv_nsec);
    return 0;
}

int usleep(useconds_t microseconds)
{
    struct timespec duration = {microseconds / 1000000, microseconds % 1000000 * 1000};
    return nanosleep(&duration, NULL);
}

unsigned sleep(unsigned seconds)
{
    struct timespec duration = {seconds, 0};
    return nanosleep(&duration, NULL) == 0 ? 0 : seconds;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
