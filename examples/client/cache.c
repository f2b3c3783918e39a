/* A cache with single flight: of all requests for the same at the same time, one is passed on. */
#include <hob/hob.h>
#include <stdlib.h>

struct cache {
    hob_client *client;
    hob_mutex *mutex; /* the handler that fetches holds it, the others wait for it */
    hob_bytes text;
    double fresh_until;
};

/* With the mutex. */
static int refresh(struct cache *self)
{
    hob_bytes text;
    if (hob_now() < self->fresh_until)
        return 0;
    int err = hob_fetch_text(self->client, "http://127.0.0.1:8081/goods/tea", &text);
    if (err < 0)
        return err; /* the next handler tries, also when this client has left */
    hob_bytes_free(&self->text);
    self->text = text;
    self->fresh_until = hob_now() + 60;
    return 0;
}

static int serve_tea(hob_request *req, hob_response *res)
{
    struct cache *self = hob_state(req);
    int err = hob_mutex_lock(self->mutex);
    if (err < 0)
        return err;
    err = refresh(self);
    hob_mutex_unlock(self->mutex);
    return err < 0 ? err : hob_reply_text(res, 200, self->text.data);
}

int main(void)
{
    struct cache cache = {.mutex = hob_mutex_new()};
    if (!cache.mutex || hob_client_new(NULL, &cache.client) < 0)
        return EXIT_FAILURE;
    int status = hob_serve("127.0.0.1:8080", (hob_route[]){{"GET /tea", serve_tea, &cache}, {0}});
    hob_client_free(cache.client);
    hob_mutex_free(cache.mutex);
    hob_bytes_free(&cache.text);
    return status;
}
