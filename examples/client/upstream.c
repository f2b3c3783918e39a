/* upstream ADDRESS NAME SECONDS: a server to ask, which takes so many seconds for an answer. */
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct upstream {
    const char *name;
    double seconds;
    unsigned asked; /* how often */
};

static int answer(hob_request *req, hob_response *res)
{
    struct upstream *self = hob_state(req);
    const char *goods = hob_path_value(req, "goods");
    unsigned number = ++self->asked;
    int err = hob_sleep(self->seconds);
    if (err < 0)
        return err;
    return hob_reply_printf(
        res, 200, "text/plain", "%s has %s, says answer %u\n", self->name,
        goods ? goods : "nothing", number);
}

/* Every other time it has too much to do. */
static int answer_or_fail(hob_request *req, hob_response *res)
{
    struct upstream *self = hob_state(req);
    if (++self->asked % 2 == 0)
        return hob_reply_printf(res, 200, "text/plain", "at last\n");
    return hob_reply_error(res, 503, "too much to do");
}

/* A list that takes its time. */
static int list(hob_request *req, hob_response *res)
{
    (void)req;
    int err = hob_stream(res, 200, "text/plain");
    for (int line = 1; err == 0 && line <= 3; line++) {
        char text[32];
        snprintf(text, sizeof(text), "line %d\n", line);
        err = hob_send(res, text, strlen(text));
        if (err == 0)
            err = hob_sleep(0.2);
    }
    return err;
}

static int count(hob_request *req, hob_response *res)
{
    char bytes[4096];
    size_t size = 0;
    int length;
    while ((length = hob_body_read(req, bytes, sizeof(bytes))) > 0)
        size += (size_t)length;
    return length < 0 ? length : hob_reply_printf(res, 200, "text/plain", "%zu bytes\n", size);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return EXIT_FAILURE;
    struct upstream upstream = {.name = argv[2], .seconds = strtod(argv[3], NULL)};
    return hob_serve(
        argv[1], (hob_route[]){
                     {"GET /goods/{goods}", answer, &upstream},
                     {"GET /busy", answer_or_fail, &upstream},
                     {"GET /list", list},
                     {"POST /count", count, .body_limit = 64 * 1024 * 1024},
                     {0},
                 });
}
