#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "hob/net.h"
#include "net/conn.h"
#include "tests/support/coroutine.h"
#include "tests/support/epoll_calls.h"
#include "tests/support/folder.h"
#include "tests/support/listening.h"
#include "tests/support/mistake.h"
#include "tests/support/test.h"

TestSuite(conn, .timeout = 30);

/* Two ends of a connection. */
struct pair {
    hob_conn *client;
    hob_conn *server;
};

static int connect_to(void *arg)
{
    struct listening *listening = arg;
    return hob_connect(listening->text, NULL, (hob_conn **)(void *)listening->user);
}

static void pair_open(struct pair *self, struct listening *listening)
{
    listening->user = &self->client;
    hob_future *connected = hob_async(connect_to, listening);
    cr_expect_eq(hob_accept(listening->fd, &self->server), 0);
    cr_expect_eq(hob_await(connected), 0);
}

static void pair_close(struct pair *self)
{
    hob_conn_close(self->client);
    hob_conn_close(self->server);
}

static struct listening listen_tcp(void)
{
    return listening_open();
}

static struct listening listen_unix(void)
{
    struct listening self = {.fd = hob_listen(folder_socket())};
    snprintf(self.text, sizeof(self.text), "%s", folder_socket());
    return self;
}

static const struct {
    const char *name;
    struct listening (*listen)(void);
} kinds[] = {{"TCP", listen_tcp}, {"unix", listen_unix}};

/* Runs a test over each kind of connection. */
static void over_each(void (*test)(struct pair *pair))
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct pair pair = {NULL, NULL};
        struct listening listening = kinds[i].listen();
        pair_open(&pair, &listening);
        if (pair.client && pair.server)
            test(&pair);
        else
            cr_expect_fail("no connection over %s", kinds[i].name);
        pair_close(&pair);
        listening_close(&listening);
    }
}

static void expect_read(hob_conn *conn, const char *expected)
{
    char text[100] = "";
    cr_expect_eq(hob_conn_read(conn, text, sizeof(text) - 1), (int)strlen(expected));
    cr_expect_str_eq(text, expected);
}

static void carry_both_ways(struct pair *pair)
{
    char byte;
    cr_expect_eq(hob_conn_write(pair->client, "ping", 4), 0);
    expect_read(pair->server, "ping");
    cr_expect_eq(hob_conn_write(pair->server, "pong", 4), 0);
    expect_read(pair->client, "pong");
    cr_expect_eq(hob_conn_shutdown(pair->client), 0);
    cr_expect_eq(hob_conn_read(pair->server, &byte, 1), 0);
    cr_expect_eq(hob_conn_write(pair->server, "after the end", 13), 0, "this side has not ended");
    expect_read(pair->client, "after the end");
    hob_conn_close(pair->server);
    pair->server = NULL;
    cr_expect_eq(hob_conn_read(pair->client, &byte, 1), 0);
}

CoroutineTest(conn, carries_bytes_both_ways_until_each_side_ends)
{
    over_each(carry_both_ways);
}

/* More than the kernel takes, so that the writer waits. */
#define LARGE ((size_t)8 * 1024 * 1024)

static char byte_at(size_t offset)
{
    return (char)(offset % 251);
}

static int write_parts(void *arg)
{
    hob_conn *conn = arg;
    enum { PARTS = 40 };
    struct iovec parts[PARTS];
    char *data = malloc(LARGE);
    size_t used = 0;
    for (size_t i = 0; i < LARGE; i++)
        data[i] = byte_at(i);
    for (size_t i = 0; i < PARTS; i++) {
        size_t size = i % 7 == 0 ? 0 : i + 1 == PARTS ? LARGE - used : i * 100;
        parts[i] = (struct iovec){.iov_base = data + used, .iov_len = size};
        used += size;
    }
    int err = hob_conn_writev(conn, parts, PARTS);
    cr_expect_eq(used, LARGE);
    free(data);
    return err < 0 ? err : hob_conn_shutdown(conn);
}

static void carry_more_than_fits(struct pair *pair)
{
    char piece[10000];
    size_t count = 0;
    bool intact = true;
    int length;
    hob_future *written = hob_async(write_parts, pair->client);
    while ((length = hob_conn_read(pair->server, piece, sizeof(piece))) > 0) {
        for (int i = 0; i < length; i++)
            intact = intact && piece[i] == byte_at(count + (size_t)i);
        count += (size_t)length;
    }
    cr_expect_eq(length, 0);
    cr_expect_eq(count, LARGE);
    cr_expect(intact);
    cr_expect_eq(hob_await(written), 0);
}

CoroutineTest(conn, writes_many_parts_and_waits_while_there_is_no_room)
{
    over_each(carry_more_than_fits);
}

static void write_nothing(struct pair *pair)
{
    const struct iovec empty[3] = {{.iov_len = 0}};
    cr_expect_eq(hob_conn_write(pair->client, NULL, 0), 0);
    cr_expect_eq(hob_conn_writev(pair->client, empty, 3), 0);
    cr_expect_eq(hob_conn_writev(pair->client, NULL, 0), 0);
    cr_expect_not(hob_conn_is_readable(pair->server));
}

CoroutineTest(conn, writes_nothing_at_all)
{
    over_each(write_nothing);
}

static int read_one(void *conn)
{
    char byte;
    return hob_conn_read(conn, &byte, 1);
}

static int write_much(void *conn)
{
    static const char block[65536];
    int err = 0;
    while (err == 0)
        err = hob_conn_write(conn, block, sizeof(block));
    return err;
}

static void interrupt(struct pair *pair)
{
    hob_error error;
    hob_future *read = hob_async(read_one, pair->client);
    hob_yield();
    hob_cancel(read);
    cr_expect_eq(hob_await(read), -ECANCELED);
    cr_expect_eq(hob_await_for(hob_async(read_one, pair->client), 0.01), -ETIMEDOUT);
    cr_expect_eq(hob_await_for(hob_async(write_much, pair->client), 0.05), -ETIMEDOUT);
    hob_conn_error(pair->client, &error);
    cr_expect(strncmp(error.text, "writing to ", 11) == 0, "%s", error.text);
    cr_expect(strstr(error.text, ": Connection timed out"), "%s", error.text);
    cr_expect_eq(hob_conn_write(pair->client, "x", 1), -EPIPE, "part of a write is missing");
}

CoroutineTest(conn, is_interrupted_like_every_await)
{
    over_each(interrupt);
}

static void lose_peer(struct pair *pair)
{
    static const char block[100000];
    hob_error error;
    int err = 0;
    hob_conn_error(pair->client, &error);
    cr_expect_str_empty(error.text);
    hob_conn_close(pair->server);
    pair->server = NULL;
    for (int i = 0; i < 100 && err == 0; i++)
        err = hob_conn_write(pair->client, block, sizeof(block));
    cr_expect(err == -EPIPE || err == -ECONNRESET, "%d", err);
    hob_conn_error(pair->client, &error);
    cr_expect(strncmp(error.text, "writing to ", 11) == 0, "%s", error.text);
    cr_expect(strstr(error.text, strerror(-err)), "%s", error.text);
}

CoroutineTest(conn, reports_a_lost_peer_and_raises_no_signal)
{
    signal(SIGPIPE, SIG_DFL);
    over_each(lose_peer);
}

static void look_for_input(struct pair *pair)
{
    cr_expect_not(hob_conn_is_readable(pair->client));
    hob_conn_write(pair->server, "x", 1);
    cr_expect(hob_conn_is_readable(pair->client));
    cr_expect(hob_conn_is_readable(pair->client), "nothing was taken");
    expect_read(pair->client, "x");
    cr_expect_not(hob_conn_is_readable(pair->client));
    hob_conn_shutdown(pair->server);
    cr_expect(hob_conn_is_readable(pair->client));
}

CoroutineTest(conn, knows_whether_there_is_something_to_read)
{
    over_each(look_for_input);
}

static int send_after_a_turn(void *conn)
{
    int err = hob_yield();
    return err < 0 ? err : hob_conn_write(conn, "x", 1);
}

static void try_to_read(struct pair *pair)
{
    char byte;
    size_t winner;
    cr_expect_eq(hob_conn_try_read(pair->client, &byte, 1), -EAGAIN);
    hob_future *sent = hob_async(send_after_a_turn, pair->server);
    hob_future *either[] = {hob_conn_readable(pair->client), hob_timer(20)};
    cr_expect_eq(hob_race_all(either, 2, &winner), 0);
    cr_expect_eq(winner, 0);
    cr_expect_eq(hob_await(sent), 0);
    cr_expect_eq(hob_conn_try_read(pair->client, &byte, 1), 1);
    cr_expect_eq(hob_conn_try_read(pair->client, &byte, 1), -EAGAIN);
    hob_conn_shutdown(pair->server);
    cr_expect_eq(hob_await(hob_conn_readable(pair->client)), 0);
    cr_expect_eq(hob_conn_try_read(pair->client, &byte, 1), 0);
}

CoroutineTest(conn, is_read_without_a_wait)
{
    over_each(try_to_read);
}

static int close_a_lent_one(void *arg)
{
    const union peer peer = {.any.sa_family = AF_UNIX};
    hob_conn_close(conn_lend(-1, &peer, NULL));
    return 0;
}

Test(conn, one_that_was_taken_over_is_not_closed)
{
    expect_mistakes(
        &(struct mistake){close_a_lent_one, "cook", "hob_conn_close", "the handler that has taken"},
        1);
}

CoroutineTest(conn, is_readable_when_it_was_reset)
{
    struct pair pair;
    struct listening listening = listening_open();
    const struct linger reset = {.l_onoff = 1};
    pair_open(&pair, &listening);
    setsockopt(hob_conn_fd(pair.server), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    hob_conn_close(pair.server);
    cr_expect(hob_conn_is_readable(pair.client));
    hob_conn_close(pair.client);
    listening_close(&listening);
}

CoroutineTest(conn, can_be_used_after_the_coroutine_that_made_it)
{
    struct pair pair;
    struct listening listening = listening_open();
    pair_open(&pair, &listening);
    for (int i = 0; i < 3; i++) {
        hob_future *read = hob_async(read_one, pair.client);
        hob_yield();
        hob_conn_write(pair.server, "x", 1);
        cr_expect_eq(hob_await(read), 1);
    }
    pair_close(&pair);
    listening_close(&listening);
}

static int echo_bytes(void *arg)
{
    hob_conn *conn = arg;
    char byte;
    while (hob_conn_read(conn, &byte, 1) == 1)
        hob_conn_write(conn, &byte, 1);
    return 0;
}

CoroutineTest(conn, stays_registered_with_epoll_between_waits)
{
    enum { ROUNDS = 100 };
    struct pair pair;
    struct listening listening = listening_open();
    pair_open(&pair, &listening);
    hob_future *server = hob_async(echo_bytes, pair.server);
    size_t before = epoll_calls();
    for (int i = 0; i < ROUNDS; i++) {
        char byte;
        cr_expect_eq(hob_conn_write(pair.client, "x", 1), 0);
        cr_expect_eq(hob_conn_read(pair.client, &byte, 1), 1);
    }
    cr_expect_leq(epoll_calls() - before, 10, "%zu calls", epoll_calls() - before);
    hob_cancel(server);
    hob_await(server);
    pair_close(&pair);
    listening_close(&listening);
}

CoroutineTest(conn, has_the_address_of_its_peer)
{
    struct pair pair;
    char peer[HOB_PEER_SIZE];
    struct listening listening = listening_open();
    pair_open(&pair, &listening);
    cr_expect_eq(hob_conn_peer(pair.client, peer, sizeof(peer)), 0);
    cr_expect_str_eq(peer, listening.text);
    cr_expect_eq(hob_conn_peer(pair.client, peer, strlen(listening.text)), -ENOSPC);
    cr_expect_eq(hob_conn_peer(pair.server, peer, sizeof(peer)), 0);
    cr_expect(strncmp(peer, "127.0.0.1:", 10) == 0, "%s", peer);
    pair_close(&pair);
    listening_close(&listening);
}

CoroutineTest(conn, is_closed_on_exec_and_does_not_block)
{
    struct pair pair;
    struct listening listening = listening_open();
    pair_open(&pair, &listening);
    const int descriptors[] = {hob_conn_fd(pair.client), hob_conn_fd(pair.server)};
    for (size_t i = 0; i < COUNT(descriptors); i++) {
        cr_expect(fcntl(descriptors[i], F_GETFL) & O_NONBLOCK);
        cr_expect(fcntl(descriptors[i], F_GETFD) & FD_CLOEXEC);
    }
    pair_close(&pair);
    listening_close(&listening);
    hob_conn_close(NULL);
}

static int accept_one(void *arg)
{
    hob_conn *conn;
    const struct listening *listening = arg;
    int err = hob_accept(listening->fd, &conn);
    hob_conn_close(conn);
    return err;
}

CoroutineTest(conn, waits_for_a_client_until_it_is_interrupted)
{
    struct listening listening = listening_open();
    cr_expect_eq(hob_await_for(hob_async(accept_one, &listening), 0.01), -ETIMEDOUT);
    listening_close(&listening);
    cr_expect_eq(accept_one(&listening), -EBADF);
}
