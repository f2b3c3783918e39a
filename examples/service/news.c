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
    memcpy(self->latest, text, sizeof(text));
    self->count++;
    hob_condition_wake_all(self->changed);
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

/* Returns 1 if there are news, 0 if the server stops, or a negative errno. */
static int wait_for_news(const struct news *self, const hob_request *req)
{
    size_t winner;
    hob_future *either[] = {
        hob_condition_next(self->changed), hob_server_until_stopping(hob_request_server(req))};
    int err = hob_race_all(either, 2, &winner);
    return err < 0 ? err : winner == 0;
}

/*
 * A slow listener misses some news, and gets the latest, which suffices for a price. So the sender
 * waits for no listener, and stores no news.
 */
int serve_news(hob_request *req, hob_response *res)
{
    const struct news *self = hob_state(req);
    unsigned long sent = 0;
    int go_on = hob_event_stream(res);
    if (go_on < 0)
        return go_on;
    do {
        if (sent == self->count) {
            go_on = wait_for_news(self, req);
        } else {
            char text[sizeof(self->latest)]; /* the next may come while this is sent */
            memcpy(text, self->latest, sizeof(text));
            sent = self->count;
            int err = hob_event(res, NULL, "price", text);
            go_on = err < 0 ? err : 1;
        }
    } while (go_on > 0);
    return go_on;
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
