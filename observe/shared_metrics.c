#include "shared_metrics.h"

#include <errno.h>
#include <stdlib.h>

#include "hob/runtime.h"
#include "shared_pages.h"
#include "sum.h"

struct hob_metrics_group {
    struct shared_pages *pages; /* a page for each process */
    size_t processes;
    size_t process;        /* the number of this one */
    hob_exposition before; /* counters of earlier processes with the same number */
};

hob_metrics_group *hob_metrics_group_new(size_t processes)
{
    hob_metrics_group *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->processes = processes;
    self->pages = shared_pages_new(processes);
    if (self->pages)
        return self;
    free(self);
    return NULL;
}

void hob_metrics_group_free(hob_metrics_group *group)
{
    if (!group)
        return;
    exposition_free(&group->before);
    shared_pages_free(group->pages);
    free(group);
}

/* Sums the counters of a page, which may have several records of a series, into `out`. */
static int sum_counters(const hob_exposition *page, hob_exposition *out)
{
    size_t at = 0;
    int more = 1;
    struct sum *sum = sum_new();
    if (!sum)
        return -ENOMEM;
    while (more > 0)
        more = sum_step(sum, page, &at);
    if (more == 0)
        sum_copy_counters(sum, out);
    sum_free(sum);
    return more < 0 || out->out_of_memory ? -ENOMEM : 0;
}

int shared_metrics_join(hob_metrics_group *self, size_t process)
{
    hob_exposition page = {.bytes = NULL};
    self->process = process;
    exposition_free(&self->before);
    shared_pages_read(self->pages, process, &page);
    int err = page.out_of_memory ? -ENOMEM : sum_counters(&page, &self->before);
    exposition_free(&page);
    return err;
}

int shared_metrics_publish(hob_metrics_group *self, hob_exposition *own)
{
    exposition_append(own, self->before.bytes, self->before.size);
    return own->out_of_memory ? -ENOMEM : shared_pages_write(self->pages, self->process, own);
}

int shared_metrics_read_others(const hob_metrics_group *self, hob_exposition *out)
{
    for (size_t i = 0; i < self->processes; i++) {
        if (i == self->process)
            continue;
        shared_pages_read(self->pages, i, out);
        int err = out->out_of_memory ? -ENOMEM : hob_sleep(0);
        if (err < 0)
            return err;
    }
    return 0;
}

uint64_t shared_metrics_unpublished(const hob_metrics_group *self)
{
    return shared_pages_refused(self->pages);
}
