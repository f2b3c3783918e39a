/* Background work: a queue of jobs, which one coroutine does in their order. */
#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 100, NUMBER_MAX = 1000000000 };

struct job {
    long number;
    long result; /* 0: not done yet */
};

/* The state of the routes. Only coroutines of one thread use it: no lock is needed. */
struct workshop {
    struct job jobs[JOBS_MAX];
    size_t job_count;
    hob_queue *to_do;
    hob_server *server;
};

static bool is_prime(long number)
{
    for (long divisor = 2; divisor < number; divisor++) {
        if (number % divisor == 0)
            return false;
    }
    return true;
}

/* Blocks its thread, so it runs on another one than the server. It gets a copy of its input. */
static int find_next_prime(void *arg)
{
    long *number = arg;
    while (!is_prime(*number))
        ++*number;
    return 0;
}

static int work(void *arg)
{
    struct workshop *workshop = arg;
    void *next;
    int got;
    while ((got = hob_queue_get(workshop->to_do, &next)) > 0) {
        struct job *job = next;
        long number = job->number;
        int err = hob_await(hob_offload(find_next_prime, &number));
        if (err < 0)
            return err;
        job->result = number; /* back on the thread of the server */
    }
    return got;
}

static int take_job(hob_request *req, hob_response *res)
{
    char text[64];
    struct workshop *workshop = hob_state(req);
    const char *from = hob_path_value(req, "number");
    long number = from ? strtol(from, NULL, 10) : 0;
    if (number < 2 || number > NUMBER_MAX)
        return hob_reply_text(res, 400, "a number from 2 to 1000000000, please\n");
    if (workshop->job_count == JOBS_MAX)
        return hob_reply_text(res, 503, "there is enough to do\n");
    size_t id = workshop->job_count++; /* a copy: other handlers add jobs while this one waits */
    workshop->jobs[id].number = number;
    int err = hob_queue_put(workshop->to_do, &workshop->jobs[id]);
    if (err < 0)
        return err;
    snprintf(text, sizeof(text), "/jobs/%zu", id);
    err = hob_response_add_header(res, "Location", text);
    return err < 0 ? err : hob_reply_text(res, 202, "accepted\n");
}

static int show_job(hob_request *req, hob_response *res)
{
    const struct workshop *workshop = hob_state(req);
    const char *id = hob_path_value(req, "id");
    size_t index = id ? strtoul(id, NULL, 10) : JOBS_MAX;
    if (index >= workshop->job_count)
        return -ENOENT;
    if (workshop->jobs[index].result == 0)
        return hob_reply_text(res, 200, "in progress\n");
    return hob_reply_printf(res, 200, HOB_TEXT, "%ld\n", workshop->jobs[index].result);
}

/* The worker is a child of this coroutine, so it ends when the server has ended. */
static int run(void *arg)
{
    struct workshop *workshop = arg;
    hob_start(work, workshop);
    return hob_server_run(workshop->server);
}

int main(void)
{
    struct workshop workshop = {.to_do = hob_queue_new(JOBS_MAX)};
    const hob_route routes[] = {
        HOB_ROUTE("POST /primes/{number}", take_job, &workshop),
        HOB_ROUTE("GET /jobs/{id}", show_job, &workshop),
    };
    hob_router *router;
    const char *refused;
    int socket = hob_listen("127.0.0.1:8080");
    if (socket < 0) {
        fprintf(stderr, "127.0.0.1:8080: %s\n", strerror(-socket));
        return 1;
    }
    if (!workshop.to_do || hob_router_new(routes, 2, &router, &refused) < 0)
        return 1;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (hob_server_open(&options, &workshop.server) < 0)
        return 1;
    puts("serving");
    fflush(stdout);
    int err = hob_block_on(run, &workshop);
    hob_server_close(workshop.server);
    hob_router_free(router);
    hob_queue_free(workshop.to_do);
    return err < 0;
}
