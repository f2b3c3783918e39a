/* The program that this is linked into has hob_virtual_time in it. */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>

#include "hob/log.h"
#include "hob/testing.h"
#include "runtime/future.h"
#include "tests/support/channel.h"
#include "tests/support/cook.h"
#include "tests/support/random.h"
#include "tests/support/trace.h"
#include "tests/support/virtual_time.h"

TestSuite(virtual_time, .timeout = 60);

/* A clock that is not virtual. */
static double real_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Like nanosleep(2) where it is not replaced. */
static void sleep_really(double seconds)
{
    double end = real_seconds() + seconds;
    while (real_seconds() < end)
        syscall(SYS_nanosleep, &(struct timespec){.tv_nsec = 1000000}, NULL);
}

CoroutineTest(virtual_time, ten_minutes_pass_in_well_under_a_second)
{
    double begin = hob_now(), real_begin = real_seconds();
    for (int i = 0; i < 600; i++)
        cr_expect_eq(hob_sleep(1), 0);
    cr_expect_geq(hob_now() - begin, 600);
    cr_expect_lt(hob_now() - begin, 602);
    cr_expect_lt(real_seconds() - real_begin, 1);
}

CoroutineTest(virtual_time, sleeps_take_as_long_as_they_say)
{
    static const double cases[] = {0,  -1, -INFINITY, 1e-9, 0.001, 0.5, 1,
                                   59, 60, 61,        3600, 86400, 1e7};
    for (size_t i = 0; i < COUNT(cases); i++) {
        double begin = hob_now();
        cr_expect_eq(hob_sleep(cases[i]), 0, "%g s", cases[i]);
        cr_expect(passed(begin, fmax(cases[i], 0)), "%g s: %g s", cases[i], hob_now() - begin);
    }
}

static atomic_bool timer_is_over;

static int yield_until_a_timer_is_over(void *arg)
{
    while (!atomic_load(&timer_is_over))
        hob_yield();
    return 0;
}

/* Someone always has something to do, so there is no reason to jump; but none to stand still. */
CoroutineTest(virtual_time, of_no_time_comes_to_an_end_while_others_run)
{
    hob_future *other = start(yield_until_a_timer_is_over, 0);
    cr_expect_eq(hob_sleep(0), 0);
    atomic_store(&timer_is_over, true);
    hob_await(other);
}

CoroutineTest(virtual_time, stands_still_while_code_runs)
{
    double begin = hob_now();
    double real_end = real_seconds() + 0.010;
    while (real_seconds() < real_end)
        ;
    cr_expect_eq(hob_now(), begin);
}

/* In the right order, and always in the same. */

static int tick(void *arg)
{
    int seconds = number_of(arg);
    while (hob_now() < 1e9 + 14.5) {
        hob_sleep(seconds);
        trace((char)('0' + seconds));
    }
    return 0;
}

/* Every three seconds and every five: 3 6 9 12 15 and 5 10 15. The last two are of no interest. */
CoroutineTest(virtual_time, two_timers_of_different_length_interleave)
{
    hob_join(start(tick, 3), start(tick, 5));
    trace_text[6] = '\0';
    cr_expect_str_eq(traced(), "353353");
}

static int sleep_by_name(void *arg)
{
    hob_sleep(0.5 * (name_of(arg) - 'a'));
    trace(name_of(arg));
    return 0;
}

CoroutineTest(virtual_time, several_sleepers_wake_in_the_order_of_their_times)
{
    hob_join(
        start(sleep_by_name, 'c'), start(sleep_by_name, 'e'), start(sleep_by_name, 'a'),
        start(sleep_by_name, 'd'), start(sleep_by_name, 'b'));
    cr_expect_str_eq(traced(), "abcde");
}

/* Many coroutines with times drawn by lot. Some are equal: even these must be in order. */

struct event {
    int number;
    double time;
};

static struct event events[2000];
static size_t event_count;
static double run_begin;

static int note_events(void *arg)
{
    uint32_t random = (uint32_t)number_of(arg) * 2654435761u + 1;
    for (int i = 0; i < 40; i++) {
        hob_sleep(random_from(&random, 20) / 10.);
        events[event_count++] = (struct event){number_of(arg), hob_now() - run_begin};
    }
    return 0;
}

static int run_events(void *arg)
{
    hob_future *sleepers[50];
    run_begin = hob_now();
    event_count = 0;
    for (int i = 0; i < (int)COUNT(sleepers); i++)
        sleepers[i] = start(note_events, i);
    return hob_join_all(sleepers, COUNT(sleepers));
}

static void print_events(void *arg)
{
    hob_block_on(run_events, arg);
    uint64_t hash = 0;
    for (size_t i = 0; i < event_count; i++) {
        uint64_t time = (uint64_t)(events[i].time * 1e6);
        hash = (hash ^ (uint64_t)events[i].number ^ time << 8) * 1099511628211u;
    }
    fprintf(stderr, "%zu %.6f %016lx", event_count, events[event_count - 1].time, hash);
}

Test(virtual_time, the_order_is_the_same_in_every_run)
{
    struct child_end first = run_in_child(print_events, NULL);
    cr_expect(strncmp(first.output, "2000 ", 5) == 0, "%s", first.output);
    for (int i = 0; i < 20; i++) {
        struct child_end again = run_in_child(print_events, NULL);
        cr_expect_str_eq(again.output, first.output, "run %d", i);
    }
}

CoroutineTest(virtual_time, sleeping_functions_of_the_system_move_it_on)
{
    double begin = hob_now(), real_begin = real_seconds();
    sleep(60);
    cr_expect(passed(begin, 60));
    usleep(500000);
    cr_expect(passed(begin, 60.5));
    nanosleep(&(struct timespec){.tv_sec = 2, .tv_nsec = 250000000}, NULL);
    cr_expect(passed(begin, 62.75));
    cr_expect_lt(real_seconds() - real_begin, 1);
}

TimedTest(virtual_time, a_timer_is_over_after_a_sleep_of_the_system, 60)
{
    hob_future *timer = hob_timer(10);
    sleep(60);
    cr_expect_eq(hob_await(timer), 0);
}

ChannelTest(virtual_time, what_can_be_read_comes_before_any_timer, open_pipe)
{
    double begin = hob_now();
    for (int readable = 0; readable <= 1; readable++) {
        hob_future *futures[] = {hob_timer(10), hob_readable(ends[0])};
        expect_winner(futures, 2, readable, 0);
        cr_expect(passed(begin, 10), "%g s", hob_now() - begin);
        put_data(ends);
    }
}

static int sleep_by_the_system(void *arg)
{
    usleep(10 * 1000);
    return nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
}

static int work_really(void *arg)
{
    sleep_really(0.030);
    return 7;
}

CoroutineTest(virtual_time, a_timer_does_not_overtake_an_offloaded_function)
{
    for (int i = 0; i < 5; i++) {
        double begin = hob_now();
        hob_future *futures[] = {hob_timer(0.001), hob_offload(work_really, NULL)};
        expect_winner(futures, 2, 1, 7);
        cr_expect(passed(begin, 0), "%g s", hob_now() - begin);
    }
}

CoroutineTest(virtual_time, goes_on_when_an_offloaded_function_has_ended)
{
    double begin = hob_now();
    cr_expect_eq(hob_join(hob_timer(600), hob_offload(work_really, NULL)), 0);
    cr_expect(passed(begin, 600));
    cr_expect_eq(hob_sleep(600), 0);
    cr_expect(passed(begin, 1200));
}

static int wait_for_semaphore(void *arg)
{
    while (sem_wait(arg) < 0)
        ;
    return 0;
}

/* If time stood still for it, the semaphore would not be posted. */
CoroutineTest(virtual_time, of_no_time_comes_to_an_end_while_a_thread_works)
{
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    hob_future *job = hob_offload(wait_for_semaphore, &semaphore);
    cr_expect_eq(hob_sleep(0), 0);
    sem_post(&semaphore);
    cr_expect_eq(hob_await(job), 0);
    sem_destroy(&semaphore);
}

CoroutineTest(virtual_time, an_offloaded_function_sleeps_really)
{
    double begin = hob_now(), real_begin = real_seconds();
    cr_expect_eq(hob_await(hob_offload(sleep_by_the_system, NULL)), 0);
    cr_expect_geq(real_seconds() - real_begin, 0.020);
    cr_expect(passed(begin, 0), "%g s", hob_now() - begin);
}

/* As libraries with a thread of their own have it. Criterion is one of them. */
static void *wait_without_a_loop(void *arg)
{
    struct epoll_event event;
    int epoll = epoll_create1(0);
    epoll_wait(epoll, &event, 1, 20);
    close(epoll);
    sleep_by_the_system(arg);
    return NULL;
}

CoroutineTest(virtual_time, a_thread_without_a_loop_waits_in_real_time)
{
    pthread_t thread;
    double begin = hob_now(), real_begin = real_seconds();
    cr_expect_eq(pthread_create(&thread, NULL, wait_without_a_loop, NULL), 0);
    pthread_join(thread, NULL);
    cr_expect_geq(real_seconds() - real_begin, 0.040);
    cr_expect_eq(hob_now(), begin);
}

/* A peer that is real: a thread that is not the runtime's. */

struct peer {
    int fd;
    double seconds; /* until it answers */
};

static void *answer_later(void *arg)
{
    const struct peer *self = arg;
    sleep_really(self->seconds);
    cr_expect_eq(write(self->fd, "x", 1), 1);
    return NULL;
}

static int ask_peer(void *arg)
{
    int ends[2];
    char byte;
    pthread_t thread;
    open_pipe(ends);
    struct peer peer = {ends[1], 0.05};
    cr_expect_eq(pthread_create(&thread, NULL, answer_later, &peer), 0);
    int result = hob_read(ends[0], &byte, 1);
    pthread_join(thread, NULL);
    close_both(ends);
    return result;
}

TimedTest(virtual_time, stands_still_when_only_descriptors_are_left, 0)
{
    for (int i = 0; i < 3; i++)
        cr_expect_eq(ask_peer(NULL), 1);
}

/* One that is never over is nothing to jump to. */
TimedTest(virtual_time, stands_still_with_only_endless_timers, 0)
{
    static const double endless[] = {INFINITY, 1e300, 1e12};
    for (size_t i = 0; i < COUNT(endless); i++) {
        hob_future *timer = hob_timer(endless[i]);
        cr_expect_eq(ask_peer(NULL), 1);
        cr_expect_eq(cancel_and_await(timer), -ECANCELED);
    }
}

CoroutineTest(virtual_time, waits_for_a_peer_only_when_it_is_set_to)
{
    double before = hob_deadline(2);
    cr_expect_eq(ask_peer(NULL), -ETIMEDOUT);
    hob_deadline_at(before);
}

CoroutineTest(virtual_time, stands_still_while_a_real_peer_is_awaited)
{
    double begin = hob_now();
    hob_virtual_peers(true);
    hob_future *other = hob_timer(1);
    double before = hob_deadline(2);
    for (int i = 0; i < 3; i++)
        cr_expect_eq(hob_await(hob_async(ask_peer, NULL)), 1);
    hob_deadline_at(before);
    cr_expect_not(other->ready);
    cr_expect(passed(begin, 0), "%g s", hob_now() - begin);
    cr_expect_eq(hob_await(other), 0);
    cr_expect_eq(hob_sleep(600), 0);
    cr_expect(passed(begin, 601), "%g s", hob_now() - begin);
    hob_virtual_peers(false);
}

CoroutineTest(virtual_time, timers_that_are_to_come_are_known)
{
    cr_expect_not(hob_timers_pending());
    hob_await(start(return_number, 1)); /* housekeeping does not count */
    cr_expect_not(hob_timers_pending());
    hob_future *timers[] = {hob_timer(5), hob_timer(500), hob_timer(1), hob_timer(INFINITY)};
    for (size_t i = 0; i < COUNT(timers); i++) {
        cr_expect_eq(hob_timers_pending(), i < 3, "%zu", i);
        cancel_and_await(timers[i]);
    }
}

CoroutineTest(virtual_time, starts_at_a_time_that_is_easy_to_recognise)
{
    struct timespec now;
    cr_expect_eq(hob_now(), 1e9);
    clock_gettime(CLOCK_REALTIME, &now);
    cr_expect_eq(now.tv_sec, 1000000000);
    cr_expect_eq(now.tv_nsec, 0);
}

static int log_after_a_while(void *arg)
{
    sleep(5);
    hob_log(HOB_LOG_INFO, "done");
    return 0;
}

Test(virtual_time, is_that_of_the_log)
{
    struct child_end end = run_cook(log_after_a_while);
    cr_expect_str_eq(end.output, "2001-09-09T01:46:45.000Z info  done\n");
}

static int sleep_for_a_minute(void *arg)
{
    return hob_sleep(60);
}

Test(virtual_time, goes_on_in_the_next_loop)
{
    cr_expect_eq(hob_virtual_elapsed(), 0);
    for (int minutes = 1; minutes <= 3; minutes++) {
        hob_block_on(sleep_for_a_minute, NULL);
        cr_expect_geq(hob_virtual_elapsed(), minutes * 60);
        cr_expect_lt(hob_virtual_elapsed(), minutes * 60 + 0.01);
    }
}

static double real_time_of_day(void)
{
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return (double)now.tv_sec;
}

Test(virtual_time, is_real_outside_a_loop)
{
    for (int i = 0; i < 2; i++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        cr_expect_leq(real_time_of_day() - (double)now.tv_sec, 10, "round %d", i);
        double begin = real_seconds(), elapsed = hob_virtual_elapsed();
        sleep_by_the_system(NULL);
        cr_expect_geq(real_seconds() - begin, 0.020, "round %d", i);
        cr_expect_eq(hob_virtual_elapsed(), elapsed, "round %d", i);
        hob_block_on(sleep_for_a_minute, NULL);
    }
}

CoroutineTest(virtual_time, other_clocks_are_real)
{
    static const clockid_t clocks[] = {CLOCK_BOOTTIME, CLOCK_PROCESS_CPUTIME_ID};
    for (size_t i = 0; i < COUNT(clocks); i++) {
        struct timespec before, after;
        clock_gettime(clocks[i], &before);
        hob_sleep(1000);
        clock_gettime(clocks[i], &after);
        cr_expect_lt(after.tv_sec - before.tv_sec, 100, "clock %zu", i);
    }
}

/* Without a timer there is nowhere to jump to. */

static int await_what_never_comes(void *arg)
{
    hob_sleep(1);
    return hob_await(hob_promise());
}

Test(virtual_time, a_deadlock_is_noticed)
{
    struct child_end end = run_cook(await_what_never_comes);
    cr_expect(child_aborted(&end), "status %#x", end.status);
    cr_expect_not_null(strstr(end.output, "deadlock"), "%s", end.output);
}

CoroutineTest(virtual_time, what_needs_no_time_takes_hardly_any)
{
    double begin = hob_now();
    for (int i = 0; i < 1000; i++)
        hob_await(start(return_number, i));
    cr_expect_lt(hob_now() - begin, 0.001);
}
