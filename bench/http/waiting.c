#include "bench/http/waiting.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/http/connection.h"
#include "bench/http/in_turn.h"
#include "bench/http/samples.h"
#include "bench/http/usage.h"
#include "bench/measure.h"

#define ORDER   GET("/noodles", "")
#define NOODLES "noodles cooking done\n"
#define COOKS   1.0 /* seconds */

#define PATIENCE 10.0 /* seconds */

static void pass(double seconds)
{
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    nanosleep(&time, NULL);
}

/* Many simultaneous connections. */
struct crowd {
    size_t count;
    int *fds;
    int epoll;
    const char *pid;
    double before; /* KiB of the server without clients */
};

/* The number that is opened at once, which fits into the accept queue. */
#define PARTY ((size_t)100)

/* Each is served once, so that it is accepted and its memory is allocated. */
static void let_in(struct crowd *self, uint16_t port, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};
        self->fds[i] = connect_to(port);
        epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->fds[i], &event);
        send_all(self->fds[i], PING, sizeof(PING) - 1);
    }
    for (size_t i = first; i < end; i++)
        receive_answer(self->fds[i], &hello);
}

static struct crowd gather(uint16_t port, const char *pid, size_t count)
{
    struct crowd self = {.count = count, .pid = pid, .before = resident(pid)};
    self.fds = calloc(count, sizeof(*self.fds));
    self.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!self.fds || self.epoll < 0)
        give_up("out of memory");
    for (size_t i = 0; i < count; i += PARTY)
        let_in(&self, port, i, i + PARTY);
    return self;
}

static void disperse(struct crowd *self)
{
    for (size_t i = 0; i < self->count; i++)
        close(self->fds[i]);
    free(self->fds);
    close(self->epoll);
}

static double memory_each(const struct crowd *self, size_t count)
{
    return (resident(self->pid) - self->before) / (double)count;
}

/* Orders. */

struct orders {
    struct crowd crowd;
    double *sent_at;
    size_t sent;
    struct samples late; /* the number of responses */
};

static void send_order(struct orders *self)
{
    self->sent_at[self->sent] = wall_now();
    send_all(self->crowd.fds[self->sent], ORDER, sizeof(ORDER) - 1);
    self->sent++;
}

static void take_dish(struct orders *self, size_t order)
{
    const struct content noodles = {NOODLES, sizeof(NOODLES) - 1};
    receive_answer(self->crowd.fds[order], &noodles);
    samples_add(&self->late, wall_now() - self->sent_at[order] - COOKS);
}

/* Does not sleep, so that it reads no response late. */
static void take_dishes(struct orders *self)
{
    struct epoll_event events[64];
    int ready = epoll_wait(self->crowd.epoll, events, 64, 0);
    for (int i = 0; i < ready; i++)
        take_dish(self, events[i].data.u64);
}

void orders_run(const char *name, uint16_t port, const char *pid, double spread)
{
    struct orders self = {.crowd = gather(port, pid, CROWD_OF_ORDERS)};
    size_t count = self.crowd.count;
    double memory = 0;
    self.sent_at = calloc(count, sizeof(*self.sent_at));
    if (!self.sent_at)
        give_up("out of memory");

    double start = wall_now();
    while (self.late.count < count && wall_now() - start < spread + COOKS + PATIENCE) {
        double passed = wall_now() - start;
        size_t due = passed < spread ? (size_t)((double)count * passed / spread) : count;
        while (self.sent < due)
            send_order(&self);
        /* No response is due yet, so that reading the memory now delays none. */
        if (memory == 0 && passed > 0.95 * COOKS)
            memory = memory_each(&self.crowd, self.sent);
        take_dishes(&self);
    }

    print_figure(name, "served", (double)self.late.count, "");
    print_figure(name, "late-p50", samples_quantile(&self.late, 500) * 1e3, "ms");
    print_figure(name, "late-p99", samples_quantile(&self.late, 990) * 1e3, "ms");
    print_figure(name, "memory", memory, "KiB");
    samples_free(&self.late);
    free(self.sent_at);
    disperse(&self.crowd);
}

void idle_run(uint16_t port, const char *pid)
{
    struct crowd crowd = gather(port, pid, CROWD_OF_ORDERS);
    pass(0.5); /* lets the server free its memory */
    print_figure("idle", "memory", memory_each(&crowd, crowd.count), "KiB");
    disperse(&crowd);
}

static void check_all_wait(const struct crowd *crowd)
{
    struct epoll_event event;
    if (epoll_wait(crowd->epoll, &event, 1, 0) != 0)
        give_up("an order was answered too early");
}

void cooking_run(uint16_t port, const char *pid, double seconds)
{
    struct in_turn pings = {
        .name = "empty",
        .port = port,
        .pid = pid,
        .seconds = seconds,
        .connections = 64,
        .request = PING,
        .request_size = sizeof(PING) - 1,
        .content = hello,
        .depth = 1,
    };
    double empty = in_turn_run(&pings);
    struct crowd crowd = gather(port, pid, CROWD_OF_ORDERS);
    for (size_t i = 0; i < crowd.count; i++)
        send_all(crowd.fds[i], ORDER, sizeof(ORDER) - 1);
    pass(0.5); /* until all are in progress */
    pings.name = "cooking";
    double cooking = in_turn_run(&pings);
    check_all_wait(&crowd);
    print_figure("cooking", "share", 100 * cooking / empty, "%");
    disperse(&crowd);
}

/* Streams. */

#define EVENT "data: tick\n\n"

struct stream {
    char text[2048]; /* the whole response, with head and chunks */
    size_t size;
};

static bool is_complete(const struct stream *self)
{
    return self->size >= 5 && memcmp(self->text + self->size - 5, "0\r\n\r\n", 5) == 0;
}

static void check_events(const struct stream *self)
{
    size_t events = 0;
    for (const char *place = self->text; (place = strstr(place, EVENT)); place++)
        events++;
    if (events != EVENTS)
        give_up("a stream has not the events it should have");
}

/* Returns whether it was the end of the response. */
static bool read_stream(struct stream *self, int fd)
{
    size_t room = sizeof(self->text) - 1 - self->size;
    ssize_t received = recv(fd, self->text + self->size, room, MSG_DONTWAIT);
    if (received < 0 && errno == EAGAIN)
        return false;
    if (received <= 0)
        give_up("a stream ended too early");
    self->size += (size_t)received;
    if (!is_complete(self))
        return false;
    check_events(self);
    return true;
}

static void follow_streams(const struct crowd *crowd, struct stream *streams)
{
    struct epoll_event events[64];
    double start = wall_now();
    double memory = 0;
    for (size_t ended = 0; ended < crowd->count;) {
        int ready = epoll_wait(crowd->epoll, events, 64, 10);
        for (int i = 0; i < ready; i++) {
            size_t which = events[i].data.u64;
            ended += read_stream(&streams[which], crowd->fds[which]);
        }
        double passed = wall_now() - start;
        if (memory == 0 && passed > 0.5)
            memory = memory_each(crowd, crowd->count);
        if (passed > PATIENCE)
            give_up("the streams do not end");
    }
    print_figure("stream", "memory", memory, "KiB");
}

void streams_run(uint16_t port, const char *pid)
{
    static const char request[] = GET("/stream", "");
    struct crowd crowd = gather(port, pid, CROWD_OF_STREAMS);
    struct stream *streams = calloc(crowd.count, sizeof(*streams));
    if (!streams)
        give_up("out of memory");
    struct usage before = usage_of(pid);
    for (size_t i = 0; i < crowd.count; i++)
        send_all(crowd.fds[i], request, sizeof(request) - 1);
    follow_streams(&crowd, streams);
    struct usage after = usage_of(pid);
    double events = (double)(crowd.count * EVENTS);
    print_figure("stream", "cpu", (after.cpu - before.cpu) / events * 1e6, "us");
    free(streams);
    disperse(&crowd);
}
