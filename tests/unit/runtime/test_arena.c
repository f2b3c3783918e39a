#include "runtime/arena.h"

#include <stdalign.h>

#include "tests/support/memory.h"
#include "tests/support/random.h"
#include "tests/support/traced_coroutines.h"

TestSuite(arena, .timeout = 20);

static void trace_it(void *arg)
{
    trace(name_of(arg));
}

static int defer_trace(char name)
{
    return hob_defer(trace_it, as_argument(name));
}

CoroutineTest(arena, memory_is_aligned_and_writable_to_its_end)
{
    static const size_t sizes[] = {1,    2,    3,    7,    8,    15,   16,      17,
                                   31,   33,   100,  255,  256,  257,  1000,    1007,
                                   1008, 1009, 1024, 1025, 4096, 5000, 10000000};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (int again = 0; again < 3; again++) {
            char *piece = hob_alloc(sizes[i]);
            cr_expect_not_null(piece, "%zu bytes", sizes[i]);
            cr_expect_eq((uintptr_t)piece % alignof(max_align_t), 0, "%zu bytes", sizes[i]);
            if (piece)
                memset(piece, 'x', sizes[i]);
        }
    }
}

/* As many as fill hundreds of chunks, among them some that need a chunk of their own. */
CoroutineTest(arena, pieces_do_not_overlap)
{
    static unsigned char *pieces[5000];
    static size_t sizes[COUNT(pieces)];
    for (size_t i = 0; i < COUNT(pieces); i++) {
        sizes[i] = 1 + random_below(i % 50 == 0 ? 5000 : 100);
        pieces[i] = hob_alloc(sizes[i]);
        memset(pieces[i], (int)(i % 251), sizes[i]);
    }
    size_t changed = 0;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        for (size_t k = 0; k < sizes[i]; k++)
            changed += pieces[i][k] != i % 251;
    }
    cr_expect_eq(changed, 0, "%zu bytes", changed);
}

/* NULL would say that there is no memory. */
CoroutineTest(arena, no_bytes_are_not_an_error)
{
    cr_expect_not_null(hob_alloc(0), "of an empty arena");
    hob_alloc(100);
    cr_expect_not_null(hob_alloc(0), "of one that is in use");
}

CoroutineTest(arena, more_than_there_can_be_is_null)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < COUNT(sizes); i++)
        cr_expect_null(hob_alloc(sizes[i]), "%zu bytes", sizes[i]);
    cr_expect_not_null(hob_alloc(100), "the failures left a mark");
}

static int fill_a_piece(void *arg)
{
    memset(hob_alloc(1000), number_of(arg), 1000);
    return hob_yield();
}

CoroutineTest(arena, memory_belongs_to_one_coroutine)
{
    char *mine = hob_alloc(1000);
    memset(mine, 1, 1000);
    hob_join(start(fill_a_piece, 2), start(fill_a_piece, 3));
    for (size_t i = 0; i < 1000; i++) {
        if (mine[i] != 1)
            cr_expect_eq(mine[i], 1, "byte %zu", i);
    }
}

/* A child may use what its maker gave it until it is joined; AddressSanitizer watches. */

static int write_when_cancelled(void *arg)
{
    hob_sleep(INFINITY);
    stpcpy(arg, "bye");
    trace('c');
    return 0;
}

static void read_in_a_clean_up(void *arg)
{
    cr_expect_str_eq((const char *)arg, "bye");
    trace('d');
}

static int leave_memory_to_a_child(void *arg)
{
    char *text = hob_alloc(1000);
    hob_defer(read_in_a_clean_up, text);
    hob_async(write_when_cancelled, text);
    return hob_yield();
}

static int write_after_a_while(void *arg)
{
    hob_yield();
    hob_yield();
    stpcpy(arg, "bye");
    trace('c');
    return 0;
}

static void leave_memory_to_a_child_at_the_end(void *arg)
{
    hob_async(write_after_a_while, arg);
}

static int defer_a_child(void *arg)
{
    return hob_defer(leave_memory_to_a_child_at_the_end, hob_alloc(1000));
}

CoroutineTest(arena, memory_outlives_its_task)
{
    static const struct traced_case cases[] = {
        {"for children and clean-ups", leave_memory_to_a_child, '.', 0, "cdr"},
        {"for the children of clean-ups", defer_a_child, '.', 0, "cr"},
    };
    expect_traces(cases, COUNT(cases));
}

static int defer_three(void *arg)
{
    cr_expect_eq(defer_trace('a'), 0);
    cr_expect_eq(defer_trace('b'), 0);
    cr_expect_eq(defer_trace('c'), 0);
    trace('f');
    return number_of(arg);
}

static int defer_three_and_fail(void *arg)
{
    defer_three(arg);
    return -EIO;
}

static int fail_halfway(void *arg)
{
    defer_trace('a');
    int err = hob_await(hob_timer(NAN));
    if (err < 0)
        return err;
    defer_trace('b');
    return 0;
}

Test(arena, clean_ups_of_the_first_coroutine_run)
{
    hob_block_on(defer_three, NULL);
    cr_expect_str_eq(traced(), "fcba");
}

static int defer_and_sleep(void *arg)
{
    defer_trace(name_of(arg));
    return hob_sleep(INFINITY);
}

CoroutineTest(arena, clean_ups_of_a_cancelled_coroutine_run)
{
    cancel_waiting(start(defer_and_sleep, 'c'));
    cr_expect_str_eq(traced(), "c");
}

static int leave_children_that_defer(void *arg)
{
    start(defer_and_sleep, 'c');
    start(defer_and_sleep, 'd');
    defer_trace(name_of(arg));
    return hob_yield();
}

CoroutineTest(arena, clean_ups_run_when_the_coroutine_ends)
{
    static const struct traced_case cases[] = {
        {"in the reverse order", defer_three, 7, 7, "fcbar"},
        {"when it fails", defer_three_and_fail, 0, -EIO, "fcbar"},
        {"those made before an early return", fail_halfway, 0, -EINVAL, "ar"},
        {"after those of its children", leave_children_that_defer, 'm', 0, "cdmr"},
    };
    expect_traces(cases, COUNT(cases));
}

#define MANY 3000

static int calls[MANY];
static int calls_in_order;

static void count_call(void *arg)
{
    size_t i = (size_t)number_of(arg);
    calls[i]++;
    calls_in_order += i == MANY - 1 || calls[i + 1] == 1;
}

static int defer_many(void *arg)
{
    for (intptr_t i = 0; i < MANY; i++)
        hob_defer(count_call, as_argument(i));
    return number_of(arg);
}

CoroutineTest(arena, thousands_of_clean_ups_run_once_each_in_order)
{
    hob_await(start(defer_many, 0));
    cr_expect_eq(calls_in_order, MANY);
    for (size_t i = 0; i < MANY; i++) {
        if (calls[i] != 1) /* one assertion each would take longer than the test */
            cr_expect_eq(calls[i], 1, "clean-up %zu: %d", i, calls[i]);
    }
}

static void wait_a_while(void *arg)
{
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(hob_yield(), 0);
        cr_expect_eq(hob_await(start(run_once, '.')), 0);
        cr_expect_eq(hob_sleep(0), 0);
    }
    trace(name_of(arg));
}

static int defer_a_wait(void *arg)
{
    defer_trace('a');
    hob_defer(wait_a_while, arg);
    return 0;
}

static void expect_cancellation(void *arg)
{
    cr_expect_eq(hob_yield(), -ECANCELED);
    cr_expect_eq(hob_sleep(INFINITY), -ECANCELED);
    trace(name_of(arg));
}

static int defer_expectation_and_sleep(void *arg)
{
    hob_defer(expect_cancellation, arg);
    return hob_sleep(INFINITY);
}

CoroutineTest(arena, awaits_in_a_cancelled_clean_up_return_ecanceled)
{
    cancel_waiting(start(defer_expectation_and_sleep, 'c'));
    cr_expect_str_eq(traced(), "c");
}

static void defer_another(void *arg)
{
    trace(name_of(arg));
    if (name_of(arg) < 'd')
        hob_defer(defer_another, as_argument((intptr_t)arg + 1));
}

static int defer_a_chain(void *arg)
{
    defer_trace('z');
    hob_defer(defer_another, arg);
    return 0;
}

static void use_memory(void *arg)
{
    size_t size = (size_t)number_of(arg);
    char *memory = hob_alloc(size);
    cr_expect_not_null(memory);
    memset(memory, 'x', size);
    trace('m');
}

static int defer_use_of_memory(void *arg)
{
    hob_defer(use_memory, as_argument(10));
    hob_defer(use_memory, as_argument(5000));
    return 0;
}

static void leave_a_sleeper(void *arg)
{
    hob_async(sleep_until_cancelled, arg);
    hob_yield();
}

static int defer_leaving_a_sleeper(void *arg)
{
    hob_defer(leave_a_sleeper, arg);
    return 0;
}

CoroutineTest(arena, a_clean_up_can_make_every_call)
{
    static const struct traced_case cases[] = {
        {"it can wait", defer_a_wait, 'w', 0, "...war"},
        {"a clean-up made by a clean-up runs next", defer_a_chain, 'a', 0, "abcdzr"},
        {"it can use memory", defer_use_of_memory, '.', 0, "mmr"},
        {"what it leaves is cancelled and joined", defer_leaving_a_sleeper, 's', 0, "sr"},
    };
    expect_traces(cases, COUNT(cases));
}

/* Without memory. The rest of the heap is used up down to the smallest piece. */

struct hoard {
    struct hoard *next;
};

static struct hoard *take_all_memory(void)
{
    struct hoard *all = NULL;
    for (size_t size = 1 << 20; size >= sizeof(struct hoard); size /= 2) {
        for (struct hoard *piece; (piece = malloc(size));) {
            piece->next = all;
            all = piece;
        }
    }
    return all;
}

static void free_memory(struct hoard *all)
{
    while (all) {
        struct hoard *piece = all;
        all = piece->next;
        free(piece);
    }
}

CoroutineTest(arena, without_memory_a_clean_up_runs_at_once)
{
    if (SANITIZED)
        return; /* the sanitizers need memory themselves */
    limit_address_space(0);
    struct hoard *all = take_all_memory();
    void *large = hob_alloc(1000);
    void *small = hob_alloc(1);
    int err = defer_trace('d');
    unlimit_address_space();
    free_memory(all);

    cr_expect_null(large);
    cr_expect_null(small);
    cr_expect_eq(err, -ENOMEM);
    cr_expect_str_eq(traced(), "d");
    cr_expect_not_null(hob_alloc(1), "the failure left a mark");
}
