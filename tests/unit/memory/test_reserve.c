/* libev would end the process where it finds no memory or no descriptor. */
#include "memory/reserve.h"

#include "tests/support/cook.h"
#include "tests/support/coroutine.h"
#include "tests/support/memory.h"

TestSuite(reserve, .timeout = 60);

static void expect(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* Timers, until there is no memory for another one. */
static int use_up_memory_by_timers(void *unused)
{
    size_t count = 0;
    limit_address_space(4 << 20);
    while (hob_timer(INFINITY))
        count++;
    expect(count > 1000, "there was memory for more timers");
    expect(!reserve_refill() || !hob_timer(0), "a timer is refused for no reason");
    unlimit_address_space();
    expect(reserve_refill(), "there is memory again");
    expect(hob_sleep(0) == 0, "a timer can be used again");
    return 0;
}

static int wait_for_promise(void *promise)
{
    hob_deadline(100);
    return hob_await(promise);
}

/* All memory that malloc(3) has left. The child's end frees it. */
static void use_up_the_rest(void)
{
    static void *volatile last; /* or a compiler would leave the calls out */
    for (size_t size = 1 << 20; size >= 16; size /= 2)
        while ((last = malloc(size)))
            ;
}

/* Coroutines, for each of which libev then needs a timer: no function could return an error there.
 */
static int use_up_memory_by_coroutines(void *unused)
{
    static hob_future *promises[4000], *waiters[4000];
    size_t count = 0;
    limit_address_space(64 << 20);
    do {
        promises[count] = hob_promise();
        waiters[count] = promises[count] ? hob_async(wait_for_promise, promises[count]) : NULL;
    } while (waiters[count] && ++count < COUNT(waiters));
    expect(count > 100 && count < COUNT(waiters), "there was memory for another number of them");
    use_up_the_rest();
    for (int i = 0; i < 5; i++)
        hob_sleep(0.001); /* and they run, for the first time */
    for (size_t i = 0; i < count; i++)
        hob_resolve(promises[i], 7);
    for (size_t i = 0; i < count; i++)
        expect(hob_await(waiters[i]) == 7, "a coroutine ended otherwise");
    unlimit_address_space();
    hob_resolve(promises[count], 0);
    return 0;
}

Test(reserve, lack_of_memory_is_an_error_and_not_the_end)
{
    static const struct {
        const char *name;
        hob_fn *fn;
    } ways[] = {{NAMED(use_up_memory_by_timers)}, {NAMED(use_up_memory_by_coroutines)}};
    if (SANITIZED)
        cr_skip_test("the sanitizers need memory themselves");
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct child_end end = run_cook(ways[i].fn);
        cr_expect(child_returned(&end), "%s, %#x: %s", ways[i].name, end.status, end.output);
    }
}

/* As daemons do that close all that they may have inherited. */
static int close_everything(void *unused)
{
    for (int fd = 3; fd < 100; fd++)
        close(fd);
    return hob_sleep(0.001);
}

Test(reserve, the_end_of_its_descriptor_is_reported_in_words)
{
    struct child_end end = run_cook(close_everything);
    cr_expect(child_aborted(&end), "status %#x", end.status);
    cr_expect_not_null(strstr(end.output, "the event loop cannot continue"), "%s", end.output);
}
