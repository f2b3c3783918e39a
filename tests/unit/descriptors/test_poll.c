#include <fcntl.h>
#include <poll.h>

#include "tests/support/channel.h"
#include "tests/support/current.h"

TestSuite(poll, .timeout = 60);

ChannelTest(poll, returns_at_once_what_is_ready, open_sockets)
{
    put_data(ends);
    struct pollfd fds[] = {
        {.fd = ends[0], .events = POLLIN},
        {.fd = ends[1], .events = POLLIN | POLLOUT},
        {.fd = ends[1], .events = POLLIN, .revents = POLLIN},
        {.fd = -1, .events = POLLIN, .revents = POLLIN},
    };
    cr_expect_eq(hob_poll(fds, COUNT(fds), INFINITY), 2);
    cr_expect_eq(fds[0].revents, POLLIN);
    cr_expect_eq(fds[1].revents, POLLOUT);
    cr_expect_eq(fds[2].revents, 0);
    cr_expect_eq(fds[3].revents, 0);
}

static int put_soon(void *ends)
{
    let_the_loop_poll();
    put_data(ends);
    return 0;
}

CoroutineTest(poll, waits_for_any_and_reports_all)
{
    int ends[2], other[2];
    open_sockets(ends);
    open_pipe(other);
    hob_future *putting = hob_async(put_soon, ends);
    struct pollfd fds[] = {
        {.fd = other[0], .events = POLLIN},
        {.fd = ends[0], .events = POLLIN},
        {.fd = ends[0], .events = POLLIN | POLLOUT},
        {.fd = ends[0]},
    };
    fill(ends[0]);
    cr_expect_eq(hob_poll(fds, COUNT(fds), NAN), 2, "two entries of the same descriptor");
    cr_expect_eq(fds[0].revents, 0);
    cr_expect_eq(fds[1].revents, POLLIN);
    cr_expect_eq(fds[2].revents, POLLIN);
    cr_expect_eq(fds[3].revents, 0);
    cr_expect_eq(hob_await(putting), 0);
    cr_expect_eq(active_watchers(), 0);
    close_both(ends);
    close_both(other);
}

static int close_soon(void *fd)
{
    let_the_loop_poll();
    close(number_of(fd));
    return 0;
}

CoroutineTest(poll, reports_a_peer_that_is_gone)
{
    int ends[2];
    open_sockets(ends);
    hob_future *closing = start(close_soon, ends[1]);
    struct pollfd fds[] = {{.fd = ends[0], .events = POLLIN}};
    cr_expect_eq(hob_poll(fds, 1, 60), 1);
    cr_expect_eq(fds[0].revents, POLLIN | POLLHUP);
    cr_expect_eq(hob_await(closing), 0);
    close(ends[0]);
}

ChannelTest(poll, is_zero_when_the_time_is_over, open_pipe)
{
    static const double times[] = {0, -1, 0.01};
    for (size_t i = 0; i < COUNT(times); i++) {
        struct pollfd fds[] = {{.fd = ends[0], .events = POLLIN, .revents = POLLIN}};
        double begin = hob_now();
        cr_expect_eq(hob_poll(fds, 1, times[i]), 0);
        cr_expect_geq(hob_now() - begin, times[i]);
        cr_expect_eq(fds[0].revents, 0);
        cr_expect_eq(hob_poll(NULL, 0, times[i]), 0);
    }
}

CoroutineTest(poll, reports_descriptors_that_cannot_be_awaited)
{
    int path = open("/", O_PATH);
    int file = open("/proc/self/exe", O_RDONLY);
    struct pollfd fds[] = {
        {.fd = 1000000, .events = POLLIN},
        {.fd = path, .events = POLLIN},
        {.fd = file, .events = POLLIN},
    };
    cr_expect_eq(hob_poll(fds, COUNT(fds), 60), 3);
    cr_expect_eq(fds[0].revents, POLLNVAL);
    cr_expect_eq(fds[1].revents, POLLNVAL);
    cr_expect_eq(fds[2].revents, POLLIN, "a file is always ready");
    close(path);
    close(file);
}

CoroutineTest(poll, refuses_events_that_epoll_of_libev_does_not_report)
{
    struct pollfd fds[] = {{.fd = 0, .events = POLLIN}, {.fd = 0, .events = POLLPRI}};
    cr_expect_eq(hob_poll(fds, 2, 0), -EINVAL);
    fds[1].fd = -1;
    fds[0].fd = -1;
    cr_expect_eq(hob_poll(fds, 2, 0), 0, "what is left out is not looked at");
}

static int poll_for_ever(void *fd)
{
    struct pollfd fds[] = {{.fd = number_of(fd), .events = POLLIN}};
    return hob_poll(fds, 1, INFINITY);
}

ChannelTest(poll, is_interrupted, open_pipe)
{
    hob_future *poller = start(poll_for_ever, ends[0]);
    let_the_loop_poll();
    cr_expect_eq(cancel_and_await(poller), -ECANCELED);

    double before = hob_deadline(0.01);
    cr_expect_eq(poll_for_ever(as_argument(ends[0])), -ETIMEDOUT);
    cr_expect_eq(hob_poll(NULL, 0, 0), -ETIMEDOUT);
    put_data(ends);
    cr_expect_eq(poll_for_ever(as_argument(ends[0])), 1, "what is ready is not lost");
    hob_deadline_at(before);
    cr_expect_eq(active_watchers(), 0);
}

static int count_turns(void *turns)
{
    while (hob_yield() == 0)
        ++*(int *)turns;
    return 0;
}

CoroutineTest(poll, that_never_waits_lets_others_run)
{
    int turns = 0;
    hob_future *counting = hob_async(count_turns, &turns);
    for (int i = 0; i < 1000; i++)
        hob_poll(NULL, 0, 0);
    cr_expect_gt(turns, 10);
    cancel_and_await(counting);
}
