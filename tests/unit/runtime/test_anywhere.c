/*
 * Functions that the headers allow outside of coroutines: before a loop and after it, in a callback
 * of the loop, and in hob_call_deep().
 */
#include "hob/log.h"
#include "hob/sync.h"
#include "hob/virtual_time.h"
#include "tests/support/call_back.h"
#include "tests/support/coroutine.h"

TestSuite(anywhere, .timeout = 60);

static void use_clock(void)
{
    double now = hob_now();
    cr_expect_gt(now, 0);
    cr_expect_geq(hob_now(), now);
}

static void use_queue(void)
{
    int values[2];
    void *value = NULL;
    hob_queue *queue = hob_queue_new(1);
    cr_expect_eq(hob_queue_try_get(queue, &value), -EAGAIN);
    cr_expect_eq(hob_queue_try_put(queue, &values[0]), 0);
    cr_expect_eq(hob_queue_try_put(queue, &values[1]), -EAGAIN);
    cr_expect_eq(hob_queue_try_get(queue, &value), 1);
    cr_expect_eq(value, &values[0]);
    cr_expect_eq(hob_queue_try_put(queue, &values[1]), 0);
    hob_queue_close(queue);
    cr_expect_eq(hob_queue_try_put(queue, &values[0]), -EPIPE);
    cr_expect_eq(hob_queue_try_get(queue, &value), 1);
    cr_expect_eq(value, &values[1]);
    cr_expect_eq(hob_queue_try_get(queue, &value), 0);
    hob_queue_free(queue);
}

static void use_semaphore(void)
{
    hob_semaphore *semaphore = hob_semaphore_new(1);
    cr_expect_eq(hob_semaphore_try_take(semaphore), 0);
    cr_expect_eq(hob_semaphore_try_take(semaphore), -EAGAIN);
    hob_semaphore_give(semaphore);
    cr_expect_eq(hob_semaphore_try_take(semaphore), 0);
    hob_semaphore_free(semaphore);
}

static void use_mutex_and_condition(void)
{
    hob_condition *condition = hob_condition_new();
    cr_expect_not(hob_condition_wake_one(condition));
    cr_expect_eq(hob_condition_wake_all(condition), 0);
    hob_condition_free(condition);
    hob_mutex_free(hob_mutex_new());
}

static void use_pool_and_bytes(void)
{
    hob_bytes none = {0};
    hob_pool_free(hob_pool_new(1, 1));
    hob_bytes_free(&none);
}

static void use_log(void)
{
    hob_log_level level;
    cr_expect(hob_log_level_from_name("debug", &level));
    hob_log(level, "not written");
}

static void use_all(void)
{
    use_clock();
    use_queue();
    use_semaphore();
    use_mutex_and_condition();
    use_pool_and_bytes();
    use_log();
}

Test(anywhere, works_before_a_loop_and_after_it)
{
    use_all();
    cr_expect_not(hob_in_loop() || hob_timers_pending() || hob_descriptors_awaited());
    cr_expect_eq(hob_offload_unfinished(), 0);
    cr_expect_eq(hob_block_on(do_nothing, NULL), 0);
    use_all();
}

static void use_all_and_resolve(void *promise)
{
    use_all();
    cr_expect(hob_in_loop());
    hob_resolve(promise, 3);
}

CoroutineTest(anywhere, works_in_a_callback)
{
    struct call_back call;
    hob_future *called = hob_promise();
    call_back_after(&call, 0, use_all_and_resolve, called);
    cr_expect_eq(hob_await(called), 3);
}

static int use_all_in_a_deep_call(void *promise)
{
    use_all_and_resolve(promise);
    return 4;
}

CoroutineTest(anywhere, works_in_a_deep_call)
{
    hob_future *called = hob_promise();
    cr_expect_eq(hob_call_deep(use_all_in_a_deep_call, called), 4);
    cr_expect_eq(hob_await(called), 3);
}

static int use_what_threads_may(void *arg)
{
    use_clock();
    use_pool_and_bytes();
    use_log();
    return hob_in_loop();
}

CoroutineTest(anywhere, some_of_it_works_on_other_threads)
{
    cr_expect_eq(hob_await(hob_offload(use_what_threads_may, NULL)), false);
}

/* A pool of connections, say, that is filled before the server starts. */
struct handed {
    hob_queue *queue;
    hob_semaphore *semaphore;
    int value;
};

static int take_what_was_there(void *arg)
{
    const struct handed *handed = arg;
    void *value = NULL;
    cr_expect_eq(hob_queue_get(handed->queue, &value), 1);
    cr_expect_eq(value, &handed->value);
    cr_expect_eq(hob_semaphore_take(handed->semaphore), 0);
    return hob_queue_put(handed->queue, value);
}

Test(anywhere, values_put_before_a_loop_remain_in_it_and_after)
{
    struct handed handed = {hob_queue_new(2), hob_semaphore_new(0), 0};
    void *value = NULL;
    cr_expect_eq(hob_queue_try_put(handed.queue, &handed.value), 0);
    hob_semaphore_give(handed.semaphore);
    cr_expect_eq(hob_block_on(take_what_was_there, &handed), 0);
    cr_expect_eq(hob_queue_try_get(handed.queue, &value), 1);
    cr_expect_eq(value, &handed.value);
    cr_expect_eq(hob_semaphore_try_take(handed.semaphore), -EAGAIN);
    hob_queue_free(handed.queue);
    hob_semaphore_free(handed.semaphore);
}

/* A group takes coroutines from callbacks as well, such as one that accepts clients. */
struct counted {
    hob_group *group;
    int ended;
};

static int count_one(void *arg)
{
    struct counted *counted = arg;
    int err = hob_yield();
    counted->ended++;
    return err;
}

static void spawn_in_callback(void *arg)
{
    struct counted *counted = arg;
    cr_expect_eq(hob_group_spawn(counted->group, count_one, counted), 0);
    cr_expect_eq(hob_group_count(counted->group), 1);
}

CoroutineTest(anywhere, a_group_takes_coroutines_in_a_callback)
{
    struct call_back call;
    struct counted counted = {.group = hob_group_new()};
    call_back_after(&call, 0, spawn_in_callback, &counted);
    cr_expect_eq(hob_sleep(0.01), 0);
    cr_expect_eq(hob_group_wait(counted.group), 0);
    cr_expect_eq(counted.ended, 1);
}
