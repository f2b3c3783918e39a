/*
 * Thousands of clients that take their time, on purpose, beside one that does not.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "tests/support/integration.h"

TestSuite(slow_clients, .timeout = 90);

/*
 * The good client: a request a millisecond, from a thread of its own.
 */

struct good_client {
    struct raw_client client;
    pthread_t thread;
    atomic_bool over;
    double *seconds; /* of each request */
    size_t count;
    size_t capacity;
    bool failed;
};

/* No assertions here: it is a thread. */
static bool ping(const struct raw_client *client)
{
    static const char request[] = GET("/other");
    char response[512];
    size_t length = 0;
    if (send(client->fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
        return false;
    while (length < 5 || memcmp(response + length - 5, "other", 5) != 0) {
        ssize_t more = recv(client->fd, response + length, sizeof(response) - length, 0);
        if (more <= 0)
            return false;
        length += (size_t)more;
    }
    return true;
}

static void *keep_asking(void *arg)
{
    struct good_client *self = arg;
    while (!self->over && !self->failed && self->count < self->capacity) {
        double begin = clock_seconds();
        self->failed = !ping(&self->client);
        self->seconds[self->count++] = clock_seconds() - begin;
        usleep(1000);
    }
    return NULL;
}

static void begin_asking(struct good_client *self, const struct server *server)
{
    *self = (struct good_client){.client = raw_connect(server), .capacity = 100000};
    self->seconds = calloc(self->capacity, sizeof(self->seconds[0]));
    cr_assert_not_null(self->seconds);
    cr_assert_eq(pthread_create(&self->thread, NULL, keep_asking, self), 0);
}

static int compare_seconds(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Returns the 99th percentile, in milliseconds. */
static double end_asking(struct good_client *self)
{
    self->over = true;
    pthread_join(self->thread, NULL);
    cr_expect_not(self->failed, "the good client is not served");
    cr_assert_gt(self->count, 0);
    qsort(self->seconds, self->count, sizeof(self->seconds[0]), compare_seconds);
    double result = self->seconds[self->count * 99 / 100] * 1000;
    raw_close(&self->client);
    free(self->seconds);
    return result;
}

/*
 * The slow ones: all from one thread.
 */

struct slow_client {
    int fd; /* -1 when it has seen the end */
    double connected;
    double lived; /* seconds, once it has ended */
};

static void allow_descriptors(size_t count)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < count)
        cr_skip_test("%zu descriptors are needed: see ulimit -n", count);
}

static void connect_slow(struct slow_client *self, const struct server *server, int buffer)
{
    const int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(server->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_geq(self->fd, 0, "%m");
    setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (buffer > 0)
        setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    cr_assert_eq(connect(self->fd, (struct sockaddr *)&address, sizeof(address)), 0, "%m");
    fcntl(self->fd, F_SETFL, O_NONBLOCK);
    self->connected = clock_seconds();
}

static void watch(int epoll, struct slow_client *client)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = client};
    cr_assert_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event), 0);
}

/* Notes which have ended until now, or soon. Returns how many. */
static size_t see_ends(int epoll)
{
    struct epoll_event events[256];
    size_t count = 0;
    int ready = epoll_wait(epoll, events, 256, 1);
    for (int i = 0; i < ready; i++) {
        struct slow_client *client = events[i].data.ptr;
        if (!(events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
            continue;
        client->lived = clock_seconds() - client->connected;
        close(client->fd);
        client->fd = -1;
        count++;
    }
    return count;
}

static double longest_life(const struct slow_client *clients, size_t count)
{
    double longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = clients[i].lived > longest ? clients[i].lived : longest;
    return longest;
}

static double shortest_life(const struct slow_client *clients, size_t count)
{
    double shortest = clients[0].lived;
    for (size_t i = 0; i < count; i++)
        shortest = clients[i].lived < shortest ? clients[i].lived : shortest;
    return shortest;
}

static int unused_handler(hob_request *req, hob_response *res)
{
    return hob_reply_text(res, 200, "unused");
}

#define LORIS_COUNT    10000
#define LORIS_INTERVAL 5.0 /* seconds from one byte of a client's to the next */
#define HEAD_TIMEOUT   10.0

struct loris {
    struct slow_client clients[LORIS_COUNT];
    int epoll;
    size_t turns; /* of a client: it connects at first, and then sends a byte of its head */
    size_t ended;
    size_t memory_silent; /* of the server, once all are connected */
    size_t memory_dripping;
};

static void take_turn(struct loris *self, const struct server *server)
{
    static const char head[] = "GET / HTTP/1.1\r\n";
    struct slow_client *client = &self->clients[self->turns % LORIS_COUNT];
    size_t round = self->turns++ / LORIS_COUNT;
    if (round == 0) {
        connect_slow(client, server, 0);
        watch(self->epoll, client);
    } else if (client->fd >= 0) {
        send(client->fd, &head[round - 1], 1, MSG_NOSIGNAL);
    }
    if (self->turns == LORIS_COUNT)
        self->memory_silent = process_resident_bytes(server->process);
    if (self->turns == 2 * (size_t)LORIS_COUNT)
        self->memory_dripping = process_resident_bytes(server->process);
}

/* The turns of all are spread evenly over the interval. */
static void drip(struct loris *self, const struct server *server)
{
    double begin = clock_seconds();
    double seconds = 0;
    while (self->ended < LORIS_COUNT && seconds < 3 * HEAD_TIMEOUT) {
        seconds = clock_seconds() - begin;
        while ((double)self->turns < seconds / LORIS_INTERVAL * LORIS_COUNT)
            take_turn(self, server);
        self->ended += see_ends(self->epoll);
    }
    cr_expect_eq(self->ended, LORIS_COUNT, "%zu are still open", LORIS_COUNT - self->ended);
}

static double kib_each(size_t memory, size_t before, size_t count)
{
    return memory > before ? (double)(memory - before) / 1024 / (double)count : 0;
}

/*
 * Ahead of whatever else this machine does, which would be measured as well. Returns whether that
 * is allowed.
 */
static bool take_priority(void)
{
    return sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1}) == 0;
}

/* The good client is compared with one of another server, at the same time. */
ProcessTest(slow_clients, ten_thousand_of_them_are_no_matter_for_a_good_one)
{
    static struct loris loris;
    struct good_client good;
    struct good_client good_elsewhere;
    bool alone = take_priority();
    allow_descriptors(LORIS_COUNT + 100);
    struct server idle_server = serve(unused_handler);
    struct server server = serve_with(unused_handler, .head_timeout = HEAD_TIMEOUT);
    cr_expect_str_eq(get(&server, "/other")->body.bytes, "other"); /* now it has what it needs */
    size_t descriptors = process_descriptors(server.process);
    size_t before = process_resident_bytes(server.process);

    loris.epoll = epoll_create1(EPOLL_CLOEXEC);
    double busy = process_cpu_seconds(server.process);
    double begin = clock_seconds();
    begin_asking(&good_elsewhere, &idle_server);
    begin_asking(&good, &server);
    drip(&loris, &server);
    double attacked = end_asking(&good);
    double idle = end_asking(&good_elsewhere);
    busy = (process_cpu_seconds(server.process) - busy) / (clock_seconds() - begin);
    close(loris.epoll);
    bool closed = eventually(process_descriptors(server.process) <= descriptors);
    cr_expect(closed, "%zu descriptors", process_descriptors(server.process));

    double latest = longest_life(loris.clients, LORIS_COUNT);
    double silent = kib_each(loris.memory_silent, before, LORIS_COUNT);
    double dripping = kib_each(loris.memory_dripping, before, LORIS_COUNT);
    printf("%d connections that send a byte every %g s\n", LORIS_COUNT, LORIS_INTERVAL);
    printf("  p99 of a good client: %.3f ms; of an idle server's: %.3f ms\n", attacked, idle);
    printf("  the server keeps %.0f %% of a processor busy\n", busy * 100);
    printf("  memory of each: %.2f KiB silent, %.2f KiB with half a head\n", silent, dripping);
    printf(
        "  closed after %.2f s to %.2f s; head_timeout is %g s\n",
        shortest_life(loris.clients, LORIS_COUNT), latest, HEAD_TIMEOUT);
    cr_expect_lt(latest, HEAD_TIMEOUT + 1);
    if (alone)
        cr_expect_lt(attacked, 2 * idle);
    else
        printf("  (these are not compared: that needs the right to real-time priority)\n");
    if (!SANITIZED)
        cr_expect_lt(dripping, 6);
}

#define READER_COUNT  1000
#define WRITE_TIMEOUT 3.0

static int flood(hob_request *req, hob_response *res)
{
    static const char content[10000];
    int err = hob_stream(res, 200, "application/octet-stream");
    while (err == 0)
        err = hob_send(res, content, sizeof(content));
    return err;
}

ProcessTest(slow_clients, a_thousand_that_never_read_cost_what_is_stated)
{
    static struct slow_client clients[READER_COUNT];
    struct good_client good;
    allow_descriptors(READER_COUNT + 100);
    struct server server = serve_with(flood, .write_timeout = WRITE_TIMEOUT);
    cr_expect_str_eq(get(&server, "/other")->body.bytes, "other"); /* now it has what it needs */
    size_t descriptors = process_descriptors(server.process);
    size_t before = process_resident_bytes(server.process);

    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < READER_COUNT; i++) {
        connect_slow(&clients[i], &server, 4096);
        watch(epoll, &clients[i]);
        cr_assert_gt(send(clients[i].fd, GET("/"), strlen(GET("/")), MSG_NOSIGNAL), 0);
        clients[i].connected = clock_seconds();
    }
    begin_asking(&good, &server);
    size_t most = 0;
    size_t ended = 0;
    double begin = clock_seconds();
    while (ended < READER_COUNT && clock_seconds() - begin < 5 * WRITE_TIMEOUT) {
        size_t memory = process_resident_bytes(server.process);
        most = memory > most ? memory : most;
        ended += see_ends(epoll);
    }
    double attacked = end_asking(&good);
    close(epoll);
    double each = kib_each(most, before, READER_COUNT);
    double latest = longest_life(clients, READER_COUNT);
    printf("%d clients that never read an endless stream\n", READER_COUNT);
    printf("  p99 of a good client: %.3f ms\n", attacked);
    printf("  memory of each: %.1f KiB\n", each);
    printf("  closed after at most %.2f s; write_timeout is %g s\n", latest, WRITE_TIMEOUT);
    cr_expect_eq(ended, READER_COUNT, "%zu have not ended", READER_COUNT - ended);
    cr_expect_lt(latest, WRITE_TIMEOUT + 2);
    cr_expect_lt(attacked, 500);
    if (!SANITIZED)
        cr_expect_lt(each, 80 + 20); /* what hob_send() states, and a stack */
    bool closed = eventually(process_descriptors(server.process) <= descriptors);
    cr_expect(closed, "%zu descriptors", process_descriptors(server.process));
}
