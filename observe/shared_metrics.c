#include "shared_metrics.h"

#include <errno.h>
#include <stdlib.h>

#include "shared_pages.h"
#include "sum_pages.h"

struct hob_metrics_group {
    struct shared_pages *pages; /* one for each worker and format */
    size_t workers;
    size_t worker;                 /* this one */
    char *before[METRICS_FORMATS]; /* what was counted by those that had its number; or NULL */
};

hob_metrics_group *hob_metrics_group_new(size_t processes)
{
    hob_metrics_group *self = calloc(1, sizeof(*self));
    if (!self)
        return NULL;
    self->workers = processes;
    self->pages = shared_pages_new(processes * METRICS_FORMATS);
    if (self->pages)
        return self;
    free(self);
    return NULL;
}

void hob_metrics_group_free(hob_metrics_group *group)
{
    if (!group)
        return;
    for (int format = 0; format < METRICS_FORMATS; format++)
        free(group->before[format]);
    shared_pages_free(group->pages);
    free(group);
}

static size_t place_of(size_t worker, enum metrics_format format)
{
    return worker * METRICS_FORMATS + format;
}

/* Ends a memory stream. Returns 0, or -ENOMEM if not all of what was written is there. */
static int end_stream(FILE *stream)
{
    int failed = ferror(stream);
    return fclose(stream) != 0 || failed ? -ENOMEM : 0;
}

/* What was counted in a page, as a string to be freed; NULL when out of memory. */
static char *counted_in(const char *page)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    keep_counters(page, out);
    if (end_stream(out) == 0)
        return text;
    free(text);
    return NULL;
}

int shared_metrics_join(hob_metrics_group *self, size_t worker)
{
    self->worker = worker;
    for (enum metrics_format format = 0; format < METRICS_FORMATS; format++) {
        char *page = shared_pages_read(self->pages, place_of(worker, format));
        free(self->before[format]);
        self->before[format] = page ? counted_in(page) : NULL;
        free(page);
        if (!self->before[format])
            return -ENOMEM;
    }
    return 0;
}

int shared_metrics_publish(hob_metrics_group *self, enum metrics_format format, const char *page)
{
    const char *const pages[] = {page, self->before[format]};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return -ENOMEM;
    int err = sum_pages(pages, 2, out);
    int ended = end_stream(out);
    if (err == 0)
        err = ended;
    if (err == 0)
        err = shared_pages_write(self->pages, place_of(self->worker, format), text, size);
    free(text);
    return err;
}

static void free_all(char **pages, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(pages[i]);
    free(pages);
}

/* The pages of all workers, to be given to free_all(); NULL when out of memory. */
static char **read_all(const hob_metrics_group *self, enum metrics_format format)
{
    char **pages = calloc(self->workers, sizeof(*pages));
    for (size_t i = 0; pages && i < self->workers; i++) {
        pages[i] = shared_pages_read(self->pages, place_of(i, format));
        if (!pages[i]) {
            free_all(pages, i);
            return NULL;
        }
    }
    return pages;
}

int shared_metrics_tell(const hob_metrics_group *self, enum metrics_format format, FILE *out)
{
    char **pages = read_all(self, format);
    if (!pages)
        return -ENOMEM;
    int err = sum_pages((const char *const *)pages, self->workers, out);
    free_all(pages, self->workers);
    return err;
}
