#include "failures.h"

#include <errno.h>
#include <string.h>

#include "hob/log.h"
#include "kitchen.h"

/* Those that the log does not mention yet. */
static struct {
    size_t count;
    const char *dish; /* of the last one */
    int err;
    hob_queue *news; /* has a value when there are any; NULL while nobody logs them */
} unlogged;

static void free_news(void *unused)
{
    (void)unused;
    hob_queue_free(unlogged.news);
    unlogged.news = NULL;
}

static void log_sum(void)
{
    if (unlogged.count == 0)
        return;
    hob_log(
        HOB_LOG_WARN, "%zu orders failed, the last one (%s) with: %s", unlogged.count,
        unlogged.dish, strerror(-unlogged.err));
    unlogged.count = 0;
}

int failures_log(void *unused)
{
    void *value;
    int got;
    (void)unused;
    unlogged.news = hob_queue_new(1);
    if (!unlogged.news || hob_defer(free_news, NULL) < 0)
        return -ENOMEM;
    while ((got = hob_queue_get(unlogged.news, &value)) > 0) {
        hob_sleep(1);
        log_sum();
    }
    return got;
}

void failures_note(const char *dish, int err)
{
    if (err == -ECANCELED)
        return;
    kitchen_failed();
    unlogged.count++;
    unlogged.dish = dish;
    unlogged.err = err;
    if (unlogged.news)
        hob_queue_try_put(unlogged.news, NULL); /* full: there is news already */
    else
        log_sum();
}
