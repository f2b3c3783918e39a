/*
 * Descriptors that are closed while a coroutine awaits them. In virtual time: a coroutine that
 * sleeps takes it on to when the runtime looks at them.
 */
#include <poll.h>

#include "descriptors/descriptors.h"
#include "tests/support/channel.h"
#include "tests/support/current.h"
#include "tests/support/virtual_time.h"

TestSuite(closed_descriptors, .timeout = 60);

static int ends[2]; /* of a pipe that is empty, or full */

static int wait_readable(void *arg)
{
    return hob_await(hob_readable(ends[0]));
}

static int wait_writable(void *arg)
{
    return hob_await(hob_writable(ends[1]));
}

static int wait_to_read(void *arg)
{
    char byte;
    return hob_read(ends[0], &byte, 1);
}

static int wait_to_write(void *arg)
{
    return hob_write(ends[1], "x", 1);
}

static int poll_readable(void *arg)
{
    struct pollfd fds[] = {{.fd = ends[0], .events = POLLIN}, {.fd = ends[1], .events = 0}};
    int ready = hob_poll(fds, 2, INFINITY);
    return ready == 2 && fds[0].revents == POLLNVAL ? -EBADF : ready;
}

static const struct {
    const char *name;
    hob_fn *wait;
    bool writes;
} cases[] = {
    {NAMED(wait_readable), false}, {NAMED(wait_to_read), false},  {NAMED(wait_writable), true},
    {NAMED(wait_to_write), true},  {NAMED(poll_readable), false},
};

static void open_ends(bool full)
{
    open_pipe(ends);
    if (full)
        fill(ends[1]);
}

/* Both ends, or the one would make the other ready. */
CoroutineTest(closed_descriptors, end_each_kind_of_wait)
{
    static const double delays[] = {0, 0.5, 1, 3.3, 100}; /* and all is quiet before */
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t k = 0; k < COUNT(delays); k++) {
            open_ends(cases[i].writes);
            hob_future *waiter = hob_async(cases[i].wait, NULL);
            hob_sleep(delays[k]);
            cr_expect_not(waiter->ready);
            close_both(ends);
            hob_sleep(2.5);
            cr_expect(waiter->ready, "%s closed after %g s", cases[i].name, delays[k]);
            cr_expect_eq(hob_await(waiter), -EBADF, "%s", cases[i].name);
        }
    }
}

/* The wait would be for another file, or without end. */
CoroutineTest(closed_descriptors, end_a_wait_when_their_number_is_used_again)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        open_ends(cases[i].writes);
        int before[] = {ends[0], ends[1]};
        hob_future *waiter = hob_async(cases[i].wait, NULL);
        hob_sleep(3);
        close_both(ends);
        open_ends(cases[i].writes);
        cr_expect(ends[0] == before[0] && ends[1] == before[1]);
        hob_sleep(2.5);
        cr_expect(waiter->ready, "%s", cases[i].name);
        cr_expect_eq(hob_await(waiter), -EBADF, "%s", cases[i].name);
        close_both(ends);
    }
}

/* One of two waits for a socket is cancelled, and the socket is closed in the same turn. */
static void close_with_one_of_two_waits(bool cancel_first)
{
    int pair[2];
    open_sockets(pair);
    fill(pair[0]);
    hob_future *first = hob_readable(pair[0]);
    hob_future *second = hob_writable(pair[0]);
    hob_sleep(0.1);
    hob_future *cancelled = cancel_first ? first : second;
    hob_future *left = cancel_first ? second : first;
    hob_cancel(cancelled);
    close(pair[0]);
    cr_expect_eq(hob_await(cancelled), -ECANCELED);
    double begin = hob_now();
    cr_expect_eq(hob_await(left), -EBADF);
    cr_expect(passed(begin, 0), "the next look at the descriptors is a second later");
    close(pair[1]);
}

CoroutineTest(closed_descriptors, end_the_other_wait_when_one_ended_in_the_same_turn)
{
    close_with_one_of_two_waits(true);
    close_with_one_of_two_waits(false);
}

/* Both are found by the same look at the descriptors. */
CoroutineTest(closed_descriptors, end_all_of_several_waits)
{
    open_pipe(ends);
    hob_future *waits[4];
    for (size_t i = 0; i < COUNT(waits); i++)
        waits[i] = hob_readable(ends[0]);
    hob_sleep(3);
    close_both(ends);
    hob_sleep(2.5);
    for (size_t i = 0; i < COUNT(waits); i++)
        cr_expect_eq(hob_await(waits[i]), -EBADF);
}

CoroutineTest(closed_descriptors, leave_several_waits_for_one_that_stays_open)
{
    open_pipe(ends);
    hob_future *first = hob_readable(ends[0]);
    hob_future *second = hob_readable(ends[0]);
    hob_sleep(1.5);
    cr_expect_eq(cancel_and_await(first), -ECANCELED);
    hob_sleep(3);
    cr_expect_not(second->ready);
    put_data(ends);
    cr_expect_eq(hob_await(second), 0);
    close_both(ends);
}

CoroutineTest(closed_descriptors, that_stay_open_are_awaited_as_long_as_it_takes)
{
    open_pipe(ends);
    hob_future *waiter = hob_async(wait_to_read, NULL);
    for (int i = 0; i < 100; i++)
        hob_sleep(0.7);
    cr_expect_not(waiter->ready);
    put_data(ends);
    cr_expect_eq(hob_await(waiter), 1);
    close_both(ends);
}

/* Or a program that waits for a message would wake each second for nothing. */
CoroutineTest(closed_descriptors, are_not_looked_for_while_nothing_runs)
{
    open_pipe(ends);
    hob_future *waiter = hob_async(wait_to_read, NULL);
    hob_sleep(10);
    struct descriptors *waits = loop_current()->descriptors;
    hob_yield();
    cr_expect(ev_is_active(&waits->audit), "a coroutine runs");
    cr_expect_eq(cancel_and_await(waiter), -ECANCELED);
    hob_sleep(10);
    cr_expect_not(ev_is_active(&waits->audit), "nothing is awaited");
    close_both(ends);
}
