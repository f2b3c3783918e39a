/*
 * Processes that a test starts, what they print, and how they end.
 *
 * Their output goes to files, so they never wait for a reader. Their standard error
 * is shown when the test fails, crashes or takes too long.
 *
 * No process outlives its test: a test that fails kills those that still run, and should the
 * test's own process be killed, the kernel does the same to them.
 */
#ifndef HOB_TESTS_SUPPORT_PROCESS_H
#define HOB_TESTS_SUPPORT_PROCESS_H

#include "tests/support/criterion.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/support/formatted.h"

struct process {
    pid_t pid;
    bool told; /* to stop */
    bool ended;
    int result;      /* once ended: see process_result() */
    int output_file; /* its standard output */
    int errors_file; /* its standard error */
    char *output;    /* what of them was read last */
    char *errors;
};

/*
 * A Criterion test that starts processes. When its body has returned, those that still run are
 * stopped, if they have not been, and have to exit with 0. (Assertions in a .fini do not
 * count: it only kills.)
 */
#define ProcessTest(suite, name, ...)                                                              \
    static void suite##_##name##_body(void);                                                       \
    Test(suite, name, .fini = processes_kill, ##__VA_ARGS__)                                       \
    {                                                                                              \
        suite##_##name##_body();                                                                   \
        processes_end();                                                                           \
    }                                                                                              \
    static void suite##_##name##_body(void)

/* Starts a program. argv ends with NULL, as for execv(3). */
struct process *process_start(const char *const *argv);

/* The same for a path and arguments: start_command("/bin/sh", "-c", "exit 1") */
#define start_command(...) process_start((const char *const[]){__VA_ARGS__, NULL})

/*
 * Starts a copy of this process that calls run(arg), whose result is its exit status. run must not
 * use Criterion's assertions: they would speak in the name of the test.
 */
struct process *process_fork(int (*run)(void *arg), void *arg);

/*
 * Waits until the process has exited with 0. From then on *self is a process that it has started,
 * which writes to the same files. All other processes that it started are killed if the test fails.
 */
void process_continue_as(struct process *self, pid_t new_process);

/* Sends it a signal that stops it, sooner or later. */
void process_tell(struct process *self, int signal);

/* Waits for its end. Returns its exit status, or -N if signal N ended it. */
int process_result(struct process *self);

bool process_has_ended(struct process *self);

/* The output so far. Valid until the next call. */
const char *process_output(struct process *self);
const char *process_errors(struct process *self);

/* Figures of the kernel. */
size_t process_threads(const struct process *self);
size_t process_descriptors(const struct process *self);
size_t process_resident_bytes(const struct process *self);
double process_cpu_seconds(const struct process *self);

/* For ProcessTest. */
void processes_end(void);
void processes_kill(void);

#endif
