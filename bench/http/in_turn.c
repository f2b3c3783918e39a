#include "bench/http/in_turn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/http/samples.h"
#include "bench/http/usage.h"
#include "bench/measure.h"

struct asking {
    int fd;
    double since;
};

/* The state of a measurement. */
struct loop {
    const struct in_turn *work;
    struct asking *asking;
    char *batch; /* the requests that are sent at once */
    size_t batch_size;
    size_t answers_size;
    struct samples times;
};

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        give_up("out of memory");
    return memory;
}

/* Checks the first response; the later ones are only counted. */
static size_t learn_answer(const struct in_turn *work)
{
    int fd = connect_to(work->port);
    send_all(fd, work->request, work->request_size);
    size_t size = receive_answer(fd, &work->content);
    if (work->reconnects)
        receive_end(fd);
    close(fd);
    return size;
}

static struct loop begin(const struct in_turn *work)
{
    struct loop self = {
        .work = work,
        .asking = take(work->connections, sizeof(struct asking)),
        .batch = take(work->depth, work->request_size),
        .batch_size = work->depth * work->request_size,
        .answers_size = work->depth * learn_answer(work),
    };
    for (size_t i = 0; i < work->depth; i++)
        memcpy(self.batch + i * work->request_size, work->request, work->request_size);
    for (size_t i = 0; i < work->connections; i++) {
        self.asking[i] = (struct asking){.fd = connect_to(work->port), .since = wall_now()};
        send_all(self.asking[i].fd, self.batch, self.batch_size);
    }
    return self;
}

static void end(struct loop *self)
{
    for (size_t i = 0; i < self->work->connections; i++)
        close(self->asking[i].fd);
    samples_free(&self->times);
    free(self->asking);
    free(self->batch);
}

static void turn(struct loop *self, struct asking *one)
{
    receive_again(one->fd, self->answers_size);
    if (self->work->reconnects) {
        receive_end(one->fd);
        close(one->fd);
    }
    double now = wall_now();
    samples_add(&self->times, now - one->since);
    one->since = now;
    if (self->work->reconnects)
        one->fd = connect_to(self->work->port);
    send_all(one->fd, self->batch, self->batch_size);
}

static void run_until(struct loop *self, double deadline)
{
    do {
        for (size_t i = 0; i < self->work->connections; i++)
            turn(self, &self->asking[i]);
    } while (wall_now() < deadline);
}

double in_turn_run(const struct in_turn *work)
{
    struct loop self = begin(work);
    run_until(&self, wall_now() + work->seconds / 2); /* until it is warm */

    self.times.count = 0;
    struct usage before = usage_of(work->pid);
    run_until(&self, before.wall + work->seconds);
    struct usage after = usage_of(work->pid);

    size_t requests = self.times.count * work->depth;
    double rate = (double)requests / (after.wall - before.wall);
    print_figure(work->name, "rate", rate, "/s");
    print_figure(work->name, "p50", samples_quantile(&self.times, 500) * 1e6, "us");
    print_figure(work->name, "p99", samples_quantile(&self.times, 990) * 1e6, "us");
    print_figure(work->name, "p999", samples_quantile(&self.times, 999) * 1e6, "us");
    usage_print(work->name, &before, &after, requests);
    end(&self);
    return rate;
}
