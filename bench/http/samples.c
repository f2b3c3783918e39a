#include "bench/http/samples.h"

#include <stdlib.h>

#include "bench/measure.h"

void samples_add(struct samples *self, double seconds)
{
    if (self->count == self->capacity) {
        self->capacity = self->capacity > 0 ? 2 * self->capacity : 65536;
        self->seconds = realloc(self->seconds, self->capacity * sizeof(*self->seconds));
        if (!self->seconds)
            give_up("out of memory");
    }
    self->seconds[self->count++] = seconds;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double samples_quantile(struct samples *self, unsigned per_mille)
{
    if (self->count == 0)
        give_up("nothing was answered in time");
    qsort(self->seconds, self->count, sizeof(*self->seconds), compare);
    return self->seconds[(self->count - 1) * per_mille / 1000];
}

void samples_free(struct samples *self)
{
    free(self->seconds);
    *self = (struct samples){0};
}
