/* Asks two servers at the same time, with one deadline. */
#include <hob/hob.h>
#include <stdlib.h>

struct question {
    hob_client *client;
    const char *url;
    hob_bytes answer;
};

static int ask(void *arg)
{
    struct question *self = arg;
    return hob_fetch_text(self->client, self->url, &self->answer);
}

static int ask_both(hob_request *req, hob_response *res)
{
    struct question tea = {hob_state(req), "http://127.0.0.1:8081/goods/tea"};
    struct question milk = {hob_state(req), "http://127.0.0.1:8082/goods/milk"};
    hob_deadline(1); /* for both, and for all that they do */
    int err = hob_join(hob_async(ask, &tea), hob_async(ask, &milk));
    if (err == 0)
        err = hob_reply_printf(res, 200, "text/plain", "%s%s", tea.answer.data, milk.answer.data);
    hob_bytes_free(&tea.answer);
    hob_bytes_free(&milk.answer);
    return err;
}

int main(void)
{
    hob_client *client;
    if (hob_client_new(NULL, &client) < 0)
        return EXIT_FAILURE;
    int status = hob_serve("127.0.0.1:8080", (hob_route[]){{"GET /both", ask_both, client}, {0}});
    hob_client_free(client);
    return status;
}
