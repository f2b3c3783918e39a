/* The signal that interrupts a stalled thread, and how it leaves the rest of the process alone. */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "tests/support/coroutine.h"
#include "tests/support/stalls.h"

/* Each loop watches its own thread. */

static atomic_int baker_reports = -1;

static void *bake(void *arg)
{
    atomic_store(&baker_reports, hob_block_on_named("baker", stall_once, arg));
    return NULL;
}

static int wait_for_the_baker(void *arg)
{
    set_stall_limit(LIMIT);
    while (atomic_load(&baker_reports) < 0)
        hob_sleep(0.001);
    return (int)hob_stall_count();
}

static void block_on_in_two_threads(void *arg)
{
    pthread_t baker;
    pthread_create(&baker, NULL, bake, arg);
    int reports = hob_block_on_named("cook", wait_for_the_baker, arg);
    pthread_join(baker, NULL);
    _exit(reports * 10 + atomic_load(&baker_reports));
}

Test(stall, on_another_thread_is_reported_there)
{
    struct child_end end = run_in_child(block_on_in_two_threads, NULL);
    cr_expect(WIFEXITED(end.status), "status %#x", end.status);
    cr_expect_eq(WEXITSTATUS(end.status), 1, "the cook and the baker: %d", end.status >> 8);
    cr_expect_eq(count_reports(end.output), 1, "%s", end.output);
    cr_expect_not_null(strstr(end.output, "task 'baker'"), "%s", end.output);
}

static int return_errno_after_a_report(void *arg)
{
    set_stall_limit(LIMIT);
    errno = ERANGE;
    while (hob_stall_count() == 0)
        ;
    return errno;
}

Test(stall, errno_is_what_it_was)
{
    struct child_end end = run_cook(return_errno_after_a_report);
    cr_expect(WIFEXITED(end.status), "status %#x", end.status);
    cr_expect_eq(WEXITSTATUS(end.status), ERANGE);
}

static int raise_sigurg(void *arg)
{
    raise(SIGURG);
    hob_sleep(0);
    raise(SIGURG);
    return (int)hob_stall_count();
}

Test(stall, the_signal_sent_by_others_is_none)
{
    struct child_end end = run_cook(raise_sigurg);
    expect_reports(&end, 0);
}

static volatile sig_atomic_t handled;

static void handle(int signal_number)
{
    handled++;
}

static void handle_with_details(int signal_number, siginfo_t *info, void *context)
{
    handle(signal_number);
}

static const struct sigaction handlers[] = {
    {.sa_handler = handle},
    {.sa_handler = SIG_IGN},
    {.sa_sigaction = handle_with_details, .sa_flags = SA_SIGINFO},
};

static void stall_with_a_handler(void *arg)
{
    const struct sigaction *handler = arg;
    struct sigaction after;
    sigaction(SIGURG, handler, NULL);
    int reports = hob_block_on(stall_once, NULL);
    sigaction(SIGURG, NULL, &after);
    _exit(100 * reports + 10 * handled + (after.sa_handler != handler->sa_handler));
}

Test(stall, a_handler_of_the_program_is_left_alone)
{
    for (size_t i = 0; i < COUNT(handlers); i++) {
        struct sigaction action = handlers[i];
        struct child_end end = run_in_child(stall_with_a_handler, &action);
        cr_expect(
            child_returned(&end), "flags %#x: reports, signals, another handler: %d",
            action.sa_flags, end.status >> 8);
        cr_expect_str_eq(end.output, "", "flags %#x", action.sa_flags);
    }
}

static void stall_in_a_second_loop(void *arg)
{
    hob_block_on(do_nothing, arg);
    _exit(hob_block_on(stall_once, arg));
}

/* The handler that the second loop finds is that of the first. */
Test(stall, in_a_second_loop_is_reported)
{
    struct child_end end = run_in_child(stall_in_a_second_loop, NULL);
    expect_reports(&end, 1);
}

static void be_busy_for_a_while(void)
{
    double end = hob_now() + 0.3;
    while (hob_now() < end)
        continue;
}

static int exit_slowly(void *unused)
{
    set_stall_limit(0.02);
    exit(7);
}

static void exit_in_a_coroutine(void *unused)
{
    atexit(be_busy_for_a_while); /* before there is a loop, so that exit() calls it last */
    hob_block_on(exit_slowly, unused);
}

Test(stall, is_not_reported_while_the_process_exits)
{
    struct child_end end = run_in_child(exit_in_a_coroutine, NULL);
    cr_expect(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 7, "%#x", end.status);
    cr_expect_eq(count_reports(end.output), 0, "%s", end.output);
}
