#include "memory/stack.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "memory/reserve.h"
#include "tests/support/child.h"
#include "tests/support/memory.h"
#include "tests/support/test.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define SIZE ((size_t)64 * 1024)

static struct stack_pool pool;

static void begin(void)
{
    stack_pool_init(&pool, SIZE);
}

static void end(void)
{
    stack_pool_destroy(&pool);
}

TestSuite(stack, .init = begin, .fini = end, .timeout = 60);

/* Takes the given number of stacks at once and gives them back. */
static void take_and_give(size_t count)
{
    struct stack *taken[64];
    cr_assert_leq(count, 64);
    for (size_t i = 0; i < count; i++) {
        taken[i] = stack_take(&pool);
        cr_assert_not_null(taken[i]);
    }
    for (size_t i = 0; i < count; i++)
        stack_give(taken[i]);
}

/* Whether this kernel has MADV_GUARD_INSTALL, as the pool finds out. */
static bool has_guard_pages(void)
{
    take_and_give(1);
    return !pool.guard_by_mprotect;
}

/* Both ways to make a guard; the first falls back to the second on an older kernel. */
static const bool guards_by_mprotect[] = {false, true};
#define GUARD_COUNT (COUNT(guards_by_mprotect))

Test(stack, is_writable_over_its_whole_size)
{
    for (size_t i = 0; i < GUARD_COUNT; i++) {
        stack_pool_init(&pool, SIZE);
        pool.guard_by_mprotect = guards_by_mprotect[i];
        struct stack *stack = stack_take(&pool);
        cr_assert_not_null(stack);
        memset(stack->bottom, 0xa5, stack_size(stack));
        /* Callers of stack_take() rely on this to call fprintf() and getaddrinfo(). */
        cr_expect_geq(stack_size(stack), 60 * 1024);
        cr_expect_eq(
            stack->bottom + stack_size(stack), (char *)stack,
            "all that lies below the record is counted");
        stack_give(stack);
        cr_expect_eq(stack_take(&pool), stack, "the record was overwritten");
        stack_give(stack);
        stack_pool_destroy(&pool);
    }
}

struct touch {
    bool guard_by_mprotect;
    bool parked_before;
    size_t distance; /* from the lowest usable byte, downwards */
};

static void touch_below(void *arg)
{
    const struct touch *touch = arg;
    pool.guard_by_mprotect = touch->guard_by_mprotect;
    struct stack *stack = stack_take(&pool);
    if (touch->parked_before) {
        stack_give(stack);
        stack = stack_take(&pool);
    }
    *(volatile char *)(stack->bottom - touch->distance) = 1;
}

Test(stack, touching_the_guard_ends_the_process)
{
    static const struct touch cases[] = {
        {.distance = 1},
        {.distance = 4097},
        {.distance = 64 * 1024},
        {.distance = 1, .parked_before = true},
    };
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        struct touch touch = cases[i / 2];
        touch.guard_by_mprotect = i % 2 == 1;
        struct child_end child = run_in_child(touch_below, &touch);
        cr_expect(
            child_faulted(&child), "%zu below the bottom, by mprotect %d: status %#x",
            touch.distance, touch.guard_by_mprotect, child.status);
    }
}

static void touch_below_in_locked_memory(void *arg)
{
    mlockall(MCL_FUTURE);
    touch_below(arg);
}

/*
 * The kernel refuses MADV_GUARD_INSTALL in locked memory, as an older one does everywhere. That
 * separates the fallback of the pool from the stacks of the tests above.
 */
Test(stack, is_guarded_by_mprotect_without_guard_pages)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers ignore mlockall()");
    if (mlockall(MCL_FUTURE) != 0)
        cr_skip_test("this process may not lock memory");
    cr_assert_not_null(stack_take(&pool));
    munlockall();
    cr_expect(pool.guard_by_mprotect);

    struct touch touch = {.distance = 1};
    struct child_end child = run_in_child(touch_below_in_locked_memory, &touch);
    cr_expect(child_faulted(&child), "status %#x", child.status);
}

/* As filters of system calls do, each with an error of its own. */
static void refuse_guard_pages(int err)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_GUARD_INSTALL, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)err),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {COUNT(program), program};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void touch_below_without_guard_pages(void *arg)
{
    struct touch touch = {.distance = 1};
    refuse_guard_pages(*(const int *)arg);
    touch_below(&touch);
}

Test(stack, is_guarded_by_mprotect_whatever_the_error)
{
    int errors[] = {EINVAL, EPERM, EACCES, ENOSYS, ENOTSUP, EAGAIN, ENOMEM};
    for (size_t i = 0; i < COUNT(errors); i++) {
        struct child_end child = run_in_child(touch_below_without_guard_pages, &errors[i]);
        cr_expect(child_faulted(&child), "%s: status %#x", strerror(errors[i]), child.status);
    }
}

Test(stack, the_one_parked_last_is_taken_first)
{
    struct stack *first = stack_take(&pool);
    struct stack *second = stack_take(&pool), *third = stack_take(&pool);
    stack_give(second);
    stack_give(third);
    stack_give(first);
    cr_expect_eq(stack_take(&pool), first);
    cr_expect_eq(stack_take(&pool), third);
    cr_expect_eq(stack_take(&pool), second);
}

Test(stack, two_that_are_in_use_do_not_overlap)
{
    struct stack *one = stack_take(&pool);
    struct stack *other = stack_take(&pool);
    memset(one->bottom, 1, stack_size(one));
    memset(other->bottom, 2, stack_size(other));
    cr_expect_null(memchr(one->bottom, 2, stack_size(one)));
    cr_expect_null(memchr(other->bottom, 1, stack_size(other)));
}

Test(stack, a_parked_one_spares_a_mapping)
{
    take_and_give(3);
    take_and_give(3);
    take_and_give(2);
    cr_expect_eq(pool.mapped_count, 3);
    cr_expect_eq(pool.parked_count, 3);
}

Test(stack, trim_unmaps_half_of_what_stayed_unused)
{
    static const struct {
        size_t parked, used, limit; /* `used` at most were in use at once since the last trim */
        size_t left;
    } cases[] = {
        {.parked = 0, .used = 0, .limit = 100, .left = 0},
        {.parked = 1, .used = 0, .limit = 100, .left = 0},
        {.parked = 2, .used = 0, .limit = 100, .left = 1},
        {.parked = 3, .used = 0, .limit = 100, .left = 1},
        {.parked = 10, .used = 0, .limit = 100, .left = 5},
        {.parked = 10, .used = 4, .limit = 100, .left = 7},
        {.parked = 10, .used = 9, .limit = 100, .left = 9},
        {.parked = 10, .used = 10, .limit = 100, .left = 10},
        {.parked = 10, .used = 0, .limit = 5, .left = 5},
        {.parked = 10, .used = 0, .limit = 2, .left = 8},
        {.parked = 10, .used = 0, .limit = 0, .left = 10},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        stack_pool_init(&pool, SIZE);
        take_and_give(cases[i].parked);
        cr_expect_eq(
            stack_pool_trim(&pool, 100), cases[i].parked, "all %zu were just used",
            cases[i].parked);
        take_and_give(cases[i].used);
        take_and_give(cases[i].used / 2); /* it is the most at once that counts */

        size_t left = stack_pool_trim(&pool, cases[i].limit);
        cr_expect_eq(left, cases[i].left, "of %zu, %zu are left", cases[i].parked, left);
        cr_expect_eq(pool.parked_count, cases[i].left, "of %zu", cases[i].parked);
        cr_expect_eq(pool.mapped_count, cases[i].left, "of %zu", cases[i].parked);
        stack_pool_destroy(&pool);
    }
}

Test(stack, trim_spares_the_ones_used_last)
{
    struct stack *cold = stack_take(&pool);
    struct stack *warm = stack_take(&pool);
    char *bottom = cold->bottom; /* the record that says so will be gone */
    stack_give(cold);
    stack_give(warm);
    stack_pool_trim(&pool, 1);
    stack_pool_trim(&pool, 1);
    cr_expect_not(is_mapped(bottom));
    cr_expect_eq(stack_take(&pool), warm);
}

Test(stack, trim_leaves_alone_what_is_in_use)
{
    take_and_give(10);
    struct stack *used = stack_take(&pool);
    while (stack_pool_trim(&pool, 100) > 0)
        ;
    cr_expect_eq(pool.mapped_count, 1);
    memset(used->bottom, 1, stack_size(used));
}

Test(stack, trim_of_an_idle_pool_comes_to_an_end)
{
    take_and_give(64);
    size_t left = stack_pool_trim(&pool, 100);
    while (left > 0) {
        size_t before = left;
        left = stack_pool_trim(&pool, 100);
        cr_assert_lt(left, before);
    }
    cr_expect_eq(pool.mapped_count, 0);
}

Test(stack, destroy_unmaps_all)
{
    char *bottoms[20];
    struct stack *taken[20];
    for (size_t i = 0; i < 20; i++) {
        taken[i] = stack_take(&pool);
        bottoms[i] = taken[i]->bottom;
    }
    for (size_t i = 0; i < 20; i++)
        stack_give(taken[i]);
    size_t usable = stack_size(taken[0]);
    stack_pool_destroy(&pool);
    cr_expect_eq(pool.mapped_count, 0);
    cr_expect_eq(pool.parked_count, 0);
    for (size_t i = 0; i < 20; i++) {
        cr_expect_not(is_mapped(bottoms[i] - 1), "the guard of stack %zu", i);
        cr_expect_not(is_mapped(bottoms[i]), "the bottom of stack %zu", i);
        cr_expect_not(is_mapped(bottoms[i] + usable), "the top of stack %zu", i);
    }
}

/* 64 KiB each for 100,000 would be 6 GiB. */
Test(stack, one_that_was_taken_costs_one_page)
{
    if (SANITIZED)
        cr_skip_test("the sanitizers touch more");
    for (size_t i = 0; i < GUARD_COUNT; i++) {
        pool.guard_by_mprotect = guards_by_mprotect[i];
        struct stack *stack = stack_take(&pool);
        char *mapping = stack->bottom - pool.guard_size;
        cr_expect_eq(resident_pages(mapping, pool.map_size), 1, "guard %zu", i);
    }
}

#define CROWD 40000

/* More than mprotect() could guard: vm.max_map_count stops that near 32,000. */
Test(stack, forty_thousand_can_be_mapped_at_once)
{
    static struct stack *crowd[CROWD];
    if (!has_guard_pages())
        cr_skip_test("needs MADV_GUARD_INSTALL: Linux 6.13");
    for (size_t i = 0; i < CROWD; i++) {
        crowd[i] = stack_take(&pool);
        cr_assert_not_null(crowd[i], "stack %zu", i);
    }
    cr_expect_not(pool.guard_by_mprotect);
    cr_expect_eq(pool.mapped_count, CROWD);
    for (size_t i = 0; i < CROWD; i++)
        stack_give(crowd[i]);
    stack_pool_destroy(&pool);
    cr_expect_eq(pool.mapped_count, 0);
}

/* Takes stacks until there are no more, parks them again, and returns how many there were. */
static size_t take_all_there_are(size_t most)
{
    size_t count = 0;
    struct list taken;
    list_init(&taken);
    for (struct stack *stack; count < most && (stack = stack_take(&pool)); count++)
        list_append(&taken, &stack->link);
    for (size_t i = 0; i < count; i++) {
        struct stack *stack = list_entry(taken.next, struct stack, link);
        list_remove(&stack->link);
        stack_give(stack);
    }
    return count;
}

Test(stack, there_is_none_when_the_address_space_is_used_up)
{
    const size_t most = 10;
    bool guard_pages = has_guard_pages();
    stack_pool_destroy(&pool);
    limit_address_space(most * pool.map_size);
    size_t count = take_all_there_are(most + 1);
    size_t again = take_all_there_are(most + 1);
    unlimit_address_space();

    cr_expect_leq(count, most);
    cr_expect_geq(count, 1);
    cr_expect_eq(pool.mapped_count, count, "one that could not be mapped was counted");
    cr_expect_eq(again, count, "what was given back can be taken again");
    cr_expect_eq(
        pool.guard_by_mprotect, !guard_pages, "no memory is no reason for the other guard");
}

/* A guard that cannot be made must not give an unguarded stack. */
Test(stack, there_is_none_when_the_mappings_are_used_up)
{
    size_t limit = number_in("/proc/sys/vm/max_map_count");
    if (limit == 0 || limit > 100000)
        cr_skip_test("vm.max_map_count is too large to be used up here: %zu", limit);

    pool.guard_by_mprotect = true;
    cr_expect(reserve_refill()); /* it is mapped by now, and stays */
    size_t before = mapped_bytes();
    size_t count = take_all_there_are(limit);
    size_t mapped = pool.mapped_count;
    stack_pool_destroy(&pool); /* first: an assertion could find no memory either */
    size_t after = mapped_bytes();
    cr_expect_lt(count, limit / 2);
    cr_expect_geq(count, limit / 4);
    cr_expect_eq(mapped, count);
    if (!SANITIZED) /* LeakSanitizer's list of stacks stays as large as it was */
        cr_expect_eq(after, before, "the stack that could not be guarded is still mapped");
}
