/* Cancellation: what is cancelled cleans up, and what must be finished is finished. */
#include <errno.h>
#include <hob/runtime.h>
#include <stdio.h>

static void free_the_table(void *name)
{
    printf("%s: the table is free again\n", (const char *)name);
}

static int write_bill(void *name)
{
    int err = hob_sleep(0.1); /* works as if nobody had cancelled */
    printf("%s: the bill is written (%d)\n", (const char *)name, err);
    return err;
}

static int dine(void *name)
{
    hob_defer(free_the_table, name); /* however this ends */
    int err = hob_sleep(60);
    if (err == -ECANCELED)
        printf("%s: has to leave\n", (const char *)name);
    hob_shield(write_bill, name); /* nobody can stop this */
    return err;
}

static int evening(void *arg)
{
    (void)arg;
    hob_future *early = hob_async(dine, "early guest");
    hob_async(dine, "late guest"); /* nobody awaits it: it ends with the evening */
    hob_sleep(0.1);
    hob_cancel(early);
    hob_await(early); /* returns when the guest is gone and the table free */
    puts("the restaurant closes");
    return 0;
}

int main(void)
{
    return hob_block_on(evening, NULL) < 0;
}
