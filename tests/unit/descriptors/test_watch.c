#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "hob/testing.h"
#include "tests/support/channel.h"
#include "tests/support/current.h"
#include "tests/support/epoll_calls.h"
#include "tests/support/mistake.h"

TestSuite(watch, .timeout = 60);

/* A CoroutineTest that watches the first of the ends of what `open` opens. */
#define WatchTest(name, open)                                                                      \
    static void name##_on(hob_watch *watch, int *ends);                                            \
    CoroutineTest(watch, name)                                                                     \
    {                                                                                              \
        int ends[2];                                                                               \
        open(ends);                                                                                \
        hob_watch *watch = hob_watch_new(ends[0]);                                                 \
        name##_on(watch, ends);                                                                    \
        hob_watch_close(watch);                                                                    \
        close(ends[1]);                                                                            \
    }                                                                                              \
    static void name##_on(hob_watch *watch, int *ends)

static char get_byte(int fd)
{
    char byte = '\0';
    cr_expect_eq(read(fd, &byte, 1), 1);
    return byte;
}

WatchTest(is_ready_when_there_is_input_or_room, open_sockets)
{
    hob_future *readable = hob_watch_readable(watch);
    let_the_loop_poll();
    cr_expect_not(readable->ready);
    put_data(ends);
    cr_expect_eq(hob_await(readable), 0);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), 0, "what is there is reported again");
    get_byte(ends[0]);
    readable = hob_watch_readable(watch);
    let_the_loop_poll();
    cr_expect_not(readable->ready);
    cr_expect_eq(hob_await(hob_watch_writable(watch)), 0);
}

CoroutineTest(watch, is_ready_when_the_peer_is_gone)
{
    int ends[2];
    open_sockets(ends);
    fill(ends[0]);
    hob_watch *watch = hob_watch_new(ends[0]);
    close(ends[1]);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), 0);
    cr_expect_eq(hob_await(hob_watch_writable(watch)), 0);
    hob_watch_close(watch);
}

struct echo {
    hob_watch *watch;
    int fd, rounds;
};

/* Receives a byte and sends the next one, so often. */
static int echo(void *arg)
{
    const struct echo *self = arg;
    for (int i = 0; i < self->rounds; i++) {
        int err = hob_await(hob_watch_readable(self->watch));
        char byte = (char)(get_byte(self->fd) + 1);
        if (err < 0)
            return err;
        cr_expect_eq(write(self->fd, &byte, 1), 1);
    }
    return 0;
}

CoroutineTest(watch, stays_registered_from_one_wait_to_the_next)
{
    enum { ROUNDS = 100 };
    int ends[2];
    open_sockets(ends);
    struct echo left = {hob_watch_new(ends[0]), ends[0], ROUNDS};
    struct echo right = {hob_watch_new(ends[1]), ends[1], ROUNDS};
    put_data(ends);
    size_t before = epoll_calls();
    cr_expect_eq(hob_join(hob_async(echo, &left), hob_async(echo, &right)), 0);
    cr_expect_leq(epoll_calls() - before, 4, "%zu calls", epoll_calls() - before);
    hob_watch_close(left.watch);
    hob_watch_close(right.watch);
}

/* epoll would report it in each turn. */
WatchTest(unawaited_input_does_not_keep_the_loop_busy, open_sockets)
{
    put_data(ends);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), 0);
    cr_expect_eq(hob_await(hob_watch_writable(watch)), 0);
    let_the_loop_poll();
    uint64_t turns = ev_iteration(loop_current()->ev);
    hob_sleep(0.2);
    cr_expect_leq(ev_iteration(loop_current()->ev) - turns, 3);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), 0, "it is registered again");
}

static int wait_to_read(void *watch)
{
    return hob_await(hob_watch_readable(watch));
}

static int wait_to_write(void *watch)
{
    return hob_await(hob_watch_writable(watch));
}

WatchTest(serves_readers_and_writers_at_the_same_time, open_sockets)
{
    fill(ends[0]);
    hob_future *readers[] = {hob_async(wait_to_read, watch), hob_async(wait_to_read, watch)};
    hob_future *writers[] = {hob_async(wait_to_write, watch), hob_async(wait_to_write, watch)};
    let_the_loop_poll();
    cr_expect_not(readers[0]->ready || readers[1]->ready || writers[0]->ready || writers[1]->ready);
    put_data(ends);
    cr_expect_eq(hob_join_all(readers, 2), 0);
    cr_expect_not(writers[0]->ready || writers[1]->ready);
    drain(ends[1]);
    cr_expect_eq(hob_join_all(writers, 2), 0);
}

CoroutineTest(watch, that_is_closed_ends_its_waits)
{
    int ends[2];
    open_sockets(ends);
    fill(ends[0]);
    hob_watch *watch = hob_watch_new(ends[0]);
    hob_future *reader = hob_async(wait_to_read, watch);
    hob_future *writer = hob_async(wait_to_write, watch);
    hob_future *not_awaited = hob_watch_readable(watch);
    let_the_loop_poll();
    hob_watch_close(watch);
    cr_expect_eq(hob_await(reader), -EBADF);
    cr_expect_eq(hob_await(writer), -EBADF);
    cr_expect_eq(hob_await(not_awaited), -EBADF);
    cr_expect_eq(fcntl(ends[0], F_GETFD), -1);
    close(ends[1]);
}

ChannelTest(watch, that_is_freed_leaves_the_descriptor_open, open_pipe)
{
    hob_watch *watch = hob_watch_new(ends[0]);
    hob_future *reader = hob_async(wait_to_read, watch);
    let_the_loop_poll();
    hob_watch_free(watch);
    cr_expect_eq(hob_await(reader), -EBADF);
    put_data(ends);
    cr_expect_eq(get_byte(ends[0]), 'x');
    hob_watch_free(NULL);
    hob_watch_close(NULL);
}

/* libev knows the number already, and the kernel does not know the new descriptor. */
CoroutineTest(watch, may_have_a_number_that_was_closed_in_the_same_turn)
{
    int ends[2], first = -1;
    for (int i = 0; i < 20; i++) {
        (i % 2 == 0 ? open_pipe : open_sockets)(ends);
        first = i == 0 ? ends[0] : first;
        cr_expect_eq(ends[0], first);
        hob_watch *watch = hob_watch_new(ends[0]);
        hob_future *readable = hob_watch_readable(watch);
        if (i % 3 > 0)
            let_the_loop_poll();
        cr_expect_not(readable->ready, "round %d", i);
        put_data(ends);
        cr_expect_eq(hob_await(readable), 0, "round %d", i);
        hob_watch_close(watch);
        close(ends[1]);
    }
}

CoroutineTest(watch, of_what_epoll_does_not_accept_is_an_error)
{
    int path = open("/", O_PATH);
    hob_watch *watches[] = {hob_watch_new(path), hob_watch_new(-1), hob_watch_new(1000000)};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(hob_await(hob_watch_readable(watches[i])), -EBADF, "%zu", i);
        cr_expect_eq(hob_await(hob_watch_writable(watches[i])), -EBADF, "%zu", i);
        hob_watch_free(watches[i]);
    }
    close(path);
}

WatchTest(that_the_kernel_has_no_room_for_is_an_error, open_pipe)
{
    epoll_set_full(true);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), -ENOMEM);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), -ENOMEM);
    epoll_set_full(false);
    put_data(ends);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), 0, "the next is tried again");
}

WatchTest(waits_can_be_cancelled_and_race, open_sockets)
{
    size_t winner = 9;
    hob_future *reader = hob_async(wait_to_read, watch);
    let_the_loop_poll();
    cr_expect_eq(cancel_and_await(reader), -ECANCELED);
    cr_expect_eq(hob_await_for(hob_watch_readable(watch), 0.01), -ETIMEDOUT);
    hob_future *either[] = {hob_watch_readable(watch), hob_watch_writable(watch)};
    cr_expect_eq(hob_race_all(either, 2, &winner), 0);
    cr_expect_eq(winner, 1);
    cr_expect_not(hob_descriptors_awaited());
    reader = hob_watch_readable(watch);
    cr_expect(hob_descriptors_awaited());
    put_data(ends);
    cr_expect_eq(hob_await(reader), 0);
}

WatchTest(works_beside_other_waits_for_the_descriptor, open_sockets)
{
    for (int i = 0; i < 10; i++) {
        hob_future *watched = hob_watch_readable(watch);
        hob_future *readable = hob_readable(ends[0]);
        hob_future *writable = hob_writable(ends[0]);
        cr_expect_eq(hob_await(writable), 0);
        put_data(ends);
        cr_expect_eq(hob_join(watched, readable), 0);
        get_byte(ends[0]);
    }
}

/* The registration alone is no reason to wait for. */
static int wait_for_nothing(void *arg)
{
    int ends[2];
    open_sockets(ends);
    hob_watch *watch = hob_watch_new(ends[0]);
    put_data(ends);
    cr_expect_eq(hob_await(hob_watch_readable(watch)), 0);
    get_byte(ends[0]);
    return hob_await(hob_promise());
}

static void deadlock(void *arg)
{
    hob_block_on(wait_for_nothing, arg);
}

Test(watch, does_not_hide_a_deadlock)
{
    const struct mistake mistake = {NULL, "wait_for_nothing", "hob_await", "deadlock"};
    struct child_end end = run_in_child(deadlock, NULL);
    expect_message(&end, &mistake);
}

struct wait_once {
    hob_watch *watch;
    int *ends;
};

static int wait_once(void *arg)
{
    struct wait_once *self = arg;
    put_data(self->ends);
    int err = hob_await(hob_watch_readable(self->watch));
    get_byte(self->ends[0]);
    return err;
}

Test(watch, outlives_its_loop)
{
    int ends[2];
    open_sockets(ends);
    struct wait_once wait = {hob_watch_new(ends[0]), ends};
    cr_expect_eq(hob_block_on(wait_once, &wait), 0);
    cr_expect_eq(hob_block_on(wait_once, &wait), 0, "another loop uses it");
    hob_watch_close(wait.watch);
    close(ends[1]);
}

static void *free_watch(void *watch)
{
    hob_watch_free(watch);
    return NULL;
}

static int free_elsewhere(void *arg)
{
    pthread_t thread;
    struct wait_once *wait = arg;
    wait_once(wait);
    pthread_create(&thread, NULL, free_watch, wait->watch);
    return pthread_join(thread, NULL);
}

static void free_on_another_thread(void *arg)
{
    int ends[2];
    open_sockets(ends);
    hob_block_on(free_elsewhere, &(struct wait_once){hob_watch_new(ends[0]), ends});
}

Test(watch, outside_of_its_loop_is_a_mistake)
{
    const struct mistake mistake = {NULL, NULL, "hob_watch_free", "belongs to the loop"};
    struct child_end end = run_in_child(free_on_another_thread, NULL);
    expect_message(&end, &mistake);
}
