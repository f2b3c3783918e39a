/*
 * Watchers of a trace: their begin, how they read it, and what it shows beside the events. Runs in
 * virtual time.
 */
#include <time.h>

#include "hob/trace.h"
#include "runtime/loop.h"
#include "tests/support/current.h"
#include "tests/support/lanes.h"
#include "tests/support/memory.h"
#include "tests/support/mistake.h"
#include "tests/support/trace_story.h"

TestSuite(trace_watch, .timeout = 60);

#define RING_SIZE 65536

CoroutineTest(trace_watch, nothing_is_recorded_without_a_watcher)
{
    hob_trace_totals totals;
    hob_await(hob_async(cook_noodles, NULL));
    hob_await(hob_async(cook_meal, NULL));
    cr_expect_eq(hob_trace_position(), 0);
    cr_expect_str_eq(story(), "");
    hob_trace_count(&totals);
    cr_expect_eq(totals.running, 0);
    cr_expect_null(loop_current()->trace.ring);
}

CoroutineTest(trace_watch, goes_on_for_ten_seconds_after_the_last_watcher)
{
    hob_trace_watch();
    hob_trace_watch();
    hob_trace_lane("a");
    hob_trace_unwatch();
    hob_trace_lane("b");
    cr_expect_not_null(strstr(story(), "2 begins: b"), "%s", told);
    hob_trace_unwatch();
    hob_sleep(9.9);
    hob_trace_lane("still");
    cr_expect_not_null(strstr(story(), "3 begins: still"), "%s", told);
    hob_sleep(0.2);
    cr_expect_null(loop_current()->trace.ring);
    uint64_t position = hob_trace_position();
    hob_trace_lane("c");
    cr_expect_eq(hob_trace_position(), position);
    hob_trace_lane_end(0);
}

CoroutineTest(trace_watch, of_a_new_watch_begins_with_it)
{
    uint64_t position = 0, dropped = 0;
    hob_trace_watch();
    hob_trace_lane("a");
    hob_trace_lane_end(0);
    hob_trace_unwatch();
    hob_sleep(10);
    work(1);
    hob_trace_lane("b");
    hob_trace_watch();
    cr_expect_eq(hob_trace_read(&position, events, EVENTS, &dropped), 0);
    cr_expect_eq(dropped, 4, "what a did, and the gap");
    cr_expect_eq(position, 4);
    hob_trace_lane_end(0);
    cr_expect_str_eq(story_from(position), "11.0 2 runs 0.0 s; ends: 0\n");
    hob_trace_unwatch();
}

CoroutineTest(trace_watch, misses_nothing_between_two_watches)
{
    uint64_t dropped = 0;
    hob_trace_watch();
    uint64_t position = hob_trace_position();
    hob_trace_unwatch();
    hob_sleep(5);
    hob_trace_lane("a");
    hob_trace_watch();
    hob_sleep(6); /* the end that was near is put off */
    hob_trace_lane_end(0);
    size_t count = hob_trace_read(&position, events, EVENTS, &dropped);
    cr_expect_eq(dropped, 0);
    cr_expect_str_eq(
        tell_all(events, count), "5.0 1 begins: a; runs 0.0 s; awaits hob_sleep, 6.0 s\n"
                                 "11.0 1 is ready; runs 0.0 s; ends: 0\n");
    hob_trace_unwatch();
}

CoroutineTest(trace_watch, without_a_watcher_keeps_no_loop_alive)
{
    hob_trace_watch();
    hob_trace_unwatch();
    cr_expect_eq(active_watchers(), 0);
}

CoroutineTest(trace_watch, of_a_loop_that_ends_meanwhile_is_freed)
{
    hob_trace_watch();
}

CoroutineTest(trace_watch, without_memory_for_it_is_refused)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers map memory themselves");
    limit_address_space(1024 * 1024);
    int err = hob_trace_watch();
    unlimit_address_space();
    cr_expect_eq(err, -ENOMEM);
    hob_trace_lane("order");
    hob_trace_lane_end(0);
    cr_expect_eq(hob_trace_watch(), 0);
    hob_trace_unwatch();
}

static int unwatch(void *arg)
{
    hob_trace_unwatch();
    return 0;
}

Test(trace_watch, to_unwatch_without_a_watch_is_a_mistake)
{
    struct mistake mistakes[] = {{unwatch, "cook", "hob_trace_unwatch", "there is no watcher"}};
    expect_mistakes(mistakes, COUNT(mistakes));
}

WatchedTest(trace_watch, can_be_read_in_pieces)
{
    uint64_t position = 0, dropped = 0;
    hob_await(hob_async(cook_noodles, NULL));
    for (uint64_t i = 0; i < 6; i++) {
        hob_trace_event event;
        cr_expect_eq(hob_trace_read(&position, &event, 1, &dropped), 1);
        cr_expect_eq(position, i + 1);
        cr_expect_eq(event.kind == HOB_TRACE_BEGIN, i == 0);
        cr_expect_eq(event.kind == HOB_TRACE_END, i == 5);
    }
    cr_expect_eq(hob_trace_read(&position, events, 1, &dropped), 0);
    cr_expect_eq(position, 6);
    cr_expect_eq(dropped, 0);
}

WatchedTest(trace_watch, can_be_read_by_two)
{
    uint64_t first = hob_trace_position(), dropped = 0;
    hob_await(hob_async(cook_noodles, NULL));
    uint64_t second = hob_trace_position();
    hob_await(start(work_seconds, 1));
    hob_trace_lane("order");
    hob_trace_lane_end(0);
    cr_expect_eq(hob_trace_read(&second, events, EVENTS, &dropped), 4);
    cr_expect_eq(hob_trace_read(&first, events, EVENTS, &dropped), 6 + 4);
    cr_expect_eq(first, second);
    cr_expect_eq(events[0].kind, HOB_TRACE_BEGIN);
    cr_expect_eq(events[6].kind, HOB_TRACE_BEGIN);
    cr_expect_eq(events[9].kind, HOB_TRACE_OTHERS);
    cr_expect_eq(dropped, 0);
}

WatchedTest(trace_watch, a_position_from_the_future_is_the_present)
{
    uint64_t position = UINT64_MAX, dropped = 0;
    hob_await(hob_async(cook_noodles, NULL));
    cr_expect_eq(hob_trace_read(&position, events, EVENTS, &dropped), 0);
    cr_expect_eq(position, 6);
    cr_expect_eq(dropped, 0);
}

/* Each lane is three events: it begins, runs and ends. */
static void record_lanes(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hob_trace_lane("order");
        hob_trace_lane_end((int)i);
    }
}

WatchedTest(trace_watch, when_the_ring_is_full_nothing_is_lost_yet)
{
    uint64_t position = 0, dropped = 0;
    record_lanes(RING_SIZE / 3);
    cr_expect_eq(hob_trace_position(), RING_SIZE - 1);
    cr_expect_eq(hob_trace_read(&position, events, 1, &dropped), 1);
    hob_trace_lane("last");
    position = 0;
    cr_expect_eq(hob_trace_read(&position, events, 2, &dropped), 2);
    cr_expect_eq(dropped, 0);
    cr_expect_eq(events[0].kind, HOB_TRACE_BEGIN);
    cr_expect_eq(events[0].id, 1);
    hob_trace_lane_end(0);
}

WatchedTest(trace_watch, what_was_overwritten_is_counted)
{
    uint64_t position = 10, dropped = 1000;
    size_t lanes = RING_SIZE / 3 + 101;
    record_lanes(lanes);
    uint64_t recorded = 3 * lanes;
    size_t count = hob_trace_read(&position, events, EVENTS, &dropped);
    cr_expect_eq(count, EVENTS);
    cr_expect_eq(dropped, 1000 + recorded - RING_SIZE - 10);
    cr_expect_eq(position, recorded - RING_SIZE + EVENTS);
    cr_expect_eq(events[0].id, (recorded - RING_SIZE) / 3 + 1, "the oldest one that is left");

    position = recorded - 1;
    cr_expect_eq(hob_trace_read(&position, events, EVENTS, &dropped), 1);
    cr_expect_eq(dropped, 1000 + recorded - RING_SIZE - 10, "a reader that is not late loses none");
    cr_expect_eq(events[0].kind, HOB_TRACE_END);
    cr_expect_eq(events[0].result, (int)lanes - 1);
}

/* Also for a late watcher: the lanes began without one. */
CoroutineTest(trace_watch, shows_the_lanes_alive)
{
    hob_future *meal = hob_async(cook_meal, NULL);
    hob_sleep(0.5);
    hob_future *noodles = hob_async(cook_noodles, NULL);
    hob_yield();
    cr_expect_str_eq(
        live_story(), "0.0 1 begins: meal; awaits hob_join_all, ?\n"
                      "0.0 2 begins: cook_fries, a part of 1; awaits hob_sleep, 1.0 s\n"
                      "0.0 3 begins: egg, a part of 1; awaits hob_sleep, 2.0 s\n"
                      "0.5 4 begins: noodles\n"
                      "1.0 4 awaits boil the egg, 2.0 s\n");
    hob_join(meal, noodles);
    cr_expect_str_eq(live_story(), "");
}

static int make_a_part(void *arg)
{
    hob_trace_lane("order");
    hob_future *part = hob_async_named("part", do_nothing, NULL);
    work(1);
    cr_expect_str_eq(
        live_story(), "0.0 1 begins: order\n"
                      "0.0 2 begins: part, a part of 1; is ready\n");
    return hob_await(part);
}

CoroutineTest(trace_watch, shows_that_the_caller_runs_and_others_are_ready)
{
    hob_await(start(make_a_part, 0));
}

CoroutineTest(trace_watch, shows_since_when_a_lane_is_ready)
{
    hob_future *order = start(sleep_in_a_lane, 1);
    hob_yield();
    work(3);
    ev_run(loop_current()->ev, EVRUN_NOWAIT); /* the timer ends, and the lane cannot run yet */
    work(1);
    cr_expect_str_eq(
        live_story(), "0.0 1 begins: order\n"
                      "3.0 1 is ready\n");
    hob_await(order);
}

CoroutineTest(trace_watch, shows_no_lane_by_halves)
{
    hob_future *orders[] = {start(sleep_in_a_lane, 1), start(sleep_in_a_lane, 1)};
    hob_yield();
    static const size_t written[] = {0, 0, 2, 2, 4, 4};
    for (size_t room = 0; room < COUNT(written); room++)
        cr_expect_eq(hob_trace_live(events, room), written[room], "room for %zu", room);
    hob_join_all(orders, COUNT(orders));
}

static void keep_the_thread_really(double seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now); /* which is not virtual */
    double end = (double)now.tv_sec + (double)now.tv_nsec / 1e9 + seconds;
    do
        clock_gettime(CLOCK_BOOTTIME, &now);
    while ((double)now.tv_sec + (double)now.tv_nsec / 1e9 < end);
}

static int keep_the_thread(void *with_lane)
{
    if (with_lane)
        hob_trace_lane("order");
    hob_sleep(1);
    keep_the_thread_really(0.2);
    return 0;
}

/* The report itself is of no interest here. */
static void expect_stall(bool with_lane, const char *expected)
{
    cr_expect_not_null(freopen("/dev/null", "w", stderr));
    hob_stall_limit(0.02);
    hob_await(hob_async_named("cook", keep_the_thread, as_argument(with_lane)));
    uint64_t position = 0, dropped = 0;
    size_t count = hob_trace_read(&position, events, EVENTS, &dropped);
    told[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        /* On a machine that is busy itself, the test may be late as well. */
        if (events[i].kind == HOB_TRACE_STALL && strcmp(events[i].text, "cook") == 0) {
            tell(&events[i]);
            cr_expect_eq(events[i].seconds, 0.02);
        }
    }
    cr_expect_str_eq(told, expected);
}

WatchedTest(trace_watch, a_stall_names_the_coroutine_and_its_lane)
{
    expect_stall(true, "1.0 1 stalls in cook, 0.0 s\n");
}

WatchedTest(trace_watch, a_stall_names_a_coroutine_without_a_lane)
{
    expect_stall(false, "1.0 0 stalls in cook, 0.0 s\n");
}

CoroutineTest(trace_watch, does_not_show_stalls_from_before_the_watch)
{
    cr_expect_not_null(freopen("/dev/null", "w", stderr));
    hob_stall_limit(0.02);
    hob_await(hob_async(keep_the_thread, NULL));
    cr_expect_geq(hob_stall_count(), 1);
    hob_stall_limit(0);
    hob_trace_watch();
    hob_yield();
    cr_expect_str_eq(story(), "");
    hob_trace_unwatch();
}

WatchedTest(trace_watch, counts_lanes_and_coroutines)
{
    hob_trace_totals totals;
    hob_future *meal = hob_async(cook_meal, NULL);
    hob_future *noodles = hob_async(cook_noodles, NULL);
    hob_trace_count(&totals);
    cr_expect_eq(totals.coroutines, 3);
    cr_expect_geq(totals.stacks, 3);
    cr_expect_eq(totals.ready, 2);
    cr_expect_eq(totals.lanes, 0);
    cr_expect_eq(totals.switches, 1);
    hob_yield();
    hob_trace_count(&totals);
    cr_expect_eq(totals.coroutines, 5);
    cr_expect_eq(totals.ready, 2, "the parts of the meal");
    cr_expect_eq(totals.lanes, 4);
    cr_expect_eq(totals.orders, 2);
    cr_expect_eq(totals.switches, 4);
    cr_expect_float_eq(totals.running, 0.5, 1e-6);
    hob_join(meal, noodles);
    hob_trace_count(&totals);
    cr_expect_eq(totals.coroutines, 1);
    cr_expect_eq(totals.ready, 0);
    cr_expect_eq(totals.lanes, 0);
    cr_expect_eq(totals.orders, 0);
    cr_expect_float_eq(totals.running, 0.7, 1e-6);
}

/* Tasks that were taken from the queue for this round still stand in it for those who look. */
static int count_ready(void *ready)
{
    hob_trace_totals totals;
    hob_trace_count(&totals);
    cr_expect_eq((int)totals.ready, number_of(ready));
    return 0;
}

CoroutineTest(trace_watch, counts_those_that_wait_for_their_turn)
{
    hob_join(start(count_ready, 2), start(count_ready, 1), start(count_ready, 0));
}

#define MANY (SANITIZED ? 1000 : 10000)

static bool is_known[10000 + 1];

static void expect_each_lane_to_live_once(void)
{
    size_t room = 2 * MANY;
    hob_trace_event *live = malloc(room * sizeof(live[0]));
    cr_expect_eq(hob_trace_live(live, room), room);
    for (size_t i = 0; i < room; i += 2) {
        cr_expect_eq(live[i].kind, HOB_TRACE_BEGIN);
        cr_expect_eq(live[i + 1].kind, HOB_TRACE_AWAIT);
        cr_expect_eq(live[i].id, live[i + 1].id);
        cr_expect_not(is_known[live[i].id]);
        is_known[live[i].id] = true;
    }
    free(live);
}

/* Each has at most six events, so none are overwritten. */
static size_t read_to_the_end(uint64_t *position, enum hob_trace_kind kind)
{
    uint64_t dropped = 0;
    size_t found = 0, count;
    while ((count = hob_trace_read(position, events, EVENTS, &dropped)) > 0) {
        for (size_t i = 0; i < count; i++)
            found += events[i].kind == kind;
    }
    cr_expect_eq(dropped, 0);
    return found;
}

WatchedTest(trace_watch, ten_thousand_lanes)
{
    static hob_future *orders[10000];
    hob_trace_totals totals;
    uint64_t position = 0;
    for (int i = 0; i < MANY; i++)
        orders[i] = start(sleep_in_a_lane, 1);
    hob_yield();
    hob_trace_count(&totals);
    cr_expect_eq(totals.lanes, MANY);
    cr_expect_eq(read_to_the_end(&position, HOB_TRACE_BEGIN), MANY);
    expect_each_lane_to_live_once();
    cr_expect_eq(hob_join_all(orders, MANY), 0);
    cr_expect_eq(read_to_the_end(&position, HOB_TRACE_END), MANY);
    cr_expect_eq(position, 6 * MANY);
    hob_trace_count(&totals);
    cr_expect_eq(totals.lanes, 0);
}
