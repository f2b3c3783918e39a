/* Waits for several descriptors, as poll(2) does. See hob_poll(). */
#include <errno.h>
#include <ev.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>

#include "descriptors.h"
#include "hob/runtime.h"
#include "memory/reserve.h"
#include "runtime/future.h"
#include "runtime/task.h"

#define READ_EVENTS  (POLLIN | POLLRDNORM)
#define WRITE_EVENTS (POLLOUT | POLLWRNORM)

static bool can_be_awaited(const struct pollfd *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (entries[i].fd >= 0 && entries[i].events & ~(READ_EVENTS | WRITE_EVENTS))
            return false;
    }
    return true;
}

/* Returns 0 when one of the entries may be ready, or after so many seconds. */
static int wait_for_any(const struct pollfd *entries, size_t count, double seconds)
{
    hob_future **futures = reserve_refill() ? calloc(count + 1, sizeof(hob_future *)) : NULL;
    if (!futures)
        return -ENOMEM;
    size_t waits = 0;
    for (size_t i = 0; i < count; i++) {
        int read = entries[i].events & READ_EVENTS ? EV_READ : 0;
        int write = entries[i].events & WRITE_EVENTS ? EV_WRITE : 0;
        if (entries[i].fd >= 0 && (read || write))
            futures[waits++] = descriptor_wait(entries[i].fd, read | write);
    }
    futures[waits++] = hob_timer(isnan(seconds) ? INFINITY : seconds);
    int result = future_race(futures, waits, NULL, "hob_poll");
    free(futures);
    return result;
}

int hob_poll(struct pollfd *fds, size_t count, double seconds)
{
    struct task *self = task_current(__func__);
    double end = hob_now() + seconds;
    if (!can_be_awaited(fds, count))
        return -EINVAL;
    task_yield_sometimes(self);
    int ready, err = 0;
    while ((ready = poll(fds, count, 0)) == 0) {
        double left = end - hob_now();
        if (err == 0)
            err = task_interrupted(self);
        if (err < 0 || left <= 0)
            return err;
        err = wait_for_any(fds, count, left);
    }
    return ready > 0 ? ready : -errno;
}
