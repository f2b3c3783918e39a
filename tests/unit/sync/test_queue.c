#include "runtime/task.h"
#include "tests/support/coroutine.h"
#include "tests/support/random.h"
#include "tests/support/trace.h"

TestSuite(queue, .timeout = 20);

/* The queue of the test, and coroutines that put or get one value, by its one-letter name. */

static hob_queue *queue;

/* A CoroutineTest with a queue of this capacity. */
#define QueueTest(name, capacity)                                                                  \
    static void use_queue_##name(void);                                                            \
    CoroutineTest(queue, name)                                                                     \
    {                                                                                              \
        queue = hob_queue_new(capacity);                                                           \
        use_queue_##name();                                                                        \
        hob_queue_free(queue);                                                                     \
    }                                                                                              \
    static void use_queue_##name(void)

static int put_value(char name)
{
    return hob_queue_put(queue, as_argument(name));
}

/* The value, 0 at the end, or an error. */
static int get_value(void)
{
    void *value;
    int result = hob_queue_get(queue, &value);
    return result == 1 ? name_of(value) : result;
}

static int put(void *arg)
{
    int err = put_value(name_of(arg));
    trace(err == 0 ? name_of(arg) : '!');
    return err;
}

static int get(void *arg)
{
    int value = get_value();
    trace(name_of(arg));
    trace(value > 0 ? (char)value : '!');
    return value;
}

/* Coroutines that wait to put 'a', 'b' and 'c', or to get. */

static void start_three(hob_fn *fn, char first, hob_future **futures)
{
    for (int i = 0; i < 3; i++)
        futures[i] = start(fn, first + i);
    let_others_run();
}

/* Expects these values, one after the other. */
static void expect_values(const char *values)
{
    for (; *values; values++)
        cr_expect_eq(get_value(), *values, "before %s", values);
}

/* In one coroutine that never has to wait: it is a ring. */

CoroutineTest(queue, hands_out_values_in_the_order_they_were_put)
{
    static const size_t capacities[] = {1, 2, 3, 7, 64, 1000};
    for (size_t i = 0; i < COUNT(capacities); i++) {
        intptr_t in = 0, out = 0;
        queue = hob_queue_new(capacities[i]);
        for (int step = 0; step < 5000 || out < in; step++) {
            void *value = NULL;
            intptr_t inside = in - out;
            bool may_put = inside < (intptr_t)capacities[i] && random_below(5) < 3;
            if (step < 5000 && may_put && hob_queue_put(queue, as_argument(in)) == 0)
                in++;
            else if (inside > 0 && hob_queue_get(queue, &value) == 1 && (intptr_t)value != out++)
                break;
        }
        cr_expect_eq(out, in, "capacity %zu", capacities[i]);
        cr_expect_gt(in, 1000, "capacity %zu", capacities[i]);
        hob_queue_free(queue);
    }
}

QueueTest(null_is_a_value_like_others, 1)
{
    void *value = &value;
    hob_queue_put(queue, NULL);
    cr_expect_eq(hob_queue_get(queue, &value), 1);
    cr_expect_null(value);
}

CoroutineTest(queue, of_no_or_too_much_capacity_cannot_be)
{
    static const size_t capacities[] = {0, SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / sizeof(void *)};
    for (size_t i = 0; i < COUNT(capacities); i++)
        cr_expect_null(hob_queue_new(capacities[i]), "%zu", capacities[i]);
}

QueueTest(can_be_freed_with_values_in_it, 3)
{
    put_value('a');
    hob_queue_free(NULL);
}

QueueTest(a_put_waits_while_it_is_full, 2)
{
    put_value('a');
    put_value('b');
    hob_future *putter = start(put, 'c');
    let_others_run();
    cr_expect_str_eq(traced(), "");
    expect_values("a");
    cr_expect_eq(hob_await(putter), 0);
    expect_values("bc");
}

QueueTest(a_get_waits_while_it_is_empty, 2)
{
    hob_future *getter = start(get, 'g');
    let_others_run();
    cr_expect_str_eq(traced(), "");
    put_value('a');
    cr_expect_eq(hob_await(getter), 'a');
}

QueueTest(waiting_puts_are_served_in_their_order, 1)
{
    hob_future *putters[3];
    put_value('-');
    start_three(put, 'a', putters);
    for (const char *expected = "-abc"; *expected; expected++) {
        cr_expect_eq(get_value(), *expected);
        let_others_run();
    }
    cr_expect_str_eq(traced(), "abc");
    cr_expect_eq(hob_join_all(putters, COUNT(putters)), 0);
}

QueueTest(waiting_gets_are_served_in_their_order, 3)
{
    hob_future *getters[3];
    start_three(get, '1', getters);
    put_value('a');
    put_value('b');
    put_value('c');
    cr_expect_eq(hob_join_all(getters, COUNT(getters)), 0);
    cr_expect_str_eq(traced(), "1a2b3c");
}

static int put_a_hundred(void *arg)
{
    for (intptr_t i = 0; i < 100; i++)
        cr_expect_eq(hob_queue_put(arg, as_argument(i)), 0);
    hob_queue_close(arg);
    return 0;
}

QueueTest(a_fast_producer_waits_for_a_slow_consumer, 4)
{
    intptr_t next = 0;
    void *value = NULL;
    hob_future *producer = hob_async(put_a_hundred, queue);
    while (hob_queue_get(queue, &value) == 1) {
        cr_expect_eq((intptr_t)value, next);
        next++;
        let_others_run();
    }
    cr_expect_eq(next, 100);
    cr_expect_eq(hob_await(producer), 0);
}

QueueTest(closed_takes_no_more_but_gives_what_is_in_it, 3)
{
    put_value('a');
    put_value('b');
    for (const char *expected = "ab"; *expected; expected++) {
        hob_queue_close(queue);
        cr_expect_eq(put_value('c'), -EPIPE);
        cr_expect_eq(get_value(), *expected);
    }
    for (int i = 0; i < 3; i++)
        cr_expect_eq(get_value(), 0);
}

QueueTest(closing_ends_the_waits_of_all_puts, 1)
{
    hob_future *putters[3];
    put_value('-');
    start_three(put, 'a', putters);
    hob_queue_close(queue);
    for (size_t i = 0; i < COUNT(putters); i++)
        cr_expect_eq(hob_await(putters[i]), -EPIPE, "putter %zu", i);
    expect_values("-");
    cr_expect_eq(get_value(), 0, "nothing of theirs is in it");
}

QueueTest(closing_ends_the_waits_of_all_gets, 1)
{
    hob_future *getters[3];
    start_three(get, '1', getters);
    hob_queue_close(queue);
    for (size_t i = 0; i < COUNT(getters); i++)
        cr_expect_eq(hob_await(getters[i]), 0, "getter %zu", i);
}

/* Cancellation: no value is lost, none is there twice, and no task is left asleep. */

QueueTest(a_cancelled_put_puts_nothing, 1)
{
    put_value('a');
    cr_expect_eq(cancel_waiting(start(put, 'b')), -ECANCELED);
    hob_queue_close(queue);
    cr_expect_eq(get_value(), 'a');
    cr_expect_eq(get_value(), 0);
}

QueueTest(a_cancelled_get_takes_nothing, 1)
{
    cr_expect_eq(cancel_waiting(start(get, 'g')), -ECANCELED);
    put_value('a');
    cr_expect_eq(get_value(), 'a');
}

static int put_or_get_though_cancelled(void *arg)
{
    put_value('a');
    task_cancel(task_current(__func__), -ECANCELED);
    cr_expect_eq(put_value('b'), -ECANCELED, "there is room");
    cr_expect_eq(get_value(), -ECANCELED, "there is a value");
    hob_queue_close(queue);
    cr_expect_eq(put_value('b'), -ECANCELED, "it is closed");
    return 0;
}

QueueTest(a_coroutine_cancelled_before_does_nothing, 3)
{
    hob_await(start(put_or_get_though_cancelled, 0));
    cr_expect_eq(get_value(), 'a');
    cr_expect_eq(get_value(), 0);
}

QueueTest(a_cancelled_waiter_does_not_break_the_line, 1)
{
    hob_future *putters[3];
    put_value('-');
    start_three(put, 'a', putters);
    cr_expect_eq(cancel_and_await(putters[1]), -ECANCELED);
    expect_values("-ac");
    cr_expect_eq(hob_join(putters[0], putters[2]), 0);
}

/* It was served, and is cancelled before it runs: what has happened counts. */
QueueTest(a_put_that_is_cancelled_too_late_has_put, 1)
{
    put_value('-');
    hob_future *a = start(put, 'a');
    hob_future *b = start(put, 'b');
    let_others_run();
    expect_values("-");
    cr_expect_eq(cancel_and_await(a), 0);
    expect_values("a");
    cr_expect_eq(hob_await(b), 0);
    expect_values("b");
}

QueueTest(a_get_that_is_cancelled_too_late_has_the_value, 1)
{
    hob_future *first = start(get, '1');
    hob_future *second = start(get, '2');
    let_others_run();
    put_value('a');
    cr_expect_eq(cancel_and_await(first), 'a');
    put_value('b');
    cr_expect_eq(hob_await(second), 'b');
}

/* The room is that of the first in line, not of a coroutine that comes before that one runs. */
QueueTest(a_waiting_coroutine_is_not_overtaken, 1)
{
    put_value('-');
    hob_future *waiting = start(put, 'a');
    let_others_run();
    cr_expect_eq(get_value(), '-');
    cr_expect_eq(hob_queue_try_put(queue, as_argument('b')), -EAGAIN);
    hob_future *late = start(put, 'b');
    let_others_run();
    cr_expect_eq(get_value(), 'a');
    cr_expect_eq(get_value(), 'b');
    cr_expect_eq(hob_join(waiting, late), 0);

    hob_future *getter = start(get, '1');
    let_others_run();
    put_value('c');
    void *value;
    cr_expect_eq(hob_queue_try_get(queue, &value), -EAGAIN, "it is the getter's");
    cr_expect_eq(hob_await(getter), 'c');
}

QueueTest(tries_serve_waiting_coroutines, 1)
{
    void *value = NULL;
    hob_future *getter = start(get, '1');
    let_others_run();
    cr_expect_eq(hob_queue_try_put(queue, as_argument('a')), 0);
    cr_expect_eq(hob_await(getter), 'a');
    put_value('b');
    hob_future *putter = start(put, 'c');
    let_others_run();
    cr_expect_eq(hob_queue_try_get(queue, &value), 1);
    cr_expect_eq(hob_await(putter), 0);
    cr_expect_eq(get_value(), 'c');
}

/* A pool: a queue of what can be used. It is given back however the use ends. */

static void give_back(void *value)
{
    cr_expect_eq(hob_queue_try_put(queue, value), 0);
}

static int use_for_ever(void *arg)
{
    void *value;
    int result = hob_queue_get(queue, &value);
    if (result != 1)
        return result;
    hob_defer(give_back, value);
    return hob_sleep(10);
}

QueueTest(a_pool_gets_back_what_a_cancelled_coroutine_uses, 1)
{
    put_value('p');
    for (int round = 0; round < 3; round++) {
        hob_future *user = start(use_for_ever, 0);
        hob_yield();
        if (round == 1)
            task_cancel(async_task(user), -ETIMEDOUT);
        else
            hob_cancel(user);
        cr_expect_lt(hob_await(user), 0);
        hob_future *next = start(get, 'n');
        cr_expect_eq(hob_await(next), 'p', "round %d", round);
        put_value('p');
    }
}

/* Several producers and consumers, each of which yields now and then. */

#define PRODUCERS 5
#define CONSUMERS 3
#define VALUES    1000 /* of each producer */

static void yield_now_and_then(void)
{
    if (random_below(3) == 0)
        hob_yield();
}

/* Values are a producer's number, and how many it has put before. */
static int produce(void *arg)
{
    for (intptr_t i = 0; i < VALUES; i++) {
        int err = hob_queue_put(queue, as_argument(number_of(arg) * VALUES + i));
        if (err < 0)
            return err;
        yield_now_and_then();
    }
    return 0;
}

static int seen[PRODUCERS * VALUES];

static int consume(void *arg)
{
    void *value;
    int last[PRODUCERS] = {0};
    int count = 0;
    while (hob_queue_get(queue, &value) == 1) {
        int number = number_of(value);
        seen[number]++;
        cr_expect_geq(number, last[number / VALUES], "%d is out of order", number);
        last[number / VALUES] = number;
        count++;
        yield_now_and_then();
    }
    return count;
}

CoroutineTest(queue, several_producers_and_consumers_share_one)
{
    static const size_t capacities[] = {1, 2, 16};
    for (size_t i = 0; i < COUNT(capacities); i++) {
        hob_future *producers[PRODUCERS];
        hob_future *consumers[CONSUMERS];
        queue = hob_queue_new(capacities[i]);
        for (int k = 0; k < CONSUMERS; k++)
            consumers[k] = start(consume, k);
        for (int k = 0; k < PRODUCERS; k++)
            producers[k] = start(produce, k);
        cr_expect_eq(hob_join_all(producers, PRODUCERS), 0);
        hob_queue_close(queue);
        for (int k = 0; k < CONSUMERS; k++)
            cr_expect_gt(hob_await(consumers[k]), 0, "consumer %d got nothing", k);
        for (size_t k = 0; k < COUNT(seen); k++) {
            if (seen[k] != (int)i + 1) /* one assertion each would take longer than the test */
                cr_expect_eq(seen[k], (int)i + 1, "value %zu", k);
        }
        hob_queue_free(queue);
    }
}

/*
 * The same while someone cancels them at random, and starts others instead. In the end everything
 * that was put was got, and with room and values for all no task is left asleep.
 */

static int put_count;
static int got_count;

static int put_one(void *arg)
{
    int err = hob_queue_put(queue, arg);
    put_count += err == 0;
    return err;
}

static int get_one(void *arg)
{
    void *value;
    int result = hob_queue_get(queue, &value);
    got_count += result == 1;
    return result;
}

QueueTest(survives_cancellations_at_random, 2)
{
    hob_future *crowd[16] = {NULL};
    for (int step = 0; step < 20000; step++) {
        size_t i = random_below(COUNT(crowd));
        if (crowd[i]) {
            if (random_below(2))
                hob_cancel(crowd[i]);
            else
                hob_yield();
            if (crowd[i]->ready || async_task(crowd[i])->cancelled) {
                hob_await(crowd[i]);
                crowd[i] = NULL;
            }
        } else {
            crowd[i] = start(random_below(2) ? put_one : get_one, 0);
        }
        if (random_below(3) == 0)
            hob_yield();
        /* Those that were served, and have not run since, have not counted it. */
        cr_expect_leq(abs(put_count - got_count), 2 + (int)COUNT(crowd));
    }
    cr_expect_gt(got_count, 1000);

    hob_queue_close(queue);
    for (size_t i = 0; i < COUNT(crowd); i++) {
        if (crowd[i])
            hob_await(crowd[i]);
    }
    while (get_one(NULL) == 1)
        ;
    cr_expect_eq(put_count, got_count);
}
