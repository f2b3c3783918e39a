/* Timeouts: a time limit for each attempt, and one for all of them. */
#include <errno.h>
#include <hob/runtime.h>
#include <stdio.h>
#include <string.h>

/* A supplier that is slow at first: each reply takes half as long as the one before. */
static int ask_supplier(void)
{
    static double seconds = 1.6;
    seconds /= 2;
    return hob_sleep(seconds);
}

static int attempt(double seconds)
{
    double before = hob_deadline(seconds);
    int err = ask_supplier();
    hob_deadline_at(before);
    return err;
}

static int ask_until_answered(int attempts)
{
    double pause = 0.05;
    for (int i = 1;; i++) {
        int err = attempt(0.3);
        printf("attempt %d: %s\n", i, err < 0 ? strerror(-err) : "answered");
        if (err != -ETIMEDOUT || i == attempts)
            return err;
        err = hob_sleep(pause); /* the supplier may be overloaded */
        if (err < 0)
            return err; /* the deadline has passed, or the guest has left */
        pause *= 2;
    }
}

static int buy(void *arg)
{
    (void)arg;
    hob_deadline(2); /* for all attempts and pauses */
    return ask_until_answered(5);
}

int main(void)
{
    return hob_block_on(buy, NULL) < 0;
}
