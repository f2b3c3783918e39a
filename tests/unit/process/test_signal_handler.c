/*
 * The handlers that hob sets for the process: they are there as long as a loop is, since the
 * library may be unloaded when there is none.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include "tests/support/coroutine.h"

TestSuite(signal_handler, .timeout = 60);

static const int signals[] = {SIGURG, SIGSEGV};

static bool is_hobs(int signal_number)
{
    struct sigaction now;
    sigaction(signal_number, NULL, &now);
    return now.sa_flags & SA_SIGINFO;
}

static void expect_hobs(bool expected)
{
    for (size_t i = 0; i < COUNT(signals); i++)
        cr_expect_eq(is_hobs(signals[i]), expected, "signal %d", signals[i]);
}

static void set_handlers(void (*handler)(int signal_number))
{
    for (size_t i = 0; i < COUNT(signals); i++)
        signal(signals[i], handler);
}

/* A sanitizer has its own for SIGSEGV. */
static void begin_without_handlers(void)
{
    set_handlers(SIG_DFL);
}

static int look_at_handlers(void *arg)
{
    expect_hobs(true);
    return 0;
}

Test(signal_handler, is_there_while_a_loop_is, .init = begin_without_handlers)
{
    for (int round = 0; round < 3; round++) {
        hob_block_on(look_at_handlers, NULL);
        expect_hobs(false);
    }
}

struct other_loop {
    sem_t runs, may_end;
};

static int run_until_told(void *arg)
{
    struct other_loop *self = arg;
    sem_post(&self->runs);
    while (sem_wait(&self->may_end) < 0)
        ;
    return 0;
}

static void *other_loop(void *arg)
{
    hob_block_on(run_until_told, arg);
    return NULL;
}

Test(signal_handler, stays_until_the_last_loop_ends, .init = begin_without_handlers)
{
    struct other_loop other;
    pthread_t thread;
    sem_init(&other.runs, 0, 0);
    sem_init(&other.may_end, 0, 0);
    cr_assert_eq(pthread_create(&thread, NULL, other_loop, &other), 0);
    while (sem_wait(&other.runs) < 0)
        ;
    hob_block_on(do_nothing, NULL);
    expect_hobs(true);
    sem_post(&other.may_end);
    pthread_join(thread, NULL);
    expect_hobs(false);
}

static void ignore(int signal_number)
{
}

static int handle_them(void *arg)
{
    set_handlers(ignore);
    return 0;
}

Test(signal_handler, of_the_program_is_not_replaced_at_the_end, .init = begin_without_handlers)
{
    hob_block_on(handle_them, NULL);
    for (size_t i = 0; i < COUNT(signals); i++)
        cr_expect_eq(signal(signals[i], SIG_DFL), ignore, "signal %d", signals[i]);
}
