/*
 * How do I run jobs in the background?
 *
 *     $ curl -X POST localhost:8080/jobs
 *     accepted
 *     $ until curl localhost:8080/jobs | grep '1 done'; do sleep 0.02; done
 *     1 done
 */
#include <errno.h>
#include <hob/hob.h>
#include <stdlib.h>
#include <string.h>

struct workshop {
    hob_server *server;
    hob_group *jobs;
    unsigned done;
};

static int work(void *arg)
{
    struct workshop *workshop = arg;
    int err = hob_sleep(0.05);
    workshop->done += err == 0; /* one thread, so no lock */
    return err;
}

static int handle(hob_request *req, hob_response *res)
{
    struct workshop *workshop = hob_request_context(req);
    if (strcmp(hob_request_method(req), "POST") != 0)
        return hob_reply_printf(res, 200, HOB_TEXT, "%u done\n", workshop->done);
    int err = hob_group_spawn(workshop->jobs, work, workshop); /* it outlives the request */
    return err < 0 ? err : hob_reply_text(res, 202, "accepted\n");
}

/* The group belongs to this coroutine: when it returns, the jobs that are left are cancelled. */
static int run(void *arg)
{
    struct workshop *workshop = arg;
    workshop->jobs = hob_group_new();
    return workshop->jobs ? hob_server_run(workshop->server) : -ENOMEM;
}

int main(int argc, char **argv)
{
    struct workshop workshop = {0};
    int socket = hob_listen(argc > 1 ? argv[1] : "127.0.0.1:8080");
    const hob_server_options options = {
        .handler = handle,
        .context = &workshop,
        .sockets = &socket,
        .socket_count = 1,
        .handle_signals = true,
    };
    if (socket < 0 || hob_server_open(&options, &workshop.server) < 0)
        return EXIT_FAILURE;
    int err = hob_block_on(run, &workshop);
    hob_server_close(workshop.server);
    return err < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
