#include "failures.h"

#include <errno.h>
#include <string.h>

#include "hob/log.h"
#include "kitchen.h"

static void free_news(void *failures)
{
    struct failures *self = failures;
    hob_queue_free(self->news);
    self->news = NULL;
}

static void log_sum(struct failures *self)
{
    if (self->count == 0)
        return;
    hob_log(
        HOB_LOG_WARN, "%zu orders failed, the last one (%s) with: %s", self->count, self->dish,
        strerror(-self->err));
    self->count = 0;
}

int failures_log(void *kitchen)
{
    struct failures *self = &((struct kitchen *)kitchen)->failures;
    void *value;
    int got;
    self->news = hob_queue_new(1);
    if (!self->news || hob_defer(free_news, self) < 0)
        return -ENOMEM;
    while ((got = hob_queue_get(self->news, &value)) > 0) {
        hob_sleep(1);
        log_sum(self);
    }
    return got;
}

void failures_add(struct kitchen *kitchen, const char *dish, int err)
{
    struct failures *self = &kitchen->failures;
    if (err == -ECANCELED)
        return;
    kitchen->totals.failed++;
    self->count++;
    self->dish = dish;
    self->err = err;
    if (self->news)
        hob_queue_try_put(self->news, NULL); /* if it is full, it has a value */
    else
        log_sum(self);
}
