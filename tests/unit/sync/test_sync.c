#include "hob/sync.h"
#include "tests/support/coroutine.h"
#include "tests/support/mistake.h"
#include "tests/support/trace.h"

TestSuite(sync, .timeout = 20);

static hob_semaphore *semaphore;
static hob_mutex *mutex;
static hob_condition *condition;

/* A CoroutineTest with a semaphore of so many permits, a mutex and a condition. */
#define SyncTest(name, permits)                                                                    \
    static void use_##name(void);                                                                  \
    CoroutineTest(sync, name)                                                                      \
    {                                                                                              \
        semaphore = hob_semaphore_new(permits);                                                    \
        mutex = hob_mutex_new();                                                                   \
        condition = hob_condition_new();                                                           \
        use_##name();                                                                              \
        hob_semaphore_free(semaphore);                                                             \
        hob_mutex_free(mutex);                                                                     \
        hob_condition_free(condition);                                                             \
    }                                                                                              \
    static void use_##name(void)

static int take(void *name)
{
    int result = hob_semaphore_take(semaphore);
    trace(result == 0 ? name_of(name) : '!');
    return result;
}

SyncTest(a_semaphore_gives_its_permits_in_order, 2)
{
    hob_future *takers[] = {start(take, 'a'), start(take, 'b'), start(take, 'c'), start(take, 'd')};
    let_others_run();
    cr_expect_str_eq(traced(), "ab");
    cr_expect_eq(hob_semaphore_try_take(semaphore), -EAGAIN);
    hob_semaphore_give(semaphore);
    cr_expect_eq(hob_semaphore_try_take(semaphore), -EAGAIN, "the permit is c's");
    hob_semaphore_give(semaphore);
    cr_expect_eq(hob_join_all(takers, 4), 0);
    cr_expect_str_eq(traced(), "abcd");
    hob_semaphore_give(semaphore);
    cr_expect_eq(hob_semaphore_try_take(semaphore), 0);
    cr_expect_eq(hob_semaphore_try_take(semaphore), -EAGAIN);
}

SyncTest(a_cancelled_taker_leaves_the_permit_to_the_next, 0)
{
    hob_future *first = start(take, 'a');
    hob_future *second = start(take, 'b');
    cr_expect_eq(cancel_waiting(first), -ECANCELED);
    hob_semaphore_give(semaphore);
    cr_expect_eq(hob_await(second), 0);
    cr_expect_str_eq(traced(), "!b");
}

/* A permit that was given is not lost, although the taker is cancelled before it runs. */
SyncTest(a_taker_that_is_cancelled_too_late_has_its_permit, 0)
{
    hob_future *taker = start(take, 'a');
    let_others_run();
    hob_semaphore_give(semaphore);
    cr_expect_eq(cancel_and_await(taker), 0);
}

static int give_when_cancelled(void *unused)
{
    int err = hob_sleep(INFINITY);
    hob_semaphore_give(semaphore);
    return err;
}

SyncTest(a_cancelled_coroutine_can_give, 0)
{
    hob_future *giver = hob_async(give_when_cancelled, NULL);
    hob_future *taker = start(take, 'a');
    cr_expect_eq(cancel_waiting(giver), -ECANCELED);
    cr_expect_eq(hob_await(taker), 0);
}

static int change_twice(void *name)
{
    int result = hob_mutex_lock(mutex);
    if (result < 0)
        return result;
    trace(name_of(name));
    let_others_run();
    trace(name_of(name));
    hob_mutex_unlock(mutex);
    return 0;
}

SyncTest(a_mutex_keeps_coroutines_apart_and_in_order, 0)
{
    int result =
        hob_join(start(change_twice, 'a'), start(change_twice, 'b'), start(change_twice, 'c'));
    cr_expect_eq(result, 0);
    cr_expect_str_eq(traced(), "aabbcc");
}

static int try_lock(void *unused)
{
    return hob_mutex_try_lock(mutex);
}

SyncTest(a_held_mutex_cannot_be_locked_without_a_wait, 0)
{
    cr_expect_eq(hob_mutex_try_lock(mutex), 0);
    cr_expect_eq(hob_await(hob_async(try_lock, NULL)), -EAGAIN);
    hob_mutex_unlock(mutex);
    cr_expect_eq(hob_mutex_lock(mutex), 0);
    hob_mutex_unlock(mutex);
}

SyncTest(a_lock_that_was_cancelled_is_not_held, 0)
{
    hob_mutex_lock(mutex);
    cr_expect_eq(cancel_waiting(start(change_twice, 'a')), -ECANCELED);
    hob_mutex_unlock(mutex);
    cr_expect_eq(hob_mutex_try_lock(mutex), 0);
    hob_mutex_unlock(mutex);
}

static int wait_for_condition(void *name)
{
    int result = hob_condition_wait(condition);
    trace(result == 0 ? name_of(name) : '!');
    return result;
}

SyncTest(a_condition_wakes_one_or_all_that_wait_now, 0)
{
    cr_expect_not(hob_condition_wake_one(condition));
    cr_expect_eq(hob_condition_wake_all(condition), 0);
    hob_future *waiters[] = {
        start(wait_for_condition, 'a'), start(wait_for_condition, 'b'),
        start(wait_for_condition, 'c')};
    let_others_run();
    cr_expect_str_eq(traced(), "", "a condition has no memory");
    cr_expect(hob_condition_wake_one(condition));
    let_others_run();
    cr_expect_str_eq(traced(), "a");
    cr_expect_eq(hob_condition_wake_all(condition), 2);
    cr_expect_eq(hob_join_all(waiters, 3), 0);
    cr_expect_str_eq(traced(), "abc");
}

SyncTest(the_next_change_can_be_raced, 0)
{
    hob_future *never[] = {hob_condition_next(condition), hob_timer(0)};
    expect_winner(never, 2, 1, 0);
    cr_expect_eq(hob_condition_wake_all(condition), 0, "the loser does not wait any more");

    hob_future *soon[] = {hob_condition_next(condition), hob_timer(INFINITY)};
    cr_expect_eq(hob_condition_wake_all(condition), 1, "it counts from its making on");
    expect_winner(soon, 2, 0, 0);
}

static int put_later(void *queue)
{
    let_others_run();
    return hob_queue_put(queue, &semaphore);
}

CoroutineTest(sync, a_readable_queue_loses_no_value_in_a_race)
{
    void *value;
    hob_queue *queue = hob_queue_new(1);
    hob_future *early[] = {hob_timer(0), hob_queue_readable(queue)};
    expect_winner(early, 2, 0, 0);

    hob_future *putter = hob_async(put_later, queue);
    hob_future *late[] = {hob_timer(INFINITY), hob_queue_readable(queue)};
    expect_winner(late, 2, 1, 0);
    cr_expect_eq(hob_await(hob_queue_readable(queue)), 0, "it is still readable");
    cr_expect_eq(hob_queue_try_get(queue, &value), 1);
    cr_expect_eq(value, &semaphore);
    cr_expect_eq(hob_await(putter), 0);

    hob_queue_close(queue);
    cr_expect_eq(hob_await(hob_queue_readable(queue)), 0);
    cr_expect_eq(hob_queue_try_get(queue, &value), 0);
    hob_queue_free(queue);
}

static int wait_for_all_kinds(void *unused)
{
    cr_expect_eq(hob_sleep(INFINITY), -ECANCELED);
    cr_expect_eq(hob_semaphore_take(semaphore), -ECANCELED, "although there is a permit");
    cr_expect_eq(hob_mutex_lock(mutex), -ECANCELED);
    cr_expect_eq(hob_condition_wait(condition), -ECANCELED);
    cr_expect_eq(hob_semaphore_try_take(semaphore), 0, "it does not wait");
    return 0;
}

SyncTest(cancelled_coroutines_do_not_wait, 1)
{
    cr_expect_eq(cancel_waiting(hob_async(wait_for_all_kinds, NULL)), 0);
}

static int lock_twice(void *unused)
{
    mutex = hob_mutex_new();
    hob_mutex_lock(mutex);
    return hob_mutex_lock(mutex);
}

static int unlock_a_free_one(void *unused)
{
    hob_mutex_unlock(hob_mutex_new());
    return 0;
}

static int free_a_held_one(void *unused)
{
    mutex = hob_mutex_new();
    hob_mutex_lock(mutex);
    hob_mutex_free(mutex);
    return 0;
}

static int free_a_semaphore_in_use(void *unused)
{
    semaphore = hob_semaphore_new(0);
    start(take, 'a');
    hob_yield();
    hob_semaphore_free(semaphore);
    return 0;
}

static int free_a_condition_in_use(void *unused)
{
    condition = hob_condition_new();
    hob_condition_next(condition);
    hob_condition_free(condition);
    return 0;
}

Test(sync, mistakes_are_named)
{
    struct mistake mistakes[] = {
        {lock_twice, "cook", "hob_mutex_lock", "holds the mutex already"},
        {unlock_a_free_one, "cook", "hob_mutex_unlock", "does not hold"},
        {free_a_held_one, "cook", "hob_mutex_free", "holds the mutex"},
        {free_a_semaphore_in_use, "cook", "hob_semaphore_free", "waits"},
        {free_a_condition_in_use, "cook", "hob_condition_free", "waits"},
    };
    expect_mistakes(mistakes, COUNT(mistakes));
}
