#include "news.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bell.h"
#include "offers.h"

static const char *watched;
static double pause_between;

/* The latest, and how many there were: who listens keeps the number of what it has told. */
static char latest[100];
static unsigned long told;
static struct bell bell;

static bool markets_answer;

void news_about(const char *goods, double interval)
{
    watched = goods;
    pause_between = interval;
}

static void tell(const struct offer *best)
{
    char news[sizeof(latest)] = "no market has a price";
    if (best)
        snprintf(
            news, sizeof(news), "%s: %ld cents at %s", best->goods, best->cents,
            best->market->name);
    markets_answer = best != NULL;
    if (strcmp(news, latest) == 0)
        return;
    memcpy(latest, news, sizeof(latest));
    told++;
    bell_ring(&bell);
}

int news_watch(void *unused)
{
    struct offers offers;
    int err;
    (void)unused;
    do {
        err = offers_gather(&offers, watched);
        if (err == 0)
            tell(offers_best(&offers));
        else if (err != -ECANCELED)
            hob_log(HOB_LOG_WARN, "a look at the prices failed: %s", strerror(-err));
        err = hob_sleep(pause_between); /* at once -ECANCELED, if that is what it was */
    } while (err == 0);
    return err;
}

/*
 * A listener that is slow to take the news misses some, and gets the latest: that is what a price
 * is good for. So nobody waits for anybody, and nothing is kept for anybody.
 */
int serve_news(hob_request *req, hob_response *res)
{
    unsigned long heard = 0;
    int go_on = hob_event_stream(res);
    if (go_on < 0)
        return go_on;
    do {
        if (heard == told) {
            go_on = bell_wait(&bell, hob_stopping(req));
        } else {
            char news[sizeof(latest)]; /* the next may come while this is sent */
            memcpy(news, latest, sizeof(news));
            heard = told;
            int err = hob_event(res, NULL, "price", news);
            go_on = err < 0 ? err : 1;
        }
    } while (go_on > 0);
    return go_on;
}

int serve_health(hob_request *req, hob_response *res)
{
    int err = hob_response_header(res, "Cache-Control", "no-store"); /* or a cache may answer */
    (void)req;
    if (err < 0)
        return err;
    return markets_answer ? hob_reply_text(res, 200, "ok\n")
                          : hob_reply_text(res, 503, "no market has a price\n");
}
