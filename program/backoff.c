#include "backoff.h"

#include <math.h>

#define FIRST_DELAY 0.1

double backoff_after_death(size_t *early_deaths, double lived)
{
    if (lived >= EARLY_DEATH) {
        *early_deaths = 0;
        return 0;
    }
    ++*early_deaths;
    if (*early_deaths >= EARLY_DEATHS_LIMIT)
        return -1;
    return *early_deaths == 1 ? 0 : ldexp(FIRST_DELAY, (int)*early_deaths - 2);
}
