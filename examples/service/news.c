#include "news.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void note(struct news *self, const struct offer *best)
{
    char text[sizeof(self->latest)] = "no market has a price";
    if (best)
        snprintf(
            text, sizeof(text), "%s: %ld cents at %s", best->goods, best->cents,
            best->market->name);
    self->markets_answer = best != NULL;
    if (strcmp(text, self->latest) == 0)
        return;
    if (hob_topic_publish(self->prices, "price", text, strlen(text)) == 0)
        memcpy(self->latest, text, sizeof(text)); /* without memory, the next look tries again */
}

int news_watch(void *arg)
{
    struct news *self = arg;
    struct offers offers;
    int err;
    do {
        err = offers_gather(&offers, self->markets, self->goods);
        if (err == 0)
            note(self, offers_best(&offers));
        else if (err != -ECANCELED)
            hob_log(HOB_LOG_WARN, "a look at the prices failed: %s", strerror(-err));
        err = hob_sleep(self->interval); /* at once -ECANCELED, if that is what it was */
    } while (err == 0);
    return err;
}

/*
 * A slow listener misses some news, and gets the latest, which suffices for a price. So the sender
 * waits for no listener. One that connects gets the price of now.
 */
int serve_news(hob_request *req, hob_response *res)
{
    static const hob_topic_options latest = {.policy = HOB_TOPIC_LATEST, .replay = 1};
    const struct news *self = hob_state(req);
    return hob_topic_stream(self->prices, req, res, &latest);
}

int serve_health(hob_request *req, hob_response *res)
{
    const struct news *self = hob_state(req);
    int err = hob_response_add_header(res, "Cache-Control", "no-store"); /* or a cache may answer */
    if (err < 0)
        return err;
    return self->markets_answer ? hob_reply_text(res, 200, "ok\n")
                                : hob_reply_text(res, 503, "no market has a price\n");
}
