/* Virtual time: a stock that simmers for six hours, and a test that it is stirred twelve times. */
#include <hob/runtime.h>
#include <stdio.h>

static int simmer(void *arg)
{
    int *times_stirred = arg;
    for (int i = 0; i < 12; i++) {
        int err = hob_sleep(30 * 60);
        if (err < 0)
            return err;
        ++*times_stirred;
    }
    return 0;
}

#ifdef TEST

static int test_simmer(void *arg)
{
    int times_stirred = 0;
    double begin = hob_now();
    (void)arg;
    int err = hob_await(hob_async(simmer, &times_stirred));
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
    int times_stirred = 0;
    return hob_block_on(simmer, &times_stirred) < 0;
}

#endif
