/*
 * Runs in virtual time: usleep() stands for work that keeps the thread, hob_sleep() for waiting.
 * What was recorded is told as a text, a line for each event, so that a test shows it at a glance.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hob/runtime.h"
#include "hob/trace.h"
#include "runtime/loop.h"
#include "runtime/task.h"
#include "tests/support/child.h"
#include "tests/support/coroutine.h"
#include "tests/support/current.h"
#include "tests/support/memory.h"
#include "tests/support/virtual_time.h"

TestSuite(trace, .timeout = 60);

#define RING_SIZE 65536

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Telling. */

static char told[8192];

static void tell_text(const char *text)
{
    size_t length = strlen(told);
    snprintf(told + length, sizeof(told) - length, "%s", text);
}

static void tell_seconds(double seconds)
{
    char text[40] = "?";
    if (!isnan(seconds))
        snprintf(text, sizeof(text), "%.1f s", seconds);
    tell_text(text);
}

static void tell_begin(const hob_trace_event *event)
{
    char text[100] = "";
    tell_text("begins: ");
    tell_text(event->text);
    if (event->parent)
        snprintf(text, sizeof(text), ", a part of %d", (int)event->parent);
    tell_text(text);
}

static void tell_end(const hob_trace_event *event)
{
    char text[100];
    snprintf(text, sizeof(text), "ends: %d", event->result);
    tell_text(text);
}

static void tell_text_and_seconds(const char *what, const hob_trace_event *event)
{
    tell_text(what);
    if (event->text) {
        tell_text(event->text);
        tell_text(", ");
    }
    tell_seconds(event->seconds);
}

static void tell_kind(const hob_trace_event *event)
{
    switch (event->kind) {
    case HOB_TRACE_BEGIN:
        tell_begin(event);
        break;
    case HOB_TRACE_AWAIT:
        tell_text_and_seconds("awaits ", event);
        break;
    case HOB_TRACE_READY:
        tell_text("is ready");
        break;
    case HOB_TRACE_RUN:
        tell_text_and_seconds("runs ", event);
        break;
    case HOB_TRACE_OTHERS:
        tell_text_and_seconds("others ran ", event);
        break;
    case HOB_TRACE_END:
        tell_end(event);
        break;
    case HOB_TRACE_STALL:
        tell_text_and_seconds("stalls in ", event);
        break;
    }
}

/* "TIME ID what it does", times since virtual time began. */
static void tell(const hob_trace_event *event)
{
    char text[40];
    snprintf(text, sizeof(text), "%.1f %d ", event->time - 1e9, (int)event->id);
    tell_text(text);
    tell_kind(event);
    tell_text("\n");
}

static const char *tell_all(const hob_trace_event *events, size_t count)
{
    told[0] = '\0';
    for (size_t i = 0; i < count; i++)
        tell(&events[i]);
    return told;
}

static hob_trace_event events[200];

/* All that was recorded from there on. None of it may have been lost. */
static const char *story_from(uint64_t position)
{
    uint64_t dropped = 0;
    size_t count = hob_trace_read(&position, events, COUNT(events), &dropped);
    cr_expect_eq(dropped, 0);
    cr_expect_eq(position, hob_trace_position());
    return tell_all(events, count);
}

static const char *story(void)
{
    return story_from(0);
}

static const char *live_story(void)
{
    return tell_all(events, hob_trace_live(events, COUNT(events)));
}

/* The test's own coroutine watches from its beginning to its end. */
#define WatchedTest(name)                                                                          \
    static void name##_watched(void);                                                              \
    CoroutineTest(trace, name)                                                                     \
    {                                                                                              \
        hob_stall_limit(0); /* virtual time is no excuse on a slow machine */                      \
        cr_expect_eq(hob_trace_watch(), 0);                                                        \
        name##_watched();                                                                          \
        hob_trace_unwatch();                                                                       \
    }                                                                                              \
    static void name##_watched(void)

static void work(double seconds)
{
    usleep((useconds_t)(seconds * 1e6));
}

/* A lane. */

static int cook_noodles(void *arg)
{
    (void)arg;
    hob_trace_lane("noodles");
    work(0.5);
    hob_trace_step("boil the egg", 2);
    int err = hob_sleep(2);
    work(0.2);
    return err < 0 ? err : 7;
}

WatchedTest(a_lane_begins_runs_awaits_is_ready_and_ends)
{
    cr_expect_eq(hob_await(hob_async(cook_noodles, NULL)), 7);
    cr_expect_str_eq(
        story(), "0.0 1 begins: noodles\n"
                 "0.0 1 runs 0.5 s\n"
                 "0.5 1 awaits boil the egg, 2.0 s\n"
                 "2.5 1 is ready\n"
                 "2.5 1 runs 0.2 s\n"
                 "2.7 1 ends: 7\n");
}

static int sleep_in_a_lane(void *seconds)
{
    hob_trace_lane("order");
    return hob_sleep(number_of(seconds));
}

WatchedTest(lanes_take_turns)
{
    hob_join(start(sleep_in_a_lane, 2), start(sleep_in_a_lane, 1));
    cr_expect_str_eq(
        story(), "0.0 1 begins: order\n"
                 "0.0 1 runs 0.0 s\n"
                 "0.0 1 awaits hob_sleep, 2.0 s\n"
                 "0.0 2 begins: order\n"
                 "0.0 2 runs 0.0 s\n"
                 "0.0 2 awaits hob_sleep, 1.0 s\n"
                 "1.0 2 is ready\n"
                 "1.0 2 runs 0.0 s\n"
                 "1.0 2 ends: 0\n"
                 "2.0 1 is ready\n"
                 "2.0 1 runs 0.0 s\n"
                 "2.0 1 ends: 0\n");
}

static int yield_in_a_lane(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    return hob_yield();
}

WatchedTest(a_lane_that_yields_is_ready_when_it_has_run)
{
    hob_await(start(yield_in_a_lane, 0));
    cr_expect_str_eq(
        story(), "0.0 1 begins: order\n"
                 "0.0 1 runs 0.0 s\n"
                 "0.0 1 is ready\n"
                 "0.0 1 runs 0.0 s\n"
                 "0.0 1 ends: 0\n");
}

WatchedTest(a_ready_lane_waits_for_those_before_it)
{
    hob_future *order = start(yield_in_a_lane, 0);
    hob_yield();
    work(3);
    hob_await(order);
    cr_expect_not_null(strstr(story(), "0.0 1 is ready\n3.0 1 runs"), "%s", told);
}

static int sleep_until_cancelled_and_clean_up(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_trace_step("wait", INFINITY);
    int err = hob_sleep(INFINITY);
    work(0.3);
    return err;
}

WatchedTest(a_cancelled_lane_ends_so)
{
    hob_future *order = start(sleep_until_cancelled_and_clean_up, 0);
    hob_sleep(1);
    hob_cancel(order);
    cr_expect_eq(hob_await(order), -ECANCELED);
    char expected[200];
    snprintf(
        expected, sizeof(expected),
        "0.0 1 begins: order\n"
        "0.0 1 runs 0.0 s\n"
        "0.0 1 awaits wait, ?\n"
        "1.0 1 is ready\n"
        "1.0 1 runs 0.3 s\n"
        "1.3 1 ends: %d\n",
        -ECANCELED);
    cr_expect_str_eq(story(), expected);
}

static int sleep_under_a_deadline(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_deadline(2);
    return hob_sleep(5);
}

WatchedTest(a_late_lane_ends_so)
{
    hob_await(start(sleep_under_a_deadline, 0));
    char expected[40];
    snprintf(expected, sizeof(expected), "2.0 1 ends: %d\n", -ETIMEDOUT);
    cr_expect_not_null(strstr(story(), expected), "%s", told);
    cr_expect_not_null(strstr(told, "awaits hob_sleep, 5.0 s\n2.0 1 is ready\n"), "%s", told);
}

WatchedTest(a_lane_gets_the_thread_from_when_it_begins_until_it_ends)
{
    work(1);
    cr_expect_eq(hob_trace_lane("order"), 1);
    work(2);
    hob_trace_lane_end(-EIO);
    work(4);
    hob_yield();
    cr_expect_str_eq(
        story(), "1.0 1 begins: order\n"
                 "1.0 1 runs 2.0 s\n"
                 "3.0 1 ends: -5\n"
                 "7.0 0 others ran 5.0 s\n");
}

WatchedTest(a_coroutine_can_have_one_lane_after_the_other)
{
    cr_expect_eq(hob_trace_lane("first"), 1);
    hob_sleep(1);
    hob_trace_lane_end(3);
    hob_sleep(1);
    cr_expect_eq(hob_trace_lane("second"), 2);
    work(1);
    cr_expect_eq(hob_trace_lane("third"), 3);
    hob_trace_lane_end(0);
    hob_trace_lane_end(9);
    cr_expect_str_eq(
        story(), "0.0 1 begins: first\n"
                 "0.0 1 runs 0.0 s\n"
                 "0.0 1 awaits hob_sleep, 1.0 s\n"
                 "1.0 1 is ready\n"
                 "1.0 1 runs 0.0 s\n"
                 "1.0 1 ends: 3\n"
                 "2.0 2 begins: second\n"
                 "2.0 2 runs 1.0 s\n"
                 "3.0 2 ends: 0\n"
                 "3.0 3 begins: third\n"
                 "3.0 3 runs 0.0 s\n"
                 "3.0 3 ends: 0\n");
}

static int take_a_lane(void *result)
{
    hob_trace_lane("order");
    return number_of(result);
}

/* As handlers do: what runs them serves other requests afterwards. */
WatchedTest(a_lane_ends_with_the_scope_that_it_began_in)
{
    cr_expect_eq(task_scope(this_task(), take_a_lane, as_argument(200)), 200);
    hob_sleep(1);
    cr_expect_str_eq(
        story(), "0.0 1 begins: order\n"
                 "0.0 1 runs 0.0 s\n"
                 "0.0 1 ends: 200\n");
}

/* Steps. */

static int await_in_several_ways(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_await(hob_timer(1));
    hob_trace_step("step", 1);
    hob_await(hob_timer(1));
    hob_sleep(2);
    hob_join(hob_timer(1), hob_timer(2));
    hob_trace_step("unknown", NAN);
    return hob_sleep(1);
}

/* The awaits in the story, without times. */
static void expect_awaits(const char *expected)
{
    uint64_t position = 0, dropped = 0;
    size_t count = hob_trace_read(&position, events, COUNT(events), &dropped);
    told[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind == HOB_TRACE_AWAIT)
            tell_text_and_seconds(told[0] ? "; " : "", &events[i]);
    }
    cr_expect_str_eq(told, expected);
}

WatchedTest(an_await_is_called_like_its_step_or_else_like_the_call)
{
    hob_await(start(await_in_several_ways, 0));
    expect_awaits("hob_await, ?; step, 1.0 s; hob_sleep, 2.0 s; hob_join_all, ?; unknown, ?");
}

static int name_strange_times(void *arg)
{
    static const double cases[] = {NAN, INFINITY, -INFINITY, -1, 0};
    (void)arg;
    hob_trace_lane("order");
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_trace_step("s", cases[i]);
        hob_sleep(1);
    }
    return 0;
}

WatchedTest(a_step_takes_a_finite_time_or_an_unknown_one)
{
    hob_await(start(name_strange_times, 0));
    expect_awaits("s, ?; s, ?; s, ?; s, 0.0 s; s, 0.0 s");
}

static int await_what_is_ready(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_future *timer = hob_timer(1);
    hob_sleep(2);
    hob_trace_step("timer", 1);
    hob_await(timer);
    return hob_await(hob_timer(3));
}

WatchedTest(a_step_is_for_one_await_even_if_that_does_not_wait)
{
    hob_await(start(await_what_is_ready, 0));
    expect_awaits("hob_sleep, 2.0 s; hob_await, ?");
}

static int await_a_part(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_trace_step("pan", 10);
    hob_await(hob_async(sleep_for_ever, NULL));
    return 0;
}

static int abandon_a_part(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_trace_step("pan", 10);
    hob_async(sleep_for_ever, NULL);
    return hob_yield();
}

/* Only lane 1: the part has lane 2. */
static void forget_parts(char *text)
{
    for (char *line; (line = strstr(text, " 2 "));) {
        while (line > text && line[-1] != '\n')
            line--;
        char *end = strchr(line, '\n') + 1;
        memmove(line, end, strlen(end) + 1);
    }
}

WatchedTest(an_await_that_goes_on_keeps_its_step_but_nobody_knows_for_how_long)
{
    hob_future *order = start(await_a_part, 0);
    hob_sleep(1);
    hob_cancel(order);
    hob_await(order);
    story();
    forget_parts(told);
    cr_expect_str_eq(
        told,
        "0.0 1 begins: order\n"
        "0.0 1 runs 0.0 s\n"
        "0.0 1 awaits pan, 10.0 s\n"
        "1.0 1 is ready\n"
        "1.0 1 runs 0.0 s\n"
        "1.0 1 awaits pan, ?\n"
        "1.0 1 is ready\n"
        "1.0 1 runs 0.0 s\n"
        "1.0 1 ends: 0\n",
        "%s", told);
}

WatchedTest(a_step_that_was_not_awaited_is_not_what_the_end_waits_for)
{
    hob_await(start(abandon_a_part, 0));
    story();
    forget_parts(told);
    cr_expect_not_null(strstr(told, "1 awaits join_children, ?\n"), "%s", told);
    cr_expect_null(strstr(told, "pan"), "%s", told);
}

WatchedTest(a_step_without_a_lane_is_not_kept)
{
    hob_trace_step("step", 1);
    cr_expect_null(this_task()->lane.step);
    hob_trace_lane("order");
    hob_await(hob_timer(1));
    hob_trace_lane_end(0);
    expect_awaits("hob_await, ?");
}

/* Parts. */

static int cook_fries(void *arg)
{
    (void)arg;
    return hob_sleep(1);
}

static int cook_meal(void *arg)
{
    (void)arg;
    hob_trace_lane("meal");
    return hob_join(
        hob_async(cook_fries, NULL), hob_async_named("egg", sleep_seconds, as_argument(2)));
}

WatchedTest(what_a_lane_makes_is_a_part_of_it)
{
    hob_await(hob_async(cook_meal, NULL));
    cr_expect_str_eq(
        story(), "0.0 1 begins: meal\n"
                 "0.0 2 begins: cook_fries, a part of 1\n"
                 "0.0 2 is ready\n"
                 "0.0 3 begins: egg, a part of 1\n"
                 "0.0 3 is ready\n"
                 "0.0 1 runs 0.0 s\n"
                 "0.0 1 awaits hob_join_all, ?\n"
                 "0.0 2 runs 0.0 s\n"
                 "0.0 2 awaits hob_sleep, 1.0 s\n"
                 "0.0 3 runs 0.0 s\n"
                 "0.0 3 awaits hob_sleep, 2.0 s\n"
                 "1.0 2 is ready\n"
                 "1.0 2 runs 0.0 s\n"
                 "1.0 2 ends: 0\n"
                 "2.0 3 is ready\n"
                 "2.0 3 runs 0.0 s\n"
                 "2.0 3 ends: 0\n"
                 "2.0 1 is ready\n"
                 "2.0 1 runs 0.0 s\n"
                 "2.0 1 ends: 0\n");
}

static int cook_for_two(void *arg)
{
    (void)arg;
    hob_future *before = hob_async(cook_fries, NULL);
    hob_trace_lane("table");
    hob_future *in_it = hob_async(cook_meal, NULL);
    hob_trace_lane_end(0);
    return hob_join(before, in_it, hob_async(cook_fries, NULL));
}

/* cook_meal() takes a lane of its own, which is a part of no other. */
WatchedTest(only_what_a_lane_makes_is_a_part_of_it)
{
    hob_await(hob_async(cook_for_two, NULL));
    uint64_t position = 0, dropped = 0;
    size_t count = hob_trace_read(&position, events, COUNT(events), &dropped);
    told[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind == HOB_TRACE_BEGIN)
            tell(&events[i]);
    }
    cr_expect_str_eq(
        told, "0.0 1 begins: table\n"
              "0.0 2 begins: cook_meal, a part of 1\n"
              "0.0 3 begins: meal\n"
              "0.0 4 begins: cook_fries, a part of 3\n"
              "0.0 5 begins: egg, a part of 3\n");
}

/* Others. */

static int work_seconds(void *seconds)
{
    work(number_of(seconds));
    return 0;
}

WatchedTest(those_without_a_lane_are_one_sum_for_each_read)
{
    hob_join(start(work_seconds, 1), start(work_seconds, 2));
    hob_trace_lane("order");
    work(4);
    hob_trace_lane_end(0);
    cr_expect_not_null(strstr(story(), "7.0 0 others ran 3.0 s\n"), "%s", told);
    uint64_t position = hob_trace_position();
    cr_expect_str_eq(story_from(position), "", "there was nothing new");
    hob_await(start(work_seconds, 1));
    cr_expect_str_eq(story_from(position), "8.0 0 others ran 1.0 s\n");
}

WatchedTest(a_reader_gets_nothing_of_what_was_before_its_beginning)
{
    hob_await(start(work_seconds, 5));
    uint64_t position = hob_trace_position();
    hob_await(start(work_seconds, 1));
    cr_expect_str_eq(story_from(position), "6.0 0 others ran 1.0 s\n");
}

/* Watching. */

CoroutineTest(trace, nothing_is_recorded_while_nobody_watches)
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

CoroutineTest(trace, goes_on_until_ten_seconds_after_the_last_one_has_turned_away)
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

CoroutineTest(trace, of_a_new_watch_begins_with_it)
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
    cr_expect_eq(hob_trace_read(&position, events, COUNT(events), &dropped), 0);
    cr_expect_eq(dropped, 4, "what a did, and the gap");
    cr_expect_eq(position, 4);
    hob_trace_lane_end(0);
    cr_expect_str_eq(
        story_from(position), "11.0 2 runs 0.0 s\n"
                              "11.0 2 ends: 0\n");
    hob_trace_unwatch();
}

CoroutineTest(trace, misses_nothing_for_one_who_comes_back_soon)
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
    size_t count = hob_trace_read(&position, events, COUNT(events), &dropped);
    cr_expect_eq(dropped, 0);
    cr_expect_str_eq(
        tell_all(events, count), "5.0 1 begins: a\n"
                                 "5.0 1 runs 0.0 s\n"
                                 "5.0 1 awaits hob_sleep, 6.0 s\n"
                                 "11.0 1 is ready\n"
                                 "11.0 1 runs 0.0 s\n"
                                 "11.0 1 ends: 0\n");
    hob_trace_unwatch();
}

CoroutineTest(trace, recorded_for_nobody_keeps_no_loop_alive)
{
    hob_trace_watch();
    hob_trace_unwatch();
    cr_expect_eq(active_watchers(), 0);
}

CoroutineTest(trace, of_a_loop_that_ends_meanwhile_is_freed)
{
    hob_trace_watch();
}

CoroutineTest(trace, without_memory_for_it_is_refused)
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
    (void)arg;
    hob_trace_unwatch();
    return 0;
}

static void block_on_unwatch(void *arg)
{
    hob_block_on(unwatch, arg);
}

Test(trace, to_turn_away_without_having_watched_is_a_mistake)
{
    struct child_end end = run_in_child(block_on_unwatch, NULL);
    cr_expect(child_aborted(&end), "status %#x", end.status);
    cr_expect_str_eq(end.output, "hob: task 'unwatch': hob_trace_unwatch(): nobody watches\n");
}

/* Reading. */

WatchedTest(can_be_read_in_pieces)
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

WatchedTest(can_be_read_by_two)
{
    uint64_t first = hob_trace_position(), dropped = 0;
    hob_await(hob_async(cook_noodles, NULL));
    uint64_t second = hob_trace_position();
    hob_await(start(work_seconds, 1));
    hob_trace_lane("order");
    hob_trace_lane_end(0);
    cr_expect_eq(hob_trace_read(&second, events, COUNT(events), &dropped), 4);
    cr_expect_eq(hob_trace_read(&first, events, COUNT(events), &dropped), 6 + 4);
    cr_expect_eq(first, second);
    cr_expect_eq(events[0].kind, HOB_TRACE_BEGIN);
    cr_expect_eq(events[6].kind, HOB_TRACE_BEGIN);
    cr_expect_eq(events[9].kind, HOB_TRACE_OTHERS);
    cr_expect_eq(dropped, 0);
}

WatchedTest(a_position_from_the_future_is_the_present)
{
    uint64_t position = UINT64_MAX, dropped = 0;
    hob_await(hob_async(cook_noodles, NULL));
    cr_expect_eq(hob_trace_read(&position, events, COUNT(events), &dropped), 0);
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

WatchedTest(when_the_ring_is_full_nothing_is_lost_yet)
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

WatchedTest(what_was_overwritten_is_counted)
{
    uint64_t position = 10, dropped = 1000;
    size_t lanes = RING_SIZE / 3 + 101;
    record_lanes(lanes);
    uint64_t recorded = 3 * lanes;
    size_t count = hob_trace_read(&position, events, COUNT(events), &dropped);
    cr_expect_eq(count, COUNT(events));
    cr_expect_eq(dropped, 1000 + recorded - RING_SIZE - 10);
    cr_expect_eq(position, recorded - RING_SIZE + COUNT(events));
    cr_expect_eq(events[0].id, (recorded - RING_SIZE) / 3 + 1, "the oldest one that is left");

    position = recorded - 1;
    cr_expect_eq(hob_trace_read(&position, events, COUNT(events), &dropped), 1);
    cr_expect_eq(dropped, 1000 + recorded - RING_SIZE - 10, "a reader that is not late loses none");
    cr_expect_eq(events[0].kind, HOB_TRACE_END);
    cr_expect_eq(events[0].result, (int)lanes - 1);
}

/* Lanes alive. */

/* Also for one who comes late: nobody watched when they began. */
CoroutineTest(trace, shows_the_lanes_alive)
{
    hob_future *meal = hob_async(cook_meal, NULL);
    hob_sleep(0.5);
    hob_future *noodles = hob_async(cook_noodles, NULL);
    hob_yield();
    cr_expect_str_eq(
        live_story(), "0.0 1 begins: meal\n"
                      "0.0 1 awaits hob_join_all, ?\n"
                      "0.0 2 begins: cook_fries, a part of 1\n"
                      "0.0 2 awaits hob_sleep, 1.0 s\n"
                      "0.0 3 begins: egg, a part of 1\n"
                      "0.0 3 awaits hob_sleep, 2.0 s\n"
                      "0.5 4 begins: noodles\n"
                      "1.0 4 awaits boil the egg, 2.0 s\n");
    hob_join(meal, noodles);
    cr_expect_str_eq(live_story(), "");
}

static int make_a_part(void *arg)
{
    (void)arg;
    hob_trace_lane("order");
    hob_future *part = hob_async_named("part", do_nothing, NULL);
    work(1);
    cr_expect_str_eq(
        live_story(), "0.0 1 begins: order\n"
                      "0.0 2 begins: part, a part of 1\n"
                      "0.0 2 is ready\n");
    return hob_await(part);
}

CoroutineTest(trace, shows_that_the_caller_runs_and_others_are_ready)
{
    hob_await(start(make_a_part, 0));
}

CoroutineTest(trace, shows_since_when_a_lane_is_ready)
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

CoroutineTest(trace, shows_no_lane_by_halves)
{
    hob_future *orders[] = {start(sleep_in_a_lane, 1), start(sleep_in_a_lane, 1)};
    hob_yield();
    static const size_t written[] = {0, 0, 2, 2, 4, 4};
    for (size_t room = 0; room < COUNT(written); room++)
        cr_expect_eq(hob_trace_live(events, room), written[room], "room for %zu", room);
    hob_join_all(orders, COUNT(orders));
}

/* Stalls. */

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
    size_t count = hob_trace_read(&position, events, COUNT(events), &dropped);
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

WatchedTest(a_stall_names_the_coroutine_and_its_lane)
{
    expect_stall(true, "1.0 1 stalls in cook, 0.0 s\n");
}

WatchedTest(a_stall_names_a_coroutine_without_a_lane)
{
    expect_stall(false, "1.0 0 stalls in cook, 0.0 s\n");
}

CoroutineTest(trace, does_not_show_stalls_from_before_the_watch)
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

/* Totals. */

WatchedTest(counts_lanes_and_coroutines)
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

CoroutineTest(trace, counts_those_who_have_their_turn_yet)
{
    hob_join(start(count_ready, 2), start(count_ready, 1), start(count_ready, 0));
}

/* Many. */

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
    while ((count = hob_trace_read(position, events, COUNT(events), &dropped)) > 0) {
        for (size_t i = 0; i < count; i++)
            found += events[i].kind == kind;
    }
    cr_expect_eq(dropped, 0);
    return found;
}

WatchedTest(ten_thousand_lanes)
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
