#include "diagnostics/overflow.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "memory/stack.h"
#include "runtime/task.h"
#include "tests/support/call_back.h"
#include "tests/support/cook.h"
#include "tests/support/coroutine.h"
#include "tests/support/log_line.h"
#include "tests/support/unprobed.h"

/* The sanitizers handle faults themselves, and are left alone. */
static void skip_if_sanitized(void)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers have their own message");
}

TestSuite(overflow, .timeout = 20);

#define GUARD_SIZE (64 * 1024)

/* The ways to use up a stack. */

static int recurse(void *arg)
{
    volatile char local[256];
    local[0] = 1;
    return number_of(arg) == 0 ? 0 : recurse(as_argument((intptr_t)arg - 1)) + local[0];
}

static int recurse_for_ever(void *arg)
{
    return recurse(as_argument(-1));
}

static int use_large_locals(void *arg)
{
    volatile char local[256 * 1024];
    for (size_t i = sizeof(local); i-- > 0;)
        local[i] = 1;
    return local[0];
}

static int recurse_in_large_frames(void *arg)
{
    return recurse_unprobed(number_of(arg) - 1);
}

/* Where a library's frame may come to lie. */
static int touch_the_end_of_the_guard(void *arg)
{
    char *bottom = task_current(__func__)->stack->bottom;
    *(volatile char *)(bottom - GUARD_SIZE) = 1;
    return number_of(arg);
}

static int recurse_in_a_child(void *arg)
{
    hob_future *other = hob_async_named("other", recurse, NULL);
    int err = hob_await(hob_async_named("helper", recurse_for_ever, arg));
    return err < 0 ? err : hob_await(other);
}

static int recurse_in_a_child_after_a_wait(void *arg)
{
    hob_sleep(0);
    return hob_await(hob_async_named("helper", recurse_for_ever, arg));
}

static void recurse_at_the_end(void *arg)
{
    recurse_for_ever(arg);
}

static int defer_recursion(void *arg)
{
    return hob_defer(recurse_at_the_end, arg);
}

static int recurse_while_a_thread_works(void *arg)
{
    hob_await(hob_offload(do_nothing, NULL));
    return recurse_for_ever(arg);
}

Test(overflow, of_a_stack_names_the_task_and_ends_the_process, .init = skip_if_sanitized)
{
    struct {
        const char *name;
        hob_fn *fn;
        const char *task;
    } cases[] = {
        {NAMED(recurse_for_ever), "cook"},
        {NAMED(use_large_locals), "cook"},
        {NAMED(recurse_in_a_child), "helper"},
        {NAMED(recurse_in_a_child_after_a_wait), "helper"},
        {NAMED(defer_recursion), "cook"},
        {NAMED(recurse_while_a_thread_works), "cook"},
        {NAMED(recurse_in_large_frames), "cook"},
        {NAMED(touch_the_end_of_the_guard), "cook"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char begin[100];
        struct child_end end = run_cook(cases[i].fn);
        snprintf(begin, sizeof(begin), "task '%s': stack overflow: all ", cases[i].task);
        const char *message = log_message(end.output);
        cr_expect(strncmp(message, begin, strlen(begin)) == 0, "%s: %s", cases[i].name, end.output);
        cr_expect_not_null(strstr(end.output, " 128 KiB"), "%s: %s", cases[i].name, end.output);
        cr_expect(child_faulted(&end), "%s: status %#x", cases[i].name, end.status);
    }
}

static void block_on_in_a_second_loop(void *arg)
{
    hob_block_on_named("baker", do_nothing, NULL);
    block_on_cook(arg);
}

static void *block_on_in_a_thread(void *arg)
{
    block_on_cook(arg);
    return NULL;
}

static void block_on_in_another_thread(void *arg)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, block_on_in_a_thread, arg) == 0)
        pthread_join(thread, NULL);
}

static int block_on_in_another_thread_meanwhile(void *arg)
{
    block_on_in_another_thread(arg);
    return 0;
}

static void block_on_in_two_threads(void *arg)
{
    hob_block_on_named("baker", block_on_in_another_thread_meanwhile, arg);
}

Test(overflow, is_noticed_in_every_loop, .init = skip_if_sanitized)
{
    static const struct {
        const char *name;
        void (*run)(void *fn); /* in a child process */
    } cases[] = {
        {NAMED(block_on_in_a_second_loop)},
        {NAMED(block_on_in_another_thread)},
        {NAMED(block_on_in_two_threads)},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_fn *fn = recurse_for_ever;
        struct child_end end = run_in_child(cases[i].run, &fn);
        cr_expect_not_null(
            strstr(end.output, "task 'cook': stack"), "%s: %s", cases[i].name, end.output);
        cr_expect(child_faulted(&end), "%s: status %#x", cases[i].name, end.status);
    }
}

/* Down to the last few hundred bytes. */
static int use_the_whole_stack(void *arg)
{
    volatile char *bottom = task_current(__func__)->stack->bottom;
    volatile char local[256];
    local[0] = 0;
    if (local - bottom < 1024)
        return 1;
    return use_the_whole_stack(arg) + local[0];
}

CoroutineTest(overflow, a_stack_can_be_used_to_its_end)
{
    if (SANITIZED)
        return; /* their locals do not lie on it */
    cr_expect_eq(hob_await(start(use_the_whole_stack, 0)), 1);
}

/* Other faults, which are none of our business. */

static int touch_nothing(void *arg)
{
    volatile char *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return nothing[0];
}

static void touch_nothing_back(void *arg)
{
    touch_nothing(arg);
}

static int touch_nothing_in_a_callback(void *arg)
{
    struct call_back call;
    call_back_after(&call, 0, touch_nothing_back, NULL);
    return hob_sleep(INFINITY);
}

static int touch_nothing_on_another_thread(void *arg)
{
    return hob_await(hob_offload(touch_nothing, arg));
}

/* Some pointer gone wild: the task it hits is not the one to blame. */
static int touch_the_guard_of_another(void *arg)
{
    const struct task *other = async_task(hob_async(sleep_for_ever, arg));
    hob_yield();
    ((volatile char *)other->stack->bottom)[-1] = 1;
    return 0;
}

static int raise_it(void *arg)
{
    return raise(SIGSEGV);
}

/* As `kill -SEGV` does: nothing faults again when the handler has returned. */
static int kill_it(void *arg)
{
    return kill(getpid(), SIGSEGV);
}

static void call_after_a_loop(void *fn)
{
    hob_block_on(do_nothing, NULL);
    (*(hob_fn **)fn)(NULL);
}

Test(overflow, another_fault_does_not_have_this_message)
{
    static const struct {
        const char *name;
        void (*run)(void *fn); /* in a child process */
        hob_fn *fn;
    } cases[] = {
        {"in a coroutine", block_on_cook, touch_nothing},
        {"in a callback", block_on_cook, touch_nothing_in_a_callback},
        {"on another thread", block_on_cook, touch_nothing_on_another_thread},
        {"of another's guard", block_on_cook, touch_the_guard_of_another},
        {"after the loop", call_after_a_loop, touch_nothing},
        {"raised in a coroutine", block_on_cook, raise_it},
        {"raised after the loop", call_after_a_loop, raise_it},
        {"sent by another process", call_after_a_loop, kill_it},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hob_fn *fn = cases[i].fn;
        struct child_end end = run_in_child(cases[i].run, &fn);
        cr_expect(child_faulted(&end), "%s: status %#x", cases[i].name, end.status);
        cr_expect_null(strstr(end.output, "stack overflow"), "%s: %s", cases[i].name, end.output);
    }
}

static void handle(int signal_number)
{
    _exit(7);
}

static void handle_with_details(int signal_number, siginfo_t *info, void *context)
{
    handle(signal_number);
}

static struct sigaction handler_now(void)
{
    struct sigaction action;
    sigaction(SIGSEGV, NULL, &action);
    return action;
}

static int return_handler(void *arg)
{
    *(struct sigaction *)arg = handler_now();
    return 0;
}

Test(overflow, a_handler_of_the_program_is_left_alone)
{
    const struct sigaction cases[] = {
        {.sa_handler = handle},
        {.sa_handler = SIG_IGN},
        {.sa_sigaction = handle_with_details, .sa_flags = SA_SIGINFO},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sigaction within = {0};
        sigaction(SIGSEGV, &cases[i], NULL);
        hob_block_on(return_handler, &within);
        cr_expect_eq(within.sa_handler, cases[i].sa_handler, "flags %#x", cases[i].sa_flags);
        cr_expect_eq(
            handler_now().sa_handler, cases[i].sa_handler, "flags %#x, after", cases[i].sa_flags);
    }
    signal(SIGSEGV, SIG_DFL);
}

static void overflow_with_a_handler(void *arg)
{
    const struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    sigaction(SIGSEGV, &action, NULL);
    block_on_cook(arg);
}

/* It also profits from the stack for signals, without which it could not run. */
Test(overflow, a_handler_of_the_program_gets_the_signal, .init = skip_if_sanitized)
{
    hob_fn *fn = recurse_for_ever;
    struct child_end end = run_in_child(overflow_with_a_handler, &fn);
    cr_expect(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 7, "status %#x", end.status);
    cr_expect_str_eq(end.output, "");
}

static stack_t signal_stack_now(void)
{
    stack_t stack;
    sigaltstack(NULL, &stack);
    return stack;
}

static int return_signal_stack(void *arg)
{
    *(stack_t *)arg = signal_stack_now();
    return 0;
}

Test(overflow, the_stack_for_signals_is_there_as_long_as_the_loop, .init = skip_if_sanitized)
{
    stack_t within;
    cr_expect(signal_stack_now().ss_flags & SS_DISABLE);
    hob_block_on(return_signal_stack, &within);
    cr_expect_not(within.ss_flags & SS_DISABLE);
    cr_expect(signal_stack_now().ss_flags & SS_DISABLE);
}

Test(overflow, a_stack_for_signals_of_the_program_is_left_alone)
{
    static char memory[65536];
    const stack_t own = {.ss_sp = memory, .ss_size = sizeof(memory)};
    stack_t before = signal_stack_now(), within;
    sigaltstack(&own, NULL);
    hob_block_on(return_signal_stack, &within);
    cr_expect_eq(within.ss_sp, memory);
    cr_expect_eq(signal_stack_now().ss_sp, memory);
    sigaltstack(&before, NULL);
}
