/* Background work: jobs that are taken at once and done one after the other. */
#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_AT_MOST = 100, NUMBER_AT_MOST = 1000000000 };

/* Only coroutines of one thread use these: no lock is needed. */
static struct job {
    long number;
    long result; /* 0: not done yet */
} jobs[JOBS_AT_MOST];
static size_t job_count;
static hob_queue *to_do;

static bool is_prime(long number)
{
    for (long divisor = 2; divisor < number; divisor++) {
        if (number % divisor == 0)
            return false;
    }
    return true;
}

/* Keeps its thread: so that is not the one that serves. It is given nothing that others look at. */
static int find_next_prime(void *arg)
{
    long *number = arg;
    while (!is_prime(*number))
        ++*number;
    return 0;
}

static int work(void *arg)
{
    void *next;
    int got;
    (void)arg;
    while ((got = hob_queue_get(to_do, &next)) > 0) {
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
    const char *from = hob_path_value(req, "number");
    long number = from ? strtol(from, NULL, 10) : 0;
    if (number < 2 || number > NUMBER_AT_MOST)
        return hob_reply_text(res, 400, "a number from 2 to 1000000000, please\n");
    if (job_count == JOBS_AT_MOST)
        return hob_reply_text(res, 503, "there is enough to do\n");
    size_t id = job_count++; /* kept: while this waits, others take jobs too */
    jobs[id].number = number;
    int err = hob_queue_put(to_do, &jobs[id]);
    if (err < 0)
        return err;
    snprintf(text, sizeof(text), "/jobs/%zu", id);
    err = hob_response_header(res, "Location", text);
    return err < 0 ? err : hob_reply_text(res, 202, "accepted\n");
}

static int show_job(hob_request *req, hob_response *res)
{
    char text[64];
    const char *id = hob_path_value(req, "id");
    size_t index = id ? strtoul(id, NULL, 10) : job_count;
    if (index >= job_count)
        return -ENOENT;
    if (jobs[index].result == 0)
        return hob_reply_text(res, 200, "in progress\n");
    snprintf(text, sizeof(text), "%ld\n", jobs[index].result);
    return hob_reply_text(res, 200, text);
}

static const hob_route routes[] = {
    HOB_ROUTE("POST /primes/{number}", take_job),
    HOB_ROUTE("GET /jobs/{id}", show_job),
};

/* The worker is a child of this coroutine: it ends when the server has, and not later. */
static int run(void *server)
{
    hob_async(work, NULL);
    return hob_server_run(server);
}

int main(void)
{
    hob_router *router;
    hob_server *server;
    const char *culprit;
    int socket = hob_listen("127.0.0.1:8080");
    to_do = hob_queue_new(JOBS_AT_MOST);
    if (socket < 0) {
        fprintf(stderr, "127.0.0.1:8080: %s\n", strerror(-socket));
        return 1;
    }
    if (!to_do || hob_router_new(routes, 2, &router, &culprit) < 0)
        return 1;
    hob_server_options options = {
        .handler = hob_router_handle,
        .router = router,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (hob_server_open(&options, &server) < 0)
        return 1;
    puts("serving");
    fflush(stdout);
    int err = hob_block_on(run, server);
    hob_server_close(server);
    hob_router_free(router);
    hob_queue_free(to_do);
    return err < 0;
}
