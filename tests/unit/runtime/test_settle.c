/* Waits for several results, and for one result with a time limit. In virtual time. */

#include "tests/support/coroutine.h"

TestSuite(settle, .timeout = 20);

struct job {
    double seconds;
    int result;
};

static int work(void *arg)
{
    const struct job *job = arg;
    int err = hob_sleep(job->seconds);
    return err < 0 ? err : job->result;
}

CoroutineTest(settle, has_each_result_and_takes_as_long_as_the_longest)
{
    int results[4];
    double begin = hob_now();
    struct job jobs[] = {{3, 7}, {1, -EIO}, {2, 0}};
    hob_future *futures[] = {
        hob_async(work, &jobs[0]), hob_async(work, &jobs[1]), hob_async(work, &jobs[2]), NULL};
    cr_expect_eq(hob_settle_all(futures, 4, results), 0);
    cr_expect_eq(results[0], 7);
    cr_expect_eq(results[1], -EIO);
    cr_expect_eq(results[2], 0);
    cr_expect_eq(results[3], -ENOMEM, "no future could be made");
    cr_expect_float_eq(hob_now() - begin, 3, 0.01);
}

static int settle_two(void *results)
{
    struct job jobs[] = {{1, 7}, {1000, 8}, {1000, 9}};
    hob_future *futures[] = {
        hob_async(work, &jobs[0]), hob_async(work, &jobs[1]), hob_async(work, &jobs[2])};
    return hob_settle_all(futures, 3, results);
}

CoroutineTest(settle, ends_early_when_it_is_cancelled)
{
    int results[3];
    double begin = hob_now();
    hob_future *settling = hob_async(settle_two, results);
    hob_sleep(2);
    hob_cancel(settling);
    cr_expect_eq(hob_await(settling), -ECANCELED);
    cr_expect_eq(results[0], 7);
    cr_expect_eq(results[1], -ECANCELED);
    cr_expect_eq(results[2], -ECANCELED);
    cr_expect_float_eq(hob_now() - begin, 2, 0.01);
}

CoroutineTest(settle, await_for_ends_in_time)
{
    struct job quick = {1, 7}, slow = {1000, 8};
    double begin = hob_now();
    cr_expect_eq(hob_await_for(hob_async(work, &quick), 2), 7);
    cr_expect_eq(hob_await_for(hob_async(work, &slow), 2), -ETIMEDOUT);
    cr_expect_float_eq(hob_now() - begin, 3, 0.01);
    cr_expect_eq(hob_await_for(hob_async(work, &quick), INFINITY), 7);
    cr_expect_eq(hob_await_for(hob_async(work, &quick), NAN), 7);
    cr_expect_eq(hob_await_for(NULL, 1), -ENOMEM);
    cr_expect_eq(hob_sleep(10), 0, "no deadline is left");
}

CoroutineTest(settle, await_for_gives_no_more_time_than_there_is)
{
    struct job slow = {1000, 8};
    double begin = hob_now();
    double before = hob_deadline(2);
    cr_expect_eq(hob_await_for(hob_async(work, &slow), 5), -ETIMEDOUT);
    cr_expect_float_eq(hob_now() - begin, 2, 0.01);
    cr_expect_eq(hob_sleep(1), -ETIMEDOUT, "the caller's deadline is as it was");
    hob_deadline_at(before);
}
