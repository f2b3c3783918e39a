/* A circuit breaker: a server that fails again and again is left alone for a while. */
#include <errno.h>
#include <hob/hob.h>
#include <stdlib.h>

enum { FAILURES = 3 };       /* in a row, until it opens */
#define PAUSE_SECONDS (30.0) /* until one request may try again */

struct breaker {
    hob_client *client;
    int failures;
    double open_until;
};

static int fetch_guarded(struct breaker *self, const char *url, hob_bytes *text)
{
    if (self->failures >= FAILURES && hob_now() < self->open_until)
        return -EBUSY;
    self->open_until = hob_now() + PAUSE_SECONDS; /* others wait for what this one finds */
    int err = hob_fetch_text(self->client, url, text);
    if (err == 0)
        self->failures = 0;
    else if (err != -ECANCELED) /* the client has left: this says nothing of the server */
        self->failures++;
    return err;
}

static int serve_tea(hob_request *req, hob_response *res)
{
    hob_bytes text = {0};
    int err = fetch_guarded(hob_state(req), "http://127.0.0.1:8081/goods/tea", &text);
    if (err == -ECANCELED)
        return err;
    if (err == -EBUSY)
        err = hob_reply_text(res, 503, "not asked\n");
    else if (err < 0)
        err = hob_reply_text(res, 502, "no answer\n");
    else
        err = hob_reply_text(res, 200, text.data);
    hob_bytes_free(&text);
    return err;
}

int main(void)
{
    struct breaker breaker = {0};
    if (hob_client_new(NULL, &breaker.client) < 0)
        return EXIT_FAILURE;
    int status = hob_serve("127.0.0.1:8080", (hob_route[]){{"GET /tea", serve_tea, &breaker}, {0}});
    hob_client_free(breaker.client);
    return status;
}
