#include "runtime/future.h"
#include "runtime/task.h"
#include "tests/support/probe.h"
#include "tests/support/traced_coroutines.h"

TestSuite(race, .timeout = 20);

CoroutineTest(race, the_first_that_is_ready_wins_with_any_result)
{
    static struct {
        struct slow raced[3];
        size_t winner;
    } cases[] = {
        {{{0, 7}, {1, 8}, {2, 9}}, 0},         {{{2, 7}, {1, 8}, {3, 9}}, 1},
        {{{3, 7}, {2, 8}, {1, 9}}, 2},         {{{1, 0}, {2, -EIO}, {2, -EIO}}, 0},
        {{{1, -EIO}, {2, 0}, {2, 0}}, 0},      {{{2, 0}, {3, 0}, {1, -ECANCELED}}, 2},
        {{{2, -EIO}, {1, -EPERM}, {3, 1}}, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slow *raced = cases[i].raced;
        hob_future *futures[] = {
            hob_async(return_slowly, &raced[0]), hob_async(return_slowly, &raced[1]),
            hob_async(return_slowly, &raced[2])};
        expect_winner(futures, 3, cases[i].winner, raced[cases[i].winner].result);
    }
}

AtOnceTest(race, of_several_that_are_ready_the_first_in_order_wins)
{
    for (size_t first = 0; first < 3; first++) {
        struct probe probes[3];
        hob_future *futures[3];
        for (size_t i = 0; i < 3; i++)
            futures[i] = probe_init(&probes[i], &probe_kind);
        for (size_t i = 3; i-- > first;)
            future_complete(futures[i], (int)i);
        expect_winner(futures, 3, first, (int)first);
    }
}

CoroutineTest(race, of_two_that_end_in_the_same_turn_the_earlier_wins)
{
    hob_future *earlier = start(return_number, 1);
    hob_future *futures[] = {start(return_number, 2), earlier};
    expect_winner(futures, 2, 1, 1);
}

CoroutineTest(race, a_ready_one_wins_although_it_is_last)
{
    struct probe ready;
    hob_future *futures[] = {
        hob_timer(0), start(return_number, 1), probe_init(&ready, &probe_kind)};
    future_complete(&ready.future, 5);
    expect_winner(futures, COUNT(futures), 2, 5);
}

CoroutineTest(race, of_one_is_an_await)
{
    static const int results[] = {-EIO, 0, 200};
    for (size_t i = 0; i < COUNT(results); i++)
        cr_expect_eq(hob_race(start(return_number, results[i])), results[i], "%d", results[i]);
}

CoroutineTest(race, of_nothing_is_an_error)
{
    cr_expect_eq(hob_race_all(NULL, 0, NULL), -EINVAL);
    size_t winner;
    cr_expect_eq(hob_race_all(NULL, 0, &winner), -EINVAL);
}

#define MANY 1000

CoroutineTest(race, of_many_has_one_winner_and_consumes_all)
{
    static hob_future *many[MANY]; /* would be an eighth of the stack */
    static struct probe probes[MANY];
    for (size_t i = 0; i < MANY; i++)
        many[i] = probe_init(&probes[i], &probe_kind);
    future_complete(many[MANY / 2], 5);
    expect_winner(many, MANY, MANY / 2, 5);
    cr_expect(list_empty(&this_task()->children));
    for (size_t i = 0; i < MANY; i++) {
        if (probes[i].releases != 1) /* one assertion each would take longer than the test */
            cr_expect_eq(probes[i].releases, 1, "probe %zu", i);
    }
}

CoroutineTest(race, leaves_the_array_alone)
{
    hob_future *futures[] = {hob_timer(INFINITY), start(return_number, 1), NULL};
    hob_future *before[COUNT(futures)];
    memcpy(before, futures, sizeof(futures));
    hob_race_all(futures, COUNT(futures), NULL);
    cr_expect_arr_eq(futures, before, sizeof(futures));
}

CoroutineTest(race, null_wins_with_out_of_memory)
{
    for (size_t place = 0; place < 3; place++) {
        hob_future *futures[3] = {NULL};
        for (size_t i = 0; i < 3; i++) {
            if (i != place)
                futures[i] = start(sleep_until_cancelled, '.');
        }
        expect_winner(futures, 3, place, -ENOMEM);
    }
}

CoroutineTest(race, the_losers_are_cancelled)
{
    hob_future *a = start(sleep_until_cancelled, 'a');
    hob_future *b = start(sleep_until_cancelled, 'b');
    cr_expect_eq(hob_race(a, start(return_number, 3), b, hob_timer(INFINITY)), 3);
    cr_expect_str_eq(traced(), "ab");
}

/* Their data may be on the stack of the task that races them. */
CoroutineTest(race, waits_for_the_clean_up_of_the_losers)
{
    hob_future *a = start(clean_up_slowly, 'a');
    hob_future *b = start(clean_up_slowly, 'b');
    cr_expect_eq(hob_race(a, start(return_number, 3), b), 3);
    trace('r');
    cr_expect_str_eq(traced(), "..abr");
}

CoroutineTest(race, what_the_losers_return_is_of_no_interest)
{
    static struct slow losers[] = {{5, -EIO}, {5, 9}, {3, INT32_MAX}};
    for (size_t i = 0; i < COUNT(losers); i++) {
        hob_future *loser = hob_async(return_slowly, &losers[i]);
        cr_expect_eq(hob_race(loser, start(return_number, 3)), 3, "loser %zu", i);
    }
}

CoroutineTest(race, only_what_is_not_ready_is_cancelled)
{
    struct probe probes[3];
    hob_future *futures[3];
    for (size_t i = 0; i < 3; i++)
        futures[i] = probe_init(&probes[i], &probe_kind);
    future_complete(futures[1], 1);
    future_complete(futures[2], 2);
    expect_winner(futures, 3, 1, 1);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(probes[i].cancels, i == 0, "probe %zu", i);
        cr_expect_eq(probes[i].releases, 1, "probe %zu", i);
    }
}

static int race_two_sleepers(void *arg)
{
    int err = hob_race(start(sleep_until_cancelled, 'a'), start(sleep_until_cancelled, 'b'));
    trace(name_of(arg));
    return err;
}

CoroutineTest(race, a_race_that_loses_a_race_ends_its_own)
{
    cr_expect_eq(hob_race(start(race_two_sleepers, 'x'), start(return_number, 3)), 3);
    cr_expect_str_eq(traced(), "abx");
}

struct caller {
    const char *name;
    hob_future *raced[2];
    bool before; /* it is cancelled before it races */
    int result;
    size_t winner;
};

static int race_them(void *arg)
{
    struct caller *caller = arg;
    caller->winner = 99;
    caller->result = hob_race_all(caller->raced, 2, &caller->winner);
    trace('r');
    return 0;
}

static void cancel_caller(struct caller *caller)
{
    hob_future *racer = hob_async(race_them, caller);
    if (!caller->before)
        hob_yield();
    cancel_and_await(racer);
}

CoroutineTest(race, of_a_cancelled_caller_cancels_all_and_waits)
{
    struct caller caller = {
        .raced = {start(clean_up_slowly, 'a'), start(clean_up_slowly, 'b')},
    };
    cancel_caller(&caller);
    cr_expect_eq(caller.result, -ECANCELED);
    cr_expect_str_eq(traced(), "..abr");
}

/* A cancelled future has not won. Timers end within hob_cancel(), coroutines later. */
CoroutineTest(race, of_a_cancelled_caller_has_no_winner)
{
    struct caller callers[] = {
        {"timers", {hob_timer(INFINITY), hob_timer(INFINITY)}},
        {"coroutines", {start(sleep_until_cancelled, '.'), start(sleep_until_cancelled, '.')}},
        {"both", {start(sleep_until_cancelled, '.'), hob_timer(INFINITY)}},
        {"before", {hob_timer(INFINITY), start(sleep_until_cancelled, '.')}, .before = true},
    };
    for (size_t i = 0; i < COUNT(callers); i++) {
        cancel_caller(&callers[i]);
        cr_expect_eq(callers[i].result, -ECANCELED, "%s", callers[i].name);
        cr_expect_eq(callers[i].winner, 2, "%s: %zu", callers[i].name, callers[i].winner);
    }
}

/* Its result is not lost: it may be something that has to be released. */
CoroutineTest(race, of_a_cancelled_caller_is_won_by_a_ready_one)
{
    for (size_t place = 0; place < 2; place++) {
        for (int other_is_ready = 0; other_is_ready < 2; other_is_ready++) {
            struct probe probes[2];
            struct caller caller = {
                .raced = {
                    probe_init(&probes[0], &probe_kind), probe_init(&probes[1], &probe_kind)}};
            hob_future *racer = hob_async(race_them, &caller);
            future_complete(caller.raced[place], 1);
            if (other_is_ready)
                future_complete(caller.raced[1 - place], 2);
            cancel_and_await(racer);
            size_t expected = other_is_ready ? 0 : place;
            cr_expect_eq(caller.result, expected == place ? 1 : 2);
            cr_expect_eq(caller.winner, expected, "%zu, not %zu", caller.winner, expected);
        }
    }
}

CoroutineTest(race, a_cancellation_during_clean_up_keeps_the_winner)
{
    struct caller caller = {.raced = {start(clean_up_slowly, 'l'), start(return_number, 3)}};
    hob_future *racer = hob_async(race_them, &caller);
    hob_yield(); /* the racer begins to wait; the winner has returned */
    hob_yield(); /* the racer has cancelled the loser */
    cancel_and_await(racer);
    cr_expect_eq(caller.result, 3);
    cr_expect_eq(caller.winner, 1);
    cr_expect_str_eq(traced(), ".lr");
}
