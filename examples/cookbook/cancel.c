/* Cancellation: a cancelled coroutine cleans up, and finishes what it must finish. */
#include <errno.h>
#include <hob/runtime.h>
#include <stdio.h>

static void free_the_table(void *name)
{
    printf("%s: the table is free again\n", (const char *)name);
}

static int write_bill(void *name)
{
    int err = hob_sleep(0.1); /* not affected by the cancellation */
    printf("%s: the bill is written (%d)\n", (const char *)name, err);
    return err;
}

static int dine(void *name)
{
    hob_defer(free_the_table, name); /* however this ends */
    int err = hob_sleep(60);
    if (err == -ECANCELED)
        printf("%s: has to leave\n", (const char *)name);
    hob_shield(write_bill, name); /* cannot be cancelled */
    return err;
}

static int evening(void *arg)
{
    (void)arg;
    hob_future *early = hob_async(dine, "early guest");
    hob_async(dine, "late guest"); /* not awaited: it ends with the evening */
    hob_sleep(0.1);
    hob_cancel(early);
    hob_await(early); /* returns when the guest has left and the table is free */
    puts("the restaurant closes");
    return 0;
}

int main(void)
{
    return hob_block_on(evening, NULL) < 0;
}
