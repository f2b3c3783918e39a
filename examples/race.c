/*
 * The lesson: a race has one winner. The awaits of the others return -ECANCELED, and the others
 * have cleaned up before the race is over. Nothing continues in the background.
 */
#include <hob/runtime.h>
#include <stdio.h>

static void cross_off(void *supplier)
{
    printf("%s: the order is crossed off the list\n", (const char *)supplier);
}

static int ask(const char *supplier, double seconds)
{
    printf("%s: asked for potatoes\n", supplier);
    hob_defer(cross_off, (void *)supplier); /* however this ends */
    int err = hob_sleep(seconds);
    if (err < 0) {
        printf("%s: cancelled\n", supplier);
        return err;
    }
    printf("%s: delivers\n", supplier);
    return 0;
}

static int ask_the_farm(void *arg)
{
    (void)arg;
    return ask("farm", 3);
}

static int ask_the_market(void *arg)
{
    (void)arg;
    return ask("market", 1);
}

static int buy_potatoes(void *arg)
{
    (void)arg;
    double start = hob_now();
    int err = hob_race(hob_async(ask_the_farm, NULL), hob_async(ask_the_market, NULL));
    printf("potatoes after %.0f s\n", hob_now() - start);
    return err;
}

int main(void)
{
    return hob_block_on(buy_potatoes, NULL) < 0;
}
