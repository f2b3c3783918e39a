/* The lesson: the smallest program. Two tasks sleep at the same time: two seconds, not three. */
#include <hob/runtime.h>
#include <stdio.h>

static int sleeper(void *seconds)
{
    int err = hob_sleep(*(const double *)seconds);
    printf("slept for %.0f s\n", *(const double *)seconds);
    return err;
}

static int both(void *arg)
{
    double one = 1, two = 2;
    (void)arg;
    return hob_join(hob_async(sleeper, &one), hob_async(sleeper, &two));
}

int main(void)
{
    return hob_block_on(both, NULL) < 0;
}
