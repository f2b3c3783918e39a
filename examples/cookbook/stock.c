/* Virtual time: a stock that simmers for six hours, and a test that it is stirred twelve times. */
#include <hob/runtime.h>
#include <stdio.h>

static int times_stirred;

static int simmer(void *arg)
{
    (void)arg;
    for (int i = 0; i < 12; i++) {
        int err = hob_sleep(30 * 60);
        if (err < 0)
            return err;
        times_stirred++;
    }
    return 0;
}

#ifdef TEST

static int test_simmer(void *arg)
{
    (void)arg;
    double begin = hob_now();
    int err = hob_await(hob_async(simmer, NULL));
    printf("stirred %d times in %.0f hours\n", times_stirred, (hob_now() - begin) / 3600);
    return err == 0 && times_stirred == 12 ? 0 : -1;
}

int main(void)
{
    return hob_block_on(test_simmer, NULL) < 0;
}

#else

int main(void)
{
    return hob_block_on(simmer, NULL) < 0;
}

#endif
