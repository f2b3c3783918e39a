#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/socket.h>

#include "runtime/task.h"
#include "tests/support/channel.h"
#include "tests/support/child.h"
#include "tests/support/clock.h"
#include "tests/support/current.h"
#include "tests/support/epoll_calls.h"
#include "tests/support/traced_coroutines.h"

/* As servers do; the tests of the signal itself are in processes of their own. */
static void ignore_sigpipe(void)
{
    signal(SIGPIPE, SIG_IGN);
}

TestSuite(descriptor, .init = ignore_sigpipe, .timeout = 20);

static const struct {
    const char *name;
    void (*open)(int ends[2]);
} channels[] = {{"pipe", open_pipe}, {"sockets", open_sockets}};

/* A CoroutineTest whose body runs on a pipe and on sockets; `kind` says on which. */
#define EachChannelTest(test)                                                                      \
    static void test##_on(int *ends, const char *kind);                                            \
    CoroutineTest(descriptor, test)                                                                \
    {                                                                                              \
        for (size_t i = 0; i < COUNT(channels); i++) {                                             \
            int ends[2];                                                                           \
            channels[i].open(ends);                                                                \
            test##_on(ends, channels[i].name);                                                     \
            close_both(ends);                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void test##_on(int *ends, const char *kind)

/* Readiness. A case prepares ends[0] to be ready. */

static void close_writer(int ends[2])
{
    close(ends[1]);
    ends[1] = -1;
}

static void put_data_and_close_writer(int ends[2])
{
    put_data(ends);
    close_writer(ends);
}

static void stop_writing(int ends[2])
{
    shutdown(ends[1], SHUT_WR);
}

static void close_reader(int ends[2])
{
    close(ends[0]);
    ends[0] = -1;
}

static void leave_room(int ends[2])
{
    (void)ends;
}

static void fill_and_close_reader(int ends[2])
{
    fill(ends[1]);
    close_reader(ends);
}

CoroutineTest(descriptor, is_ready_for_data_room_or_a_lost_peer)
{
    static const struct {
        const char *name;
        void (*open)(int ends[2]);
        void (*prepare)(int ends[2]);
        hob_future *(*ready)(int fd);
    } cases[] = {
        {"pipe with data", open_pipe, put_data_and_close_writer, hob_readable},
        {"pipe at its end", open_pipe, close_writer, hob_readable},
        {"socket with data", open_sockets, put_data_and_close_writer, hob_readable},
        {"socket at its end", open_sockets, stop_writing, hob_readable},
        {"socket to read whose peer is gone", open_sockets, close_writer, hob_readable},
        {"pipe with room", open_pipe, leave_room, hob_writable},
        {"pipe without a reader", open_pipe, fill_and_close_reader, hob_writable},
        {"socket with room", open_sockets, leave_room, hob_writable},
        {"socket to write whose peer is gone", open_sockets, fill_and_close_reader, hob_writable},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int ends[2];
        cases[i].open(ends);
        cases[i].prepare(ends);
        int fd = ends[cases[i].ready == hob_writable];
        cr_expect_eq(hob_await(cases[i].ready(fd)), 0, "%s", cases[i].name);
        close_both(ends);
    }
}

CoroutineTest(descriptor, a_regular_file_is_always_ready)
{
    char path[] = "/tmp/hob-test-XXXXXX";
    int fd = mkstemp(path);
    cr_expect_geq(fd, 0);
    unlink(path);
    cr_expect_eq(hob_await(hob_readable(fd)), 0);
    cr_expect_eq(hob_await(hob_writable(fd)), 0);
    close(fd);
}

EachChannelTest(readable_waits_for_data)
{
    hob_future *waiter = hob_async(await_and_trace, hob_readable(ends[0]));
    let_the_loop_poll();
    cr_expect_not(waiter->ready, "%s", kind);
    put_data(ends);
    cr_expect_eq(hob_await(waiter), 0, "%s", kind);
}

EachChannelTest(readable_waits_for_the_end)
{
    hob_future *readable = hob_readable(ends[0]);
    let_the_loop_poll();
    cr_expect_not(readable->ready, "%s", kind);
    close_writer(ends);
    cr_expect_eq(hob_await(readable), 0, "%s", kind);
}

EachChannelTest(writable_waits_for_room)
{
    fill(ends[1]);
    hob_future *writable = hob_writable(ends[1]);
    let_the_loop_poll();
    cr_expect_not(writable->ready, "%s", kind);
    drain(ends[0]);
    cr_expect_eq(hob_await(writable), 0, "%s", kind);
}

ChannelTest(descriptor, one_can_be_awaited_for_both_and_by_several, open_sockets)
{
    fill(ends[1]);
    hob_future *readable = hob_readable(ends[1]);
    hob_future *writable = hob_writable(ends[1]);
    hob_future *readable_too = hob_readable(ends[1]);
    let_the_loop_poll();
    cr_expect_not(readable->ready || writable->ready || readable_too->ready);
    drain(ends[0]);
    cr_expect_eq(hob_await(writable), 0);
    cr_expect_not(readable->ready);
    cr_expect_eq(write(ends[0], "x", 1), 1);
    cr_expect_eq(hob_join(readable, readable_too), 0);
}

CoroutineTest(descriptor, that_is_not_open_or_only_a_path_is_an_error)
{
    int ends[2];
    char byte;
    int path = open("/", O_PATH | O_CLOEXEC); /* open(2): it can be neither read nor watched */
    open_pipe(ends);
    close_both(ends);
    const int cases[] = {-1, INT_MIN, INT_MAX, 1000000, ends[0], path};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(hob_await(hob_readable(cases[i])), -EBADF, "%d", cases[i]);
        cr_expect_eq(hob_await(hob_writable(cases[i])), -EBADF, "%d", cases[i]);
        cr_expect_eq(hob_read(cases[i], &byte, 1), -EBADF, "%d", cases[i]);
        cr_expect_eq(hob_write(cases[i], "x", 1), -EBADF, "%d", cases[i]);
    }
    close(path);
}

CoroutineTest(descriptor, closed_in_the_turn_of_its_wait_is_an_error)
{
    int ends[2];
    open_pipe(ends);
    hob_future *waits[] = {hob_readable(ends[0]), hob_writable(ends[1]), hob_readable(ends[0])};
    close_both(ends);
    for (size_t i = 0; i < COUNT(waits); i++)
        cr_expect_eq(hob_await(waits[i]), -EBADF, "%zu", i);
}

CoroutineTest(descriptor, a_wait_cancelled_at_once_allows_close)
{
    int ends[2];
    open_pipe(ends);
    hob_future *readable = hob_readable(ends[0]);
    hob_cancel(readable);
    close_both(ends);
    cr_expect_eq(hob_await(readable), -ECANCELED);
    let_the_loop_poll();
}

ChannelTest(descriptor, that_the_kernel_has_no_room_to_watch_is_an_error, open_pipe)
{
    char byte;
    epoll_set_full(true);
    cr_expect_eq(hob_await(hob_readable(ends[0])), -ENOMEM);
    cr_expect_eq(hob_read(ends[0], &byte, 1), -ENOMEM);
    epoll_set_full(false);
    hob_future *readable = hob_readable(ends[0]);
    put_data(ends);
    cr_expect_eq(hob_await(readable), 0, "the next is tried again");
}

/* epoll(7) forgets a descriptor when it is closed; libev has to notice that it is another one. */
CoroutineTest(descriptor, a_number_that_was_closed_can_be_used_again)
{
    int first = -1;
    for (int i = 0; i < 20; i++) {
        int ends[2];
        (i % 2 == 0 ? open_pipe : open_sockets)(ends);
        first = i == 0 ? ends[0] : first;
        cr_expect_eq(ends[0], first);
        hob_future *readable = hob_readable(ends[0]);
        let_the_loop_poll();
        cr_expect_not(readable->ready, "round %d", i);
        put_data(ends);
        cr_expect_eq(hob_await(readable), 0, "round %d", i);
        close_both(ends);
    }
}

ChannelTest(descriptor, cancelled_is_not_watched_any_more, open_pipe)
{
    fill(ends[1]);
    hob_future *writable = hob_writable(ends[1]);
    hob_future *waiter = hob_async(await_and_trace, hob_writable(ends[1]));
    let_the_loop_poll();
    cr_expect_eq(active_watchers(), 2);
    cr_expect_eq(cancel_and_await(writable), -ECANCELED);
    cr_expect_eq(cancel_and_await(waiter), -ECANCELED);
    cr_expect_eq(active_watchers(), 0);
}

static int leave_readable(void *arg)
{
    hob_readable(number_of(arg));
    return hob_yield();
}

ChannelTest(descriptor, unawaited_does_not_hold_up_its_maker, open_pipe)
{
    cr_expect_eq(hob_await(start(leave_readable, ends[0])), 0);
    cr_expect_eq(active_watchers(), 0);
}

/* hob_read() */

EachChannelTest(read_returns_what_there_is_and_zero_at_the_end)
{
    char data[4] = "";
    cr_expect_eq(write(ends[1], "hello", 5), 5);
    cr_expect_eq(hob_read(ends[0], data, 3), 3, "%s", kind);
    cr_expect_str_eq(data, "hel", "%s", kind);
    cr_expect_eq(hob_read(ends[0], data, 0), 0, "%s", kind);
    cr_expect_eq(hob_read(ends[0], data, 3), 2, "%s", kind);
    cr_expect_str_eq(data, "lol", "%s", kind);
    close_writer(ends);
    cr_expect_eq(hob_read(ends[0], data, sizeof(data)), 0, "%s", kind);
    cr_expect_eq(hob_read(ends[0], data, sizeof(data)), 0, "%s", kind);
}

ChannelTest(descriptor, read_takes_any_size, open_pipe)
{
    static const size_t sizes[] = {INT_MAX, (size_t)INT_MAX + 1, (size_t)UINT_MAX + 1, SSIZE_MAX};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char data[10];
        put_data(ends);
        cr_expect_eq(hob_read(ends[0], data, sizes[i]), 1, "%zu", sizes[i]);
    }
}

static int read_one(void *arg)
{
    char byte = 0;
    int result = hob_read(number_of(arg), &byte, 1);
    trace(result == 1 ? byte : result == 0 ? '0' : '!');
    return result;
}

ChannelTest(descriptor, read_waits_and_lets_others_run, open_pipe)
{
    hob_future *reader = start(read_one, ends[0]);
    let_the_loop_poll();
    trace('-');
    put_data(ends);
    cr_expect_eq(hob_await(reader), 1);
    cr_expect_str_eq(traced(), "-x");
}

ChannelTest(descriptor, several_that_read_get_one_part_each, open_pipe)
{
    hob_future *readers[] = {
        start(read_one, ends[0]), start(read_one, ends[0]), start(read_one, ends[0])};
    let_the_loop_poll();
    cr_expect_eq(write(ends[1], "aa", 2), 2);
    let_the_loop_poll();
    cr_expect_str_eq(traced(), "aa", "two have one, the third waits again");
    cr_expect_eq(write(ends[1], "b", 1), 1);
    cr_expect_eq(hob_join_all(readers, COUNT(readers)), 0);
}

ChannelTest(descriptor, read_and_write_return_the_error_of_the_system, open_pipe)
{
    char byte;
    int folder = open("/", O_RDONLY | O_DIRECTORY);
    cr_expect_eq(hob_read(folder, &byte, 1), -EISDIR);
    cr_expect_eq(hob_read(ends[1], &byte, 1), -EBADF, "it is for writing");
    cr_expect_eq(hob_write(ends[0], "x", 1), -EBADF, "it is for reading");
    close(folder);
}

/* hob_write() */

ChannelTest(descriptor, write_of_nothing_writes_nothing, open_pipe)
{
    char byte;
    fill(ends[1]);
    cr_expect_eq(hob_write(ends[1], "", 0), 0, "there is no room, and none is needed");
    drain(ends[0]);
    cr_expect_eq(hob_write(ends[1], NULL, 0), 0);
    cr_expect_eq(read(ends[0], &byte, 1), -1);
}

/* Many times what a pipe or a socket holds. */
#define LARGE (8 << 20)

static char *sent, *received;

static int write_large(void *arg)
{
    int fd = number_of(arg);
    int err = hob_write(fd, sent, LARGE);
    close(fd);
    return err;
}

static int read_slowly(void *arg)
{
    int length, total = 0;
    while ((length = hob_read(number_of(arg), received + total, 40009)) > 0) {
        total += length;
        hob_yield();
    }
    return length < 0 ? length : total;
}

CoroutineTest(descriptor, large_data_arrives_whole_at_a_slow_reader)
{
    sent = malloc(LARGE);
    received = malloc(LARGE + 1);
    for (size_t i = 0; i < LARGE; i++)
        sent[i] = (char)(i * 7919 >> 8);
    for (size_t i = 0; i < COUNT(channels); i++) {
        int ends[2];
        channels[i].open(ends);
        memset(received, 0, LARGE + 1);
        hob_future *writer = start(write_large, ends[1]);
        cr_expect_eq(hob_await(start(read_slowly, ends[0])), LARGE, "%s", channels[i].name);
        cr_expect_eq(hob_await(writer), 0, "%s", channels[i].name);
        cr_expect(memcmp(sent, received, LARGE) == 0, "%s", channels[i].name);
        close(ends[0]);
    }
    free(sent);
    free(received);
}

EachChannelTest(write_without_a_reader_is_an_error)
{
    close_reader(ends);
    cr_expect_eq(hob_write(ends[1], "x", 1), -EPIPE, "%s", kind);
}

static int write_too_much(void *arg)
{
    static const char too_much[1 << 20];
    return hob_write(number_of(arg), too_much, sizeof(too_much));
}

EachChannelTest(write_whose_reader_goes_away_is_an_error)
{
    hob_future *writer = start(write_too_much, ends[1]);
    let_the_loop_poll();
    cr_expect_not(writer->ready);
    close_reader(ends);
    int err = hob_await(writer);
    /* A socket that is closed with unread data in it is reset. */
    cr_expect(err == -EPIPE || err == -ECONNRESET, "%s: %d", kind, err);
}

static int write_without_a_reader(void *arg)
{
    int ends[2];
    signal(SIGPIPE, SIG_DFL);
    channels[number_of(arg)].open(ends);
    close_reader(ends);
    return hob_write(ends[1], "x", 1);
}

static void block_on_write(void *channel)
{
    hob_block_on(write_without_a_reader, channel);
}

Test(descriptor, write_without_a_reader_raises_sigpipe)
{
    for (size_t i = 0; i < COUNT(channels); i++) {
        struct child_end end = run_in_child(block_on_write, as_argument((intptr_t)i));
        cr_expect(WIFSIGNALED(end.status), "%s: status %#x", channels[i].name, end.status);
        cr_expect_eq(WTERMSIG(end.status), SIGPIPE, "%s", channels[i].name);
    }
}

ChannelTest(descriptor, a_cancelled_read_takes_nothing, open_pipe)
{
    char byte;
    hob_future *reader = start(read_one, ends[0]);
    let_the_loop_poll();
    hob_cancel(reader);
    put_data(ends);
    cr_expect_eq(hob_await(reader), -ECANCELED);
    cr_expect_eq(hob_read(ends[0], &byte, 1), 1);
}

ChannelTest(descriptor, a_write_can_be_cancelled_halfway, open_pipe)
{
    hob_future *writer = start(write_too_much, ends[1]);
    let_the_loop_poll();
    cr_expect_eq(cancel_and_await(writer), -ECANCELED);
    cr_expect_eq(active_watchers(), 0);
}

static int read_and_write_though_cancelled(void *arg)
{
    const int *ends = arg;
    char byte;
    task_cancel(this_task(), -ECANCELED);
    cr_expect_eq(hob_read(ends[0], &byte, 1), -ECANCELED);
    cr_expect_eq(hob_write(ends[1], "y", 1), -ECANCELED);
    cr_expect_eq(hob_write(ends[1], "", 0), -ECANCELED);
    cr_expect_eq(hob_await(hob_readable(ends[0])), -ECANCELED);
    return 0;
}

ChannelTest(descriptor, a_cancelled_task_neither_reads_nor_writes, open_pipe)
{
    char data[10];
    put_data(ends);
    hob_await(hob_async(read_and_write_though_cancelled, ends));
    cr_expect_eq(hob_read(ends[0], data, sizeof(data)), 1);
    cr_expect_eq(data[0], 'x');
}

static int read_until_a_deadline(void *arg)
{
    char byte;
    hob_deadline(0.010);
    return hob_read(number_of(arg), &byte, 1);
}

ChannelTest(descriptor, a_read_ends_at_a_deadline_and_not_before, open_pipe)
{
    double begin = clock_seconds();
    cr_expect_eq(hob_await(start(read_until_a_deadline, ends[0])), -ETIMEDOUT);
    cr_expect_geq(clock_seconds() - begin, 0.010);
}
