#include "runtime/context.h"

#include <unwind.h>

#include "tests/support/child.h"
#include "tests/support/memory.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"
#include "tests/support/trace.h"

/* Enough for one of Criterion's assertions. */
#define STACK_SIZE  (SANITIZED ? 256 * 1024 : 64 * 1024)
#define STACK_COUNT 500

static char (*stacks)[STACK_SIZE];
static struct context inside[STACK_COUNT];
static struct context outside;

static void begin(void)
{
    stacks = (char(*)[STACK_SIZE])zero_pages(STACK_COUNT * sizeof(*stacks));
    context_init_current(&outside);
}

TestSuite(context, .init = begin, .timeout = 20);

/* The entry gets the context itself. */
static void make(size_t i, context_entry *entry)
{
    context_init(&inside[i], stacks[i], STACK_SIZE, entry, &inside[i]);
}

static size_t index_of(const struct context *self)
{
    return (size_t)(self - inside);
}

static void enter(size_t i)
{
    context_switch(&outside, &inside[i]);
}

static void leave(size_t i)
{
    context_switch(&inside[i], &outside);
}

static void trace_three_times(void *arg)
{
    size_t i = index_of(arg);
    for (int turn = 0; turn < 3; turn++) {
        trace((char)('a' + i));
        leave(i);
    }
    context_exit(&inside[i], &outside);
}

Test(context, control_goes_back_and_forth)
{
    make(0, trace_three_times);
    for (int turn = 0; turn < 3; turn++) {
        trace('-');
        enter(0);
    }
    cr_expect_str_eq(traced(), "-a-a-a");
}

static void *received;
static const char *frame;

static void receive(void *arg)
{
    received = arg;
    frame = __builtin_frame_address(0);
    context_exit(&inside[0], &outside);
}

Test(context, the_entry_gets_its_argument_and_stack)
{
    make(1, trace_three_times);
    context_init(&inside[0], stacks[0], STACK_SIZE, receive, &received);
    enter(0);
    cr_expect_eq(received, &received);
    cr_expect(frame >= stacks[0] && frame < stacks[1]);
}

#define TURNS 10

static size_t turns_of[STACK_COUNT];

static void count_turns(void *arg)
{
    size_t i = index_of(arg);
    size_t turns = 0; /* on this stack, to be compared with what the others cannot reach */
    while (turns < TURNS) {
        turns_of[i] = ++turns;
        leave(i);
    }
    context_exit(&inside[i], &outside);
}

Test(context, many_can_be_interleaved_in_any_order)
{
    for (size_t i = 0; i < STACK_COUNT; i++)
        make(i, count_turns);
    for (size_t turn = 1; turn <= TURNS; turn++) {
        /* Each turn in another order: 3, 7, 11, ... have no factor in common with 500. */
        static const size_t strides[] = {1, 3, 7, 11, 13, 17, 19, 21, 23, 499};
        for (size_t n = 0; n < STACK_COUNT; n++) {
            size_t i = n * strides[turn - 1] % STACK_COUNT;
            enter(i);
            cr_assert_eq(turns_of[i], turn);
        }
    }
}

static void pass_on(void *arg)
{
    size_t i = index_of(arg);
    trace((char)('a' + i));
    if (i == 3)
        context_exit(&inside[i], &outside);
    context_exit(&inside[i], &inside[i + 1]);
}

Test(context, one_can_hand_control_to_another_directly)
{
    for (size_t i = 0; i <= 3; i++)
        make(i, pass_on);
    enter(0);
    cr_expect_str_eq(traced(), "abcd");
}

static int frames;
static uintptr_t last_place; /* in the outermost one */

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *unwound, void *arg)
{
    frames++;
    last_place = _Unwind_GetIP(unwound);
    return frames < 100 ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static void unwind(void *arg)
{
    _Unwind_Backtrace(count_frame, NULL);
    context_exit(&inside[0], &outside);
}

Test(context, unwinders_end_at_the_first_frame)
{
    make(0, unwind);
    enter(0);
    cr_expect_leq(frames, 3, "%d", frames); /* unwind(), what called it, and that nothing did */
    cr_expect_eq(last_place, 0, "%#lx", (unsigned long)last_place);
}

static int uses;

/* Its two frames never return; under AddressSanitizer, the marks around their locals stay. */
static __attribute__((noinline)) void exit_with_locals(const char *outer)
{
    char inner[256];
    memset(inner, 1, sizeof(inner));
    uses += inner[0] * outer[0];
    context_exit(&inside[0], &outside);
}

static void exit_from_two_frames(void *arg)
{
    char outer[256];
    memset(outer, 1, sizeof(outer));
    exit_with_locals(outer);
}

static void use_much_of_the_stack(void *arg)
{
    char local[8 * 1024];
    memset(local, 1, sizeof(local));
    uses += local[sizeof(local) - 1];
    context_exit(&inside[0], &outside);
}

Test(context, the_stack_can_be_reused_after_an_exit)
{
    for (int i = 1; i <= 100; i++) {
        make(0, exit_from_two_frames);
        enter(0);
        context_destroy(&inside[0]);
        make(0, use_much_of_the_stack);
        enter(0);
        context_destroy(&inside[0]);
        cr_assert_eq(uses, 2 * i);
    }
}

Test(context, the_stack_of_one_that_never_ran_can_be_reused)
{
    make(0, use_much_of_the_stack);
    context_destroy(&inside[0]);
    make(0, trace_three_times);
    enter(0);
    cr_expect_str_eq(traced(), "a");
    cr_expect_eq(uses, 0);
}

static void just_return(void *arg)
{
}

static void run_one_that_returns(void *arg)
{
    make(0, just_return);
    enter(0);
}

/* Boost.Context itself would end the process with status 0, as if all were well. */
Test(context, an_entry_that_returns_aborts)
{
    run_to_abort(run_one_that_returns, NULL);
}
