/* The report of a stall that still goes on. */

#include <poll.h>
#include <signal.h>

#include "hob/runtime.h"
#include "tests/support/eventually.h"
#include "tests/support/stalls.h"
#include "tests/support/test.h"

/* A child that stalls until the test, which reads its standard error, opens the gate. */

struct watched_child {
    pid_t pid;
    int gate;   /* a byte written here ends the stall */
    int errors; /* its standard error */
    char output[8192];
};

static int gate; /* the end that the child reads */

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
        block_on_cook(&fn);
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

/* Opens the gate, and returns the exit status of the child. */
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

/* Not static, so that the backtrace has their names. Their callers must not end with the call. */

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
    set_stall_limit(0.020);
    int err = block_at_the_gate();
    return err ? err : (int)hob_stall_count();
}

static int stall_by_spinning(void *arg)
{
    set_stall_limit(0.020);
    int err = spin_at_the_gate();
    return err ? err : (int)hob_stall_count();
}

static int stall_by_default(void *arg)
{
    int err = block_at_the_gate();
    return err ? err : (int)hob_stall_count();
}

/* The stalls end only after their reports, so a report at the end would be too late. */
Test(stall, is_reported_while_it_goes_on)
{
    static const struct {
        hob_fn *fn;
        const char *first_line, *function;
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
        cr_expect(
            read_until(&child, cases[i].first_line), "%s: %s", cases[i].first_line, child.output);
        cr_expect(read_until(&child, cases[i].function), "%s: %s", cases[i].function, child.output);
        cr_expect_eq(
            end_child(&child), 1, "%s: the call was cut short, or not counted", cases[i].function);
    }
}

/* Number 0 is the innermost frame of the task. The frames of the signal's handler are left out. */
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
