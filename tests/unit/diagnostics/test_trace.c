/* The lanes of a trace. Runs in virtual time: work() keeps the thread, hob_sleep() waits. */

#include "hob/trace.h"
#include "tests/support/current.h"
#include "tests/support/lanes.h"
#include "tests/support/trace_story.h"

TestSuite(trace, .timeout = 60);

WatchedTest(trace, a_lane_begins_runs_awaits_is_ready_and_ends)
{
    cr_expect_eq(hob_await(hob_async(cook_noodles, NULL)), 7);
    cr_expect_str_eq(
        story(), "0.0 1 begins: noodles; runs 0.5 s\n"
                 "0.5 1 awaits boil the egg, 2.0 s\n"
                 "2.5 1 is ready; runs 0.2 s\n"
                 "2.7 1 ends: 7\n");
}

WatchedTest(trace, lanes_take_turns)
{
    hob_join(start(sleep_in_a_lane, 2), start(sleep_in_a_lane, 1));
    cr_expect_str_eq(
        story(), "0.0 1 begins: order; runs 0.0 s; awaits hob_sleep, 2.0 s\n"
                 "0.0 2 begins: order; runs 0.0 s; awaits hob_sleep, 1.0 s\n"
                 "1.0 2 is ready; runs 0.0 s; ends: 0\n"
                 "2.0 1 is ready; runs 0.0 s; ends: 0\n");
}

static int yield_in_a_lane(void *arg)
{
    hob_trace_lane("order");
    return hob_yield();
}

WatchedTest(trace, a_lane_that_yields_is_ready_when_it_has_run)
{
    hob_await(start(yield_in_a_lane, 0));
    cr_expect_str_eq(story(), "0.0 1 begins: order; runs 0.0 s; is ready; runs 0.0 s; ends: 0\n");
}

WatchedTest(trace, a_ready_lane_waits_for_those_before_it)
{
    hob_future *order = start(yield_in_a_lane, 0);
    hob_yield();
    work(3);
    hob_await(order);
    cr_expect_not_null(strstr(story(), "; is ready\n3.0 1 runs"), "%s", told);
}

static int sleep_until_cancelled_and_clean_up(void *arg)
{
    hob_trace_lane("order");
    hob_trace_step("wait", INFINITY);
    int err = hob_sleep(INFINITY);
    work(0.3);
    return err;
}

WatchedTest(trace, a_cancelled_lane_ends_so)
{
    hob_future *order = start(sleep_until_cancelled_and_clean_up, 0);
    hob_sleep(1);
    hob_cancel(order);
    cr_expect_eq(hob_await(order), -ECANCELED);
    char expected[200];
    snprintf(
        expected, sizeof(expected),
        "0.0 1 begins: order; runs 0.0 s; awaits wait, ?\n"
        "1.0 1 is ready; runs 0.3 s\n"
        "1.3 1 ends: %d\n",
        -ECANCELED);
    cr_expect_str_eq(story(), expected);
}

static int sleep_under_a_deadline(void *arg)
{
    hob_trace_lane("order");
    hob_deadline(2);
    return hob_sleep(5);
}

WatchedTest(trace, a_late_lane_ends_so)
{
    hob_await(start(sleep_under_a_deadline, 0));
    char expected[100];
    snprintf(
        expected, sizeof(expected),
        "awaits hob_sleep, 5.0 s\n2.0 1 is ready; runs 0.0 s; ends: %d\n", -ETIMEDOUT);
    cr_expect_not_null(strstr(story(), expected), "%s", told);
}

WatchedTest(trace, a_lane_runs_from_its_begin_to_its_end)
{
    work(1);
    cr_expect_eq(hob_trace_lane("order"), 1);
    work(2);
    hob_trace_lane_end(-EIO);
    work(4);
    hob_yield();
    cr_expect_str_eq(
        story(), "1.0 1 begins: order; runs 2.0 s\n"
                 "3.0 1 ends: -5\n"
                 "7.0 0 others ran 5.0 s\n");
}

WatchedTest(trace, a_coroutine_can_have_one_lane_after_the_other)
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
        story(), "0.0 1 begins: first; runs 0.0 s; awaits hob_sleep, 1.0 s\n"
                 "1.0 1 is ready; runs 0.0 s; ends: 3\n"
                 "2.0 2 begins: second; runs 1.0 s\n"
                 "3.0 2 ends: 0\n"
                 "3.0 3 begins: third; runs 0.0 s; ends: 0\n");
}

static int take_a_lane(void *result)
{
    hob_trace_lane("order");
    return number_of(result);
}

/* As handlers do: what runs them serves other requests afterwards. */
WatchedTest(trace, a_lane_ends_with_the_scope_that_it_began_in)
{
    cr_expect_eq(task_scope(this_task(), take_a_lane, as_argument(200)), 200);
    hob_sleep(1);
    cr_expect_str_eq(story(), "0.0 1 begins: order; runs 0.0 s; ends: 200\n");
}

static int await_in_several_ways(void *arg)
{
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

WatchedTest(trace, an_await_has_the_name_of_its_step_or_call)
{
    hob_await(start(await_in_several_ways, 0));
    expect_awaits("hob_await, ?; step, 1.0 s; hob_sleep, 2.0 s; hob_join_all, ?; unknown, ?");
}

static int name_strange_times(void *arg)
{
    static const double cases[] = {NAN, INFINITY, -INFINITY, -1, 0};
    hob_trace_lane("order");
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_trace_step("s", cases[i]);
        hob_sleep(1);
    }
    return 0;
}

WatchedTest(trace, a_step_takes_a_finite_time_or_an_unknown_one)
{
    hob_await(start(name_strange_times, 0));
    expect_awaits("s, ?; s, ?; s, ?; s, 0.0 s; s, 0.0 s");
}

static int await_what_is_ready(void *arg)
{
    hob_trace_lane("order");
    hob_future *timer = hob_timer(1);
    hob_sleep(2);
    hob_trace_step("timer", 1);
    hob_await(timer);
    return hob_await(hob_timer(3));
}

WatchedTest(trace, a_step_is_for_one_await_even_if_that_does_not_wait)
{
    hob_await(start(await_what_is_ready, 0));
    expect_awaits("hob_sleep, 2.0 s; hob_await, ?");
}

static int await_a_part(void *arg)
{
    hob_trace_lane("order");
    hob_trace_step("pan", 10);
    hob_await(hob_async(sleep_for_ever, NULL));
    return 0;
}

static int abandon_a_part(void *arg)
{
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

WatchedTest(trace, an_await_that_goes_on_keeps_its_step)
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
        "0.0 1 runs 0.0 s; awaits pan, 10.0 s\n"
        "1.0 1 is ready\n"
        "1.0 1 runs 0.0 s; awaits pan, ?\n"
        "1.0 1 is ready; runs 0.0 s; ends: 0\n",
        "%s", told);
}

WatchedTest(trace, the_end_does_not_wait_for_an_unawaited_step)
{
    hob_await(start(abandon_a_part, 0));
    story();
    forget_parts(told);
    cr_expect_not_null(strstr(told, "awaits join_children, ?"), "%s", told);
    cr_expect_null(strstr(told, "pan"), "%s", told);
}

WatchedTest(trace, a_step_without_a_lane_is_not_kept)
{
    hob_trace_step("step", 1);
    cr_expect_null(this_task()->lane.step);
    hob_trace_lane("order");
    hob_await(hob_timer(1));
    hob_trace_lane_end(0);
    expect_awaits("hob_await, ?");
}

static int wait_in_an_activity(void *arg)
{
    hob_trace_set_activity("lost");
    hob_trace_lane("order");
    hob_trace_set_activity("at the market");
    hob_await(hob_timer(1));
    hob_trace_step("pay", 1);
    hob_await(hob_timer(1));
    hob_await(hob_timer(1));
    hob_trace_set_activity(NULL);
    return hob_await(hob_timer(1));
}

WatchedTest(trace, an_activity_names_the_awaits_without_a_step)
{
    hob_await(start(wait_in_an_activity, 0));
    expect_awaits("at the market, ?; pay, 1.0 s; at the market, ?; hob_await, ?");
}

WatchedTest(trace, what_a_lane_makes_is_a_part_of_it)
{
    hob_await(hob_async(cook_meal, NULL));
    cr_expect_str_eq(
        story(), "0.0 1 begins: meal\n"
                 "0.0 2 begins: cook_fries, a part of 1; is ready\n"
                 "0.0 3 begins: egg, a part of 1; is ready\n"
                 "0.0 1 runs 0.0 s; awaits hob_join_all, ?\n"
                 "0.0 2 runs 0.0 s; awaits hob_sleep, 1.0 s\n"
                 "0.0 3 runs 0.0 s; awaits hob_sleep, 2.0 s\n"
                 "1.0 2 is ready; runs 0.0 s; ends: 0\n"
                 "2.0 3 is ready; runs 0.0 s; ends: 0\n"
                 "2.0 1 is ready; runs 0.0 s; ends: 0\n");
}

static int cook_for_two(void *arg)
{
    hob_future *before = hob_async(cook_fries, NULL);
    hob_trace_lane("table");
    hob_future *in_it = hob_async(cook_meal, NULL);
    hob_trace_lane_end(0);
    return hob_join(before, in_it, hob_async(cook_fries, NULL));
}

/* cook_meal() takes a lane of its own, which is a part of no other. */
WatchedTest(trace, only_what_a_lane_makes_is_a_part_of_it)
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

WatchedTest(trace, those_without_a_lane_are_one_sum_for_each_read)
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

WatchedTest(trace, a_reader_gets_nothing_from_before_its_begin)
{
    hob_await(start(work_seconds, 5));
    uint64_t position = hob_trace_position();
    hob_await(start(work_seconds, 1));
    cr_expect_str_eq(story_from(position), "6.0 0 others ran 1.0 s\n");
}
