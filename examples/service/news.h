/* news.h: where something is cheapest at the moment, told to everyone who listens. */
#ifndef NEWS_H
#define NEWS_H

#include <hob/hob.h>

/* What is watched, and how many seconds pass between two looks. Before the first one. */
void news_about(const char *goods, double interval);

/* A coroutine: looks at the prices again and again, until it is cancelled. */
int news_watch(void *unused);

hob_handler serve_news;   /* GET /news */
hob_handler serve_health; /* GET /healthz */

#endif
