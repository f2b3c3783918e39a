/*
 * Runs a function in a process of its own, for tests of what ends a process and of what it writes
 * to standard error.
 */
#ifndef HOB_TESTS_SUPPORT_CHILD_H
#define HOB_TESTS_SUPPORT_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/criterion.h"
#include "tests/support/sanitizers.h"

struct child_end {
    int status;        /* as waitpid() gives it */
    char output[8192]; /* its standard error; what is longer is cut */
};

/* Reads all there is, even what does not fit: a writer without a reader would hang. */
static inline void child_read_output(int fd, char *output, size_t size)
{
    char rest[256];
    size_t length = 0;
    for (;;) {
        bool fits = length < size - 1;
        ssize_t got =
            read(fd, fits ? output + length : rest, fits ? size - 1 - length : sizeof(rest));
        if (got <= 0)
            break;
        if (fits)
            length += (size_t)got;
    }
    output[length] = '\0';
}

/*
 * The child's exit status is 0 if fn returns. fn must not use Criterion's assertions: they would
 * report to the test's own process. Not for the small stack of a coroutine.
 */
static inline struct child_end run_in_child(void (*fn)(void *arg), void *arg)
{
    struct child_end end = {0};
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        const struct rlimit none = {0};
        setrlimit(RLIMIT_CORE, &none);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that hangs is killed; so is its child */
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        fn(arg);
        _exit(0);
    }
    close(ends[1]);
    child_read_output(ends[0], end.output, sizeof(end.output));
    close(ends[0]);
    cr_assert_eq(waitpid(pid, &end.status, 0), pid);
    return end;
}

static inline bool child_returned(const struct child_end *end)
{
    return WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;
}

static inline bool child_aborted(const struct child_end *end)
{
    return WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGABRT;
}

/* Runs a function in a child, and expects it to return. */
static inline struct child_end run_to_return(void (*fn)(void *arg), void *arg)
{
    struct child_end end = run_in_child(fn, arg);
    cr_expect(child_returned(&end), "status %#x: %s", end.status, end.output);
    return end;
}

/* Runs a function in a child, and expects it to abort. */
static inline struct child_end run_to_abort(void (*fn)(void *arg), void *arg)
{
    struct child_end end = run_in_child(fn, arg);
    cr_expect(child_aborted(&end), "status %#x: %s", end.status, end.output);
    return end;
}

/* Whether it touched memory that is not there. AddressSanitizer turns that into an exit status. */
static inline bool child_faulted(const struct child_end *end)
{
    if (UNDER_ASAN)
        return !child_returned(end);
    return WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGSEGV;
}

#endif
