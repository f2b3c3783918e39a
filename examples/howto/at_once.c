/*
 * How do I limit how many requests do something at once?
 *
 *     $ { curl localhost:8080/report & curl localhost:8080/report; } | cat
 *     1 at once
 *     1 at once
 */
#include <errno.h>
#include <hob/hob.h>
#include <stdlib.h>

struct office {
    hob_semaphore *permits;
    int busy;
};

static int write_report(struct office *office, hob_response *res)
{
    office->busy++;
    int err = hob_sleep(0.05);
    if (err == 0)
        err = hob_reply_printf(res, 200, HOB_TEXT, "%d at once\n", office->busy);
    office->busy--;
    return err;
}

static int serve_report(hob_request *req, hob_response *res)
{
    struct office *office = hob_state(req);
    int err = hob_semaphore_take(office->permits); /* others wait here, the first one first */
    if (err < 0)
        return err;
    err = write_report(office, res);
    hob_semaphore_give(office->permits);
    return err;
}

int main(int argc, char **argv)
{
    struct office office = {.permits = hob_semaphore_new(1)};
    const hob_route routes[] = {HOB_ROUTE("GET /report", serve_report, &office), {0}};
    if (!office.permits)
        return EXIT_FAILURE;
    int status = hob_serve(argc > 1 ? argv[1] : "127.0.0.1:8080", routes);
    hob_semaphore_free(office.permits);
    return status;
}
