/*
 * The lesson: asynchronous is not multi-threaded. There is one thread, so while a function blocks
 * it, nothing else runs, and to call that function in a coroutine does not change it. Only an await
 * gives the thread away.
 */
#include <hob/runtime.h>
#include <stdio.h>
#include <unistd.h>

/* Keeps the thread: as a long computation does, or a library that knows no await. */
static void block(double seconds)
{
    double end = hob_now() + seconds;
    while (hob_now() < end)
        usleep(1000);
}

static int blocks_for_1(void *arg)
{
    (void)arg;
    block(1);
    return 0;
}

static int blocks_for_2(void *arg)
{
    (void)arg;
    block(2);
    return 0;
}

static int awaits_for_1(void *arg)
{
    (void)arg;
    return hob_sleep(1);
}

static int awaits_for_2(void *arg)
{
    (void)arg;
    return hob_sleep(2);
}

static int async_main(void *arg)
{
    (void)arg;
    hob_stall_limit(0); /* off, since this example blocks on purpose */

    double start = hob_now();
    block(1);
    block(2);
    printf("two functions that block:             %.0f s\n", hob_now() - start);

    start = hob_now();
    hob_join(hob_async(blocks_for_1, NULL), hob_async(blocks_for_2, NULL));
    printf("two coroutines that block:            %.0f s\n", hob_now() - start);

    start = hob_now();
    hob_join(hob_async(awaits_for_1, NULL), hob_async(awaits_for_2, NULL));
    printf("two coroutines that await:            %.0f s\n", hob_now() - start);

    puts("Asynchronous is not multi-threaded: others run only while a coroutine awaits.");
    return 0;
}

int main(void)
{
    return hob_block_on(async_main, NULL) < 0;
}
