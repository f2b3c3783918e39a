#include "diagnostics/stall.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "hob/runtime.h"
#include "runtime/loop.h"
#include "tests/support/child.h"
#include "tests/support/clock.h"
#include "tests/support/coroutine.h"
#include "tests/support/eventually.h"
#include "tests/support/test.h"

/* A child that ends too early should fail a test, not end it. */
static void ignore_sigpipe(void)
{
    signal(SIGPIPE, SIG_IGN);
}

TestSuite(stall, .init = ignore_sigpipe, .timeout = 60);

/* How many reports there are in the text. */
static int count_reports(const char *output)
{
    int count = 0;
    for (const char *report = output; (report = strstr(report, "has kept the thread")); report++)
        count++;
    return count;
}

/* Sets the limit, and lets the turn begin from which on it holds. */
static void set_limit(double seconds)
{
    hob_stall_limit(seconds);
    hob_sleep(0);
}

/*
 * Reports go to standard error, so what stalls runs in a child. Its coroutine returns the number
 * of reports it knows of, which becomes the exit status.
 */
static void block_on(void *arg)
{
    _exit(hob_block_on_named("cook", *(hob_fn **)arg, NULL));
}

static struct child_end run(hob_fn *fn)
{
    return run_in_child(block_on, &fn);
}

static void expect_reports(const struct child_end *end, int count)
{
    cr_expect(WIFEXITED(end->status), "status %#x", end->status);
    cr_expect_eq(WEXITSTATUS(end->status), count, "hob_stall_count(): %d", end->status >> 8);
    cr_expect_eq(count_reports(end->output), count, "%s", end->output);
}

/* A stall whose end the test decides, when it has read what it wants to read. */

struct watched_child {
    pid_t pid;
    int gate;   /* a byte written here ends the stall */
    int errors; /* its standard error */
    char output[8192];
};

static int gate; /* where the child waits */

static void start_child(struct watched_child *child, hob_fn *fn)
{
    int gate_ends[2], error_ends[2];
    *child = (struct watched_child){0};
    cr_assert_eq(pipe(gate_ends), 0);
    cr_assert_eq(pipe(error_ends), 0);
    child->pid = fork();
    cr_assert_geq(child->pid, 0);
    if (child->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that hangs is killed; so is its child */
        dup2(error_ends[1], STDERR_FILENO);
        gate = gate_ends[0];
        block_on(&fn);
    }
    close(gate_ends[0]);
    close(error_ends[1]);
    child->gate = gate_ends[1];
    child->errors = error_ends[0];
}

/* Reads until the output has this text. Returns false if it does not appear. */
static bool read_until(struct watched_child *child, const char *text)
{
    double end = clock_seconds() + PATIENCE;
    while (!strstr(child->output, text) && clock_seconds() < end) {
        struct pollfd errors = {.fd = child->errors, .events = POLLIN};
        size_t length = strlen(child->output);
        if (poll(&errors, 1, 100) == 1 &&
            read(child->errors, child->output + length, sizeof(child->output) - 1 - length) <= 0)
            break;
    }
    return strstr(child->output, text) != NULL;
}

/* Lets it go on, and returns its exit status. */
static int end_child(struct watched_child *child)
{
    int status = 0;
    cr_expect_eq(write(child->gate, "x", 1), 1);
    cr_expect_eq(waitpid(child->pid, &status, 0), child->pid);
    cr_expect(WIFEXITED(status), "status %#x", status);
    close(child->gate);
    close(child->errors);
    return WEXITSTATUS(status);
}

/* Not static, so that the backtrace has their names. They must not be the last call of another. */

__attribute__((noinline)) int block_at_the_gate(void)
{
    char byte;
    return read(gate, &byte, 1) == 1 ? 0 : errno;
}

__attribute__((noinline)) int spin_at_the_gate(void)
{
    struct pollfd entry = {.fd = gate, .events = POLLIN};
    while (poll(&entry, 1, 0) <= 0) /* the signal may interrupt it */
        ;
    return 0;
}

static int stall_by_blocking(void *arg)
{
    (void)arg;
    set_limit(0.020);
    int err = block_at_the_gate();
    return err ? err : (int)hob_stall_count();
}

static int stall_by_spinning(void *arg)
{
    (void)arg;
    set_limit(0.020);
    int err = spin_at_the_gate();
    return err ? err : (int)hob_stall_count();
}

static int stall_by_default(void *arg)
{
    (void)arg;
    int err = block_at_the_gate();
    return err ? err : (int)hob_stall_count();
}

/* If the report came only at the end, this would wait without end. */
Test(stall, is_reported_while_it_goes_on)
{
    static const struct {
        hob_fn *fn;
        const char *first_line;
        const char *function;
    } cases[] = {
        {stall_by_blocking, " warn  task 'cook' has kept the thread for 0.02 s",
         " block_at_the_gate ("},
        {stall_by_spinning, " warn  task 'cook' has kept the thread for 0.02 s",
         " spin_at_the_gate ("},
        {stall_by_default, " warn  task 'cook' has kept the thread for 0.1 s",
         " block_at_the_gate ("},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct watched_child child;
        start_child(&child, cases[i].fn);
        cr_expect(read_until(&child, cases[i].first_line), "case %zu: %s", i, child.output);
        cr_expect(read_until(&child, cases[i].function), "case %zu: %s", i, child.output);
        cr_expect_eq(end_child(&child), 1, "case %zu: the call was cut short, or not counted", i);
    }
}

/* The innermost is number 0: the handler of the signal is of no interest. */
Test(stall, the_backtrace_begins_where_the_task_is)
{
    struct watched_child child;
    start_child(&child, stall_by_blocking);
    cr_expect(read_until(&child, " block_at_the_gate ("), "%s", child.output);
    const char *first = strstr(child.output, "#0");
    cr_expect_not_null(first);
    cr_expect_not_null(strstr(first, "read"), "%s", child.output);
    cr_expect_null(strstr(child.output, "on_signal"), "%s", child.output);
    end_child(&child);
}

/* How many reports. Stalls are several limits long, and everything else is much shorter than one.
 */

#define LIMIT 0.050
#define LONG  0.300

static int be_busy(void *arg)
{
    (void)arg;
    keep_busy(LONG);
    return 0;
}

/* Keeps the thread until that is reported, and then for some time in which it is not again. */
static int be_reported(void *arg)
{
    (void)arg;
    double end = clock_seconds() + PATIENCE;
    size_t before = hob_stall_count();
    while (hob_stall_count() == before && clock_seconds() < end)
        ;
    keep_busy(3 * LIMIT);
    return 0;
}

static int stall_once(void *arg)
{
    set_limit(LIMIT);
    be_busy(arg);
    return (int)hob_stall_count();
}

Test(stall, that_takes_long_is_reported_once)
{
    struct child_end end = run(stall_once);
    expect_reports(&end, 1);
}

static int stall_twice(void *arg)
{
    set_limit(LIMIT);
    be_reported(arg);
    hob_yield();
    be_reported(arg);
    return (int)hob_stall_count();
}

static int stall_in_two_turns(void *arg)
{
    set_limit(LIMIT);
    be_reported(arg);
    hob_sleep(0.001);
    be_reported(arg);
    return (int)hob_stall_count();
}

Test(stall, of_the_same_task_again_is_reported_again)
{
    hob_fn *cases[] = {stall_twice, stall_in_two_turns};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = run(cases[i]);
        expect_reports(&end, 2);
    }
}

static int let_two_stall(void *arg)
{
    set_limit(LIMIT);
    hob_join(
        hob_async_named("fries", be_reported, arg), hob_async_named("noodles", be_reported, arg));
    return (int)hob_stall_count();
}

Test(stall, of_another_task_in_the_same_turn_is_reported_too)
{
    struct child_end end = run(let_two_stall);
    expect_reports(&end, 2);
    const char *first = strstr(end.output, "task 'fries'");
    cr_expect_not_null(first, "%s", end.output);
    cr_expect_not_null(first ? strstr(first, "task 'noodles'") : NULL, "%s", end.output);
}

/* It is not the first one that runs in its turn. */
static int let_one_of_many_stall(void *arg)
{
    hob_future *many[20];
    set_limit(LIMIT);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = i == 10 ? hob_async_named("slow", be_reported, arg) : hob_async(do_nothing, arg);
    hob_join_all(many, COUNT(many));
    return (int)hob_stall_count();
}

Test(stall, in_the_middle_of_a_turn_is_reported)
{
    struct child_end end = run(let_one_of_many_stall);
    expect_reports(&end, 1);
    cr_expect_not_null(strstr(end.output, "task 'slow'"), "%s", end.output);
}

static void start_busy_one(struct ev_loop *ev, ev_timer *watcher, int events)
{
    (void)ev;
    (void)events;
    task_start(task_make_unwatched(watcher->data, "late", be_busy, NULL));
}

/* The loop sleeps for so long that no stall is expected when its callback starts a task. */
static int let_a_callback_stall(void *arg)
{
    (void)arg;
    ev_timer watcher;
    struct task *self = task_current(__func__);
    set_limit(LIMIT);
    ev_timer_init(&watcher, start_busy_one, 4 * LIMIT, 0.);
    watcher.data = self;
    ev_timer_start(task_ev_loop(self), &watcher);
    hob_sleep(5 * LIMIT);
    return (int)hob_stall_count();
}

Test(stall, in_what_a_callback_starts_is_reported)
{
    struct child_end end = run(let_a_callback_stall);
    expect_reports(&end, 1);
    cr_expect_not_null(strstr(end.output, "task 'late'"), "%s", end.output);
}

static void be_busy_and_start_another(struct ev_loop *ev, ev_timer *watcher, int events)
{
    keep_busy(2 * LIMIT);
    start_busy_one(ev, watcher, events);
}

/* The timer goes off while no task runs, but the loop does not sleep either. */
static int let_a_callback_be_slow(void *arg)
{
    (void)arg;
    ev_timer watcher;
    struct task *self = task_current(__func__);
    set_limit(LIMIT);
    ev_timer_init(&watcher, be_busy_and_start_another, LIMIT, 0.);
    watcher.data = self;
    ev_timer_start(task_ev_loop(self), &watcher);
    hob_sleep(2 * LIMIT);
    return (int)hob_stall_count();
}

Test(stall, behind_a_slow_callback_is_reported)
{
    struct child_end end = run(let_a_callback_be_slow);
    expect_reports(&end, 1);
    cr_expect_not_null(strstr(end.output, "task 'late'"), "%s", end.output);
}

static int be_busy_briefly(void *arg)
{
    (void)arg;
    keep_busy(0.003);
    return 0;
}

/* Together they take much longer than the limit, in one turn of the loop. */
static int let_many_be_busy_briefly(void *arg)
{
    hob_future *many[150];
    set_limit(0.250);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = hob_async(be_busy_briefly, arg);
    hob_join_all(many, COUNT(many));
    return (int)hob_stall_count();
}

Test(stall, many_short_tasks_are_none)
{
    struct child_end end = run(let_many_be_busy_briefly);
    expect_reports(&end, 0);
}

static int block_for_long(void *arg)
{
    (void)arg;
    usleep((useconds_t)(LONG * 1e6));
    return 0;
}

static int wait_for_long(void *arg)
{
    set_limit(LIMIT);
    hob_sleep(LONG);
    hob_await(hob_offload(block_for_long, arg));
    return (int)hob_stall_count();
}

Test(stall, a_loop_that_waits_is_none)
{
    struct child_end end = run(wait_for_long);
    expect_reports(&end, 0);
}

/* How often this thread has gone to sleep. */
static long sleeps(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

CoroutineTest(stall, that_does_not_happen_lets_the_loop_sleep)
{
    set_limit(0.010);
    long before = sleeps();
    hob_sleep(0.3);
    cr_expect_lt(sleeps() - before, 5, "%ld times", sleeps() - before);
}

static void be_busy_after_a_loop(void *arg)
{
    hob_block_on(stall_once, arg);
    be_busy(arg);
}

Test(stall, what_is_done_after_the_loop_is_none)
{
    struct child_end end = run_in_child(be_busy_after_a_loop, NULL);
    cr_expect(child_returned(&end), "status %#x", end.status);
    cr_expect_eq(count_reports(end.output), 1, "only the one in the loop: %s", end.output);
}

/* The limit. */

static int stall_without_a_limit(void *arg)
{
    set_limit(0);
    be_busy(arg);
    return (int)hob_stall_count();
}

static int stall_after_a_limit(void *arg)
{
    set_limit(LIMIT);
    set_limit(0);
    be_busy(arg);
    return (int)hob_stall_count();
}

/* No new turn has begun when it stalls. */
static int stall_just_after_a_limit(void *arg)
{
    set_limit(LIMIT);
    hob_stall_limit(0);
    be_busy(arg);
    return (int)hob_stall_count();
}

Test(stall, is_not_reported_with_a_limit_of_zero)
{
    hob_fn *cases[] = {stall_without_a_limit, stall_after_a_limit, stall_just_after_a_limit};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct child_end end = run(cases[i]);
        expect_reports(&end, 0);
    }
}

static int stall_with_a_limit_again(void *arg)
{
    set_limit(0);
    be_busy(arg);
    set_limit(LIMIT);
    be_busy(arg);
    return (int)hob_stall_count();
}

Test(stall, is_reported_when_there_is_a_limit_again)
{
    struct child_end end = run(stall_with_a_limit_again);
    expect_reports(&end, 1);
}

CoroutineTest(stall, a_limit_that_makes_no_sense_is_refused)
{
    static const double cases[] = {-1, -1e-9, -INFINITY, INFINITY, NAN, 1e7};
    cr_expect_eq(hob_stall_limit(5), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(hob_stall_limit(cases[i]), -EINVAL, "%g", cases[i]);
        cr_expect_eq(loop_current()->stall.limit, 5, "%g", cases[i]);
    }
    cr_expect_eq(hob_stall_limit(0), 0);
    cr_expect_eq(hob_stall_limit(0.001), 0);
    cr_expect_eq(hob_stall_limit(1e6), 0);
}

CoroutineTest(stall, the_count_begins_at_zero)
{
    cr_expect_eq(hob_stall_count(), 0);
}

/* Each loop watches its own thread. */

static atomic_int baker_reports = -1;

static void *bake(void *arg)
{
    atomic_store(&baker_reports, hob_block_on_named("baker", stall_once, arg));
    return NULL;
}

static int wait_for_the_baker(void *arg)
{
    (void)arg;
    set_limit(LIMIT);
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

/* The code that it interrupts. */

static int return_errno_after_a_report(void *arg)
{
    (void)arg;
    set_limit(LIMIT);
    errno = ERANGE;
    while (hob_stall_count() == 0)
        ;
    return errno;
}

Test(stall, errno_is_what_it_was)
{
    struct child_end end = run(return_errno_after_a_report);
    cr_expect(WIFEXITED(end.status), "status %#x", end.status);
    cr_expect_eq(WEXITSTATUS(end.status), ERANGE);
}

/* The signal. */

static int raise_sigurg(void *arg)
{
    (void)arg;
    raise(SIGURG);
    hob_sleep(0);
    raise(SIGURG);
    return (int)hob_stall_count();
}

Test(stall, the_signal_sent_by_others_is_none)
{
    struct child_end end = run(raise_sigurg);
    expect_reports(&end, 0);
}

static volatile sig_atomic_t handled;

static void handle(int signal_number)
{
    (void)signal_number;
    handled++;
}

static void handle_with_details(int signal_number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    handle(signal_number);
}

static const struct sigaction handlers[] = {
    {.sa_handler = handle},
    {.sa_handler = SIG_IGN},
    {.sa_sigaction = handle_with_details, .sa_flags = SA_SIGINFO},
};

static void stall_with_a_handler(void *arg)
{
    struct sigaction after;
    sigaction(SIGURG, arg, NULL);
    int reports = hob_block_on(stall_once, NULL);
    sigaction(SIGURG, NULL, &after);
    _exit(reports * 10 + (after.sa_handler != ((const struct sigaction *)arg)->sa_handler));
}

Test(stall, a_handler_of_the_program_is_left_alone_and_nothing_is_reported)
{
    for (size_t i = 0; i < COUNT(handlers); i++) {
        struct sigaction action = handlers[i];
        struct child_end end = run_in_child(stall_with_a_handler, &action);
        cr_expect(child_returned(&end), "case %zu: status %#x", i, end.status);
        cr_expect_str_eq(end.output, "", "case %zu", i);
    }
}

static void count_signals_to_a_handler(void *arg)
{
    sigaction(SIGURG, arg, NULL);
    hob_block_on(stall_once, NULL);
    _exit(handled);
}

Test(stall, a_handler_of_the_program_gets_no_signals_of_ours)
{
    for (size_t i = 0; i < COUNT(handlers); i++) {
        struct sigaction action = handlers[i];
        struct child_end end = run_in_child(count_signals_to_a_handler, &action);
        cr_expect(child_returned(&end), "case %zu: %d signals", i, end.status >> 8);
    }
}

static void stall_in_a_second_loop(void *arg)
{
    hob_block_on(do_nothing, arg);
    _exit(hob_block_on(stall_once, arg));
}

/* Then the handler that is there is our own. */
Test(stall, in_a_second_loop_is_reported)
{
    struct child_end end = run_in_child(stall_in_a_second_loop, NULL);
    expect_reports(&end, 1);
}

/* The end of a process. */

static void be_busy_for_a_while(void)
{
    double end = hob_now() + 0.3;
    while (hob_now() < end)
        continue;
}

static int exit_slowly(void *unused)
{
    (void)unused;
    set_limit(0.02);
    exit(7);
}

static void exit_in_a_coroutine(void *unused)
{
    atexit(be_busy_for_a_while); /* before there is a loop: it is called last */
    hob_block_on(exit_slowly, unused);
}

Test(stall, is_not_reported_while_the_process_exits)
{
    struct child_end end = run_in_child(exit_in_a_coroutine, NULL);
    cr_expect(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 7, "%#x", end.status);
    cr_expect_eq(count_reports(end.output), 0, "%s", end.output);
}
