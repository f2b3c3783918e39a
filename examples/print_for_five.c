/*
 * The lesson: what is awaited one after the other takes the sum of the times, what is joined takes
 * the longest of them. Five seconds of "await 1", then two coroutines that print in turn for five
 * seconds: fifteen lines in ten seconds, on one thread.
 */
#include <hob/runtime.h>
#include <stdio.h>

static int print_for_five(void *name)
{
    for (int i = 0; i < 5; i++) {
        int err = hob_sleep(1);
        if (err < 0)
            return err;
        printf("one second has passed: %s\n", (const char *)name);
    }
    return 0;
}

static int async_main(void *arg)
{
    (void)arg;
    int err = hob_await(hob_async(print_for_five, "await 1"));
    if (err < 0)
        return err;
    return hob_join(hob_async(print_for_five, "async 1"), hob_async(print_for_five, "async 2"));
}

int main(void)
{
    return hob_block_on(async_main, NULL) < 0;
}
