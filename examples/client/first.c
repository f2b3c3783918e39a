/* Fan-out: asks five servers, and takes the first three answers. */
#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>

enum { ASKED = 5, WANTED = 3 };

struct question {
    hob_client *client;
    hob_queue *answered;
    int port;
    int err;
    hob_bytes answer;
};

static int ask(void *arg)
{
    struct question *self = arg;
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/goods/tea", self->port);
    self->err = hob_fetch_text(self->client, url, &self->answer);
    return hob_queue_try_put(self->answered, self);
}

/* Sends answers as they come. Those that fail do not count. */
static int send_first(hob_response *res, hob_queue *answered)
{
    void *next;
    for (int wanted = WANTED, left = ASKED; wanted > 0 && left > 0; left--) {
        int err = hob_queue_get(answered, &next);
        if (err < 0)
            return err;
        const struct question *question = next;
        if (question->err < 0)
            continue;
        err = hob_send(res, question->answer.data, question->answer.size);
        if (err < 0)
            return err;
        wanted--;
    }
    return 0;
}

static int ask_all(hob_request *req, hob_response *res)
{
    struct question questions[ASKED] = {0};
    hob_queue *answered = hob_queue_new(ASKED);
    hob_group *group = hob_group_new();
    int err = answered && group ? hob_stream(res, 200, "text/plain") : -ENOMEM;
    for (int i = 0; i < ASKED && err == 0; i++) {
        questions[i] = (struct question){hob_state(req), answered, 8081 + i};
        err = hob_group_spawn(group, ask, &questions[i]);
    }
    if (err == 0)
        err = send_first(res, answered);
    hob_group_cancel(group); /* the others are not needed any more */
    hob_group_wait(group);
    for (int i = 0; i < ASKED; i++)
        hob_bytes_free(&questions[i].answer);
    hob_queue_free(answered);
    return err;
}

int main(void)
{
    hob_client *client;
    if (hob_client_new(NULL, &client) < 0)
        return EXIT_FAILURE;
    int status = hob_serve("127.0.0.1:8080", (hob_route[]){{"GET /first", ask_all, client}, {0}});
    hob_client_free(client);
    return status;
}
