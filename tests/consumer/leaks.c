/*
 * Leaks as many strings as its argument says, in coroutines, and ends in one of them, while others
 * wait. Memory that these and main() hold is no leak.
 */
#include <hob/runtime.h>
#include <stdlib.h>
#include <string.h>

static int leak(void *unused)
{
    (void)unused;
    char *volatile lost = strdup("lost");
    (void)lost;
    lost = NULL;
    return hob_sleep(0.001);
}

static int hold(void *unused)
{
    (void)unused;
    char *volatile held = strdup("held");
    int err = hob_sleep(60);
    free(held);
    return err;
}

static int leak_and_exit(void *count)
{
    hob_async(hold, NULL); /* first: on no stack that has a leaked pointer left in it */
    for (long left = strtol(count, NULL, 10); left > 0; left--)
        hob_await(hob_async(leak, NULL));
    hob_sleep(0.001);
    exit(0);
}

int main(int argc, char **argv)
{
    char *volatile held = strdup("held");
    char none[] = "0";
    int result = hob_block_on(leak_and_exit, argc > 1 ? argv[1] : none);
    free(held);
    return result;
}
