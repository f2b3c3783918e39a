/* news.h: the cheapest market for something, sent to all listeners at each change. */
#ifndef NEWS_H
#define NEWS_H

#include <hob/hob.h>
#include <stdbool.h>

#include "offers.h"

/* The state of both handlers below. Set the first four; the rest is 0 at first. */
struct news {
    const struct markets *markets;
    const char *goods; /* whose price is watched */
    double interval;   /* seconds between two looks */
    hob_topic *prices; /* texts, of which the latest counts */

    char latest[100];
    bool markets_answer;
};

/* A coroutine (arg is the struct news): looks at the prices until it is cancelled. */
int news_watch(void *arg);

hob_handler serve_news;   /* GET /news */
hob_handler serve_health; /* GET /healthz */

#endif
