/*
 * The lesson: a deadline holds for everything below it. The dish knows nothing of it, and yet its
 * await, and the ones of its helpers, return -ETIMEDOUT when the guest has waited long enough.
 */
#include <errno.h>
#include <hob/runtime.h>
#include <stdio.h>

static int simmer(void *arg)
{
    (void)arg;
    int err = hob_sleep(3600);
    puts(err == -ETIMEDOUT ? "simmering: out of time" : "simmering: done");
    return err;
}

static int cook_stew(void *arg)
{
    (void)arg;
    puts("stew: on the stove");
    int err = hob_await(hob_async(simmer, NULL));
    puts(err == -ETIMEDOUT ? "stew: taken off" : "stew: done");
    return err;
}

static int serve(void *arg)
{
    (void)arg;
    double start = hob_now();
    double before = hob_deadline(2);
    int err = hob_await(hob_async(cook_stew, NULL));
    hob_deadline_at(before); /* from here on, time is no matter again */
    printf("guest: waited for %.0f s\n", hob_now() - start);
    if (err == -ETIMEDOUT) {
        hob_sleep(1);
        puts("guest: gets bread instead");
    }
    return 0;
}

int main(void)
{
    return hob_block_on(serve, NULL) < 0;
}
