#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "fetch.h"
#include "hob/hob.h"
#include "hob/tls.h"

/* On a busy machine, reports of stalls would be measured too. */
#define STALL_SECONDS 5

struct run {
    hob_client *client;
    const char *url;
    size_t count;
    uint64_t fetched;
};

static int fetch_again_and_again(void *arg)
{
    struct run *self = arg;
    hob_bytes text;
    int err;
    while ((err = hob_fetch_text(self->client, self->url, &text)) == 0) {
        hob_bytes_free(&text);
        self->fetched++;
    }
    if (err != -ECANCELED)
        give_up(hob_fetch_error(self->client));
    return err;
}

static hob_group *start(struct run *self)
{
    hob_group *group = hob_group_new();
    for (size_t i = 0; i < self->count; i++) {
        if (hob_group_spawn(group, fetch_again_and_again, self) < 0)
            give_up("no memory for a coroutine");
    }
    return group;
}

static int measure_requests(void *arg)
{
    struct run *self = arg;
    hob_stall_limit(STALL_SECONDS);
    hob_group *group = start(self);
    hob_sleep(WARM_UP_SECONDS);
    double wall = wall_now(), cpu = cpu_now();
    self->fetched = 0;
    hob_sleep(RUN_SECONDS);
    print_requests(self->fetched, wall_now() - wall, cpu_now() - cpu);
    hob_group_cancel(group);
    return hob_group_wait(group);
}

static void sleep_for(void *unused, double seconds)
{
    (void)unused;
    hob_sleep(seconds);
}

static int measure_waiting(void *arg)
{
    struct run *self = arg;
    hob_stall_limit(STALL_SECONDS);
    double before = resident_kib();
    hob_group *group = start(self);
    print_waiting(self->count, settled_kib(sleep_for, NULL) - before);
    hob_group_cancel(group);
    return hob_group_wait(group);
}

int main(int argc, char **argv)
{
    struct run run = {.url = argv[1]};
    if (argc != 4)
        give_up("usage: fetch-hob URL requests|waiting COUNT");
    run.count = strtoul(argv[3], NULL, 10);
    hob_tls *tls;
    if (hob_tls_new(NULL, &tls) < 0)
        give_up("no TLS");
    const hob_client_options options = {
        .origin_connections = run.count,
        .connections = run.count,
        .head_timeout = 300,
        .tls = tls,
    };
    if (hob_client_new(&options, &run.client) < 0)
        give_up("no client");
    bool waiting = strcmp(argv[2], "waiting") == 0;
    int err = hob_block_on(waiting ? measure_waiting : measure_requests, &run);
    hob_client_free(run.client);
    hob_tls_free(tls);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
