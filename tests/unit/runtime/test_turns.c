/* Calls that return at once, in a loop without an end: others have to run all the same. */
#include <fcntl.h>

#include "hob/sync.h"
#include "runtime/task.h"
#include "tests/support/coroutine.h"
#include "tests/support/current.h"

TestSuite(turns, .timeout = 20);

static int zero, null;
static hob_queue *empty, *closed;
static hob_semaphore *semaphore;
static hob_mutex *mutex;
static hob_group *group;

static void read_zeros(void)
{
    char byte;
    cr_expect_eq(hob_read(zero, &byte, 1), 1);
}

static void write_to_null(void)
{
    cr_expect_eq(hob_write(null, "x", 1), 0);
}

static void await_nothing(void)
{
    cr_expect_eq(hob_await(NULL), -ENOMEM);
}

static void get_from_closed(void)
{
    void *value;
    cr_expect_eq(hob_queue_get(closed, &value), 0);
}

static void put_and_get(void)
{
    void *value;
    cr_expect_eq(hob_queue_put(empty, NULL), 0);
    cr_expect_eq(hob_queue_get(empty, &value), 1);
}

static void take_and_give(void)
{
    cr_expect_eq(hob_semaphore_take(semaphore), 0);
    hob_semaphore_give(semaphore);
}

static void lock_and_unlock(void)
{
    cr_expect_eq(hob_mutex_lock(mutex), 0);
    hob_mutex_unlock(mutex);
}

static void wait_for_no_group(void)
{
    cr_expect_eq(hob_group_wait(group), 0);
}

static void yield_in_vain(void)
{
    cr_expect_eq(hob_yield(), -ECANCELED);
}

static void sleep_in_vain(void)
{
    cr_expect_eq(hob_sleep(1), -ECANCELED);
}

static void get_in_vain(void)
{
    void *value;
    cr_expect_eq(hob_queue_get(empty, &value), -ECANCELED);
}

static void put_in_vain(void)
{
    cr_expect_eq(hob_queue_put(empty, NULL), -ECANCELED);
}

static int note_turn(void *arg)
{
    *(bool *)arg = true;
    return 0;
}

/* Expects another coroutine to run while this one makes the same call again and again. */
static void expect_turn(const char *name, void (*call)(void))
{
    bool others_ran = false;
    hob_future *other = hob_async(note_turn, &others_ran);
    for (int i = 0; i < 100 && !others_ran; i++)
        call();
    cr_expect(others_ran, "%s", name);
    hob_await(other);
}

#define EXPECT_TURN(call) expect_turn(#call, call)

CoroutineTest(turns, are_given_by_calls_that_need_not_wait)
{
    zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    EXPECT_TURN(read_zeros);
    EXPECT_TURN(write_to_null);
    EXPECT_TURN(await_nothing);
    close(zero);
    close(null);
}

CoroutineTest(turns, are_given_by_what_coroutines_share)
{
    empty = hob_queue_new(1);
    closed = hob_queue_new(1);
    hob_queue_close(closed);
    semaphore = hob_semaphore_new(1);
    mutex = hob_mutex_new();
    group = hob_group_new();
    EXPECT_TURN(get_from_closed);
    EXPECT_TURN(put_and_get);
    EXPECT_TURN(take_and_give);
    EXPECT_TURN(lock_and_unlock);
    EXPECT_TURN(wait_for_no_group);
    hob_queue_free(empty);
    hob_queue_free(closed);
    hob_semaphore_free(semaphore);
    hob_mutex_free(mutex);
}

CoroutineTest(turns, are_given_by_a_cancelled_coroutine_that_goes_on)
{
    empty = hob_queue_new(1);
    task_cancel(this_task(), -ECANCELED);
    EXPECT_TURN(yield_in_vain);
    EXPECT_TURN(sleep_in_vain);
    EXPECT_TURN(get_in_vain);
    EXPECT_TURN(put_in_vain);
    hob_queue_free(empty);
}
