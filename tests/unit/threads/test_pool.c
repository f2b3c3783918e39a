/* Pools of threads, and which of them the functions of hob/runtime.h use. */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "tests/support/child.h"
#include "tests/support/coroutine.h"
#include "tests/support/eventually.h"
#include "tests/support/gate.h"

TestSuite(pool, .timeout = 30);

static hob_future *run(hob_pool *pool, hob_fn *fn, intptr_t number)
{
    return hob_pool_run(pool, fn, as_argument(number), NULL);
}

CoroutineTest(pool, runs_functions_and_returns_what_they_return)
{
    hob_pool *pool = hob_pool_new(2, 10);
    cr_expect_eq(hob_await(run(pool, return_number, 3)), 3);
    cr_expect_eq(hob_await(run(pool, return_number, -EIO)), -EIO);
    hob_pool_free(pool);
}

CoroutineTest(pool, without_threads_or_queue_is_none)
{
    cr_expect_null(hob_pool_new(0, 1));
    cr_expect_null(hob_pool_new(1, 0));
    cr_expect_null(hob_pool_new(SIZE_MAX, 1));
    cr_expect_eq(hob_await(run(NULL, return_number, 3)), -ENOMEM);
    hob_pool_free(NULL);
}

/* Whose threads are busy leaves those of others alone: the loop's own, and those for files. */
GateTest(pool, that_is_busy_keeps_no_other_work_waiting)
{
    hob_future *jobs[5];
    hob_pool *pool = hob_pool_new(1, 1);
    for (size_t i = 0; i < 4; i++)
        jobs[i] = hob_offload(pass_gate, gate);
    jobs[4] = hob_pool_run(pool, pass_gate, gate, NULL);
    for (size_t i = 0; i < COUNT(jobs); i++)
        wait_until_reached(gate);

    hob_bytes bytes;
    cr_expect_eq(hob_await(hob_read_file("/proc/self/status", &bytes)), 0);
    hob_bytes_free(&bytes);
    hob_pool *other = hob_pool_new(1, 1);
    cr_expect_eq(hob_await(run(other, return_number, 3)), 3);

    for (size_t i = 0; i < COUNT(jobs); i++)
        open_gate(gate);
    cr_expect_eq(hob_join_all(jobs, COUNT(jobs)), 0);
    hob_pool_free(pool);
    hob_pool_free(other);
}

GateTest(pool, whose_queue_is_full_says_so)
{
    hob_pool *pool = hob_pool_new(1, 1);
    hob_future *running = hob_pool_run(pool, pass_gate, gate, NULL);
    wait_until_reached(gate);
    hob_future *queued = run(pool, return_number, 1);
    cr_expect_eq(hob_await(run(pool, return_number, 2)), -EAGAIN);
    open_gate(gate);
    cr_expect_eq(hob_await(running), 7);
    cr_expect_eq(hob_await(queued), 1);
    hob_pool_free(pool);
}

struct interruptible {
    struct gate gate;
    atomic_int interrupts;
};

static int pass_its_gate(void *arg)
{
    return pass_gate(&((struct interruptible *)arg)->gate);
}

static void interrupt(void *arg)
{
    struct interruptible *self = arg;
    self->interrupts++;
    open_gate(&self->gate);
}

static int run_until_a_deadline(void *arg)
{
    struct interruptible *self = arg;
    hob_pool *pool = hob_pool_new(1, 1);
    hob_future *job = hob_pool_run(pool, pass_its_gate, self, interrupt);
    wait_until_reached(&self->gate);
    hob_deadline(0.001);
    int err = hob_await(job);
    hob_pool_free(pool);
    return err;
}

CoroutineTest(pool, interrupts_what_runs_after_a_deadline)
{
    struct interruptible job = {0};
    gate_init(&job.gate);
    cr_expect_eq(hob_await(hob_async(run_until_a_deadline, &job)), -ETIMEDOUT);
    cr_expect_eq(job.interrupts, 1);
    gate_destroy(&job.gate);
}

CoroutineTest(pool, interrupts_once)
{
    struct interruptible job = {0};
    gate_init(&job.gate);
    hob_pool *pool = hob_pool_new(1, 1);
    hob_future *future = hob_pool_run(pool, pass_its_gate, &job, interrupt);
    wait_until_reached(&job.gate);
    hob_cancel(future);
    cr_expect_eq(cancel_and_await(future), 7);
    cr_expect_eq(job.interrupts, 1);
    hob_pool_free(pool);
    gate_destroy(&job.gate);
}

GateTest(pool, interrupts_nothing_that_is_queued_or_has_ended)
{
    struct interruptible job = {0};
    gate_init(&job.gate);
    hob_pool *pool = hob_pool_new(1, 1);
    hob_future *running = hob_pool_run(pool, pass_gate, gate, NULL);
    wait_until_reached(gate);
    hob_future *queued = hob_pool_run(pool, pass_its_gate, &job, interrupt);
    cr_expect_eq(cancel_and_await(queued), -ECANCELED);
    open_gate(gate);
    cr_expect_eq(hob_await(running), 7);

    open_gate(&job.gate);
    hob_future *ended = hob_pool_run(pool, pass_its_gate, &job, interrupt);
    hob_await(run(pool, return_number, 0)); /* the only thread has done with the one before */
    cr_expect_eq(cancel_and_await(ended), 7);
    cr_expect_eq(job.interrupts, 0);
    hob_pool_free(pool);
    gate_destroy(&job.gate);
}

static int free_while_one_runs(void *arg)
{
    hob_pool *pool = hob_pool_new(1, 10);
    hob_future *running = hob_pool_run(pool, pass_gate, arg, NULL);
    wait_until_reached(arg);
    hob_future *queued = hob_pool_run(pool, pass_gate, arg, NULL);
    hob_pool_free(pool);
    if (hob_await(queued) != -ECANCELED)
        abort();
    open_gate(arg);
    return hob_await(running);
}

static void expect_to_free_while_one_runs(void *gate)
{
    if (hob_block_on(free_while_one_runs, gate) != 7)
        abort();
}

/* In a child, since the pool's memory is left to its thread. */
Test(pool, that_is_freed_leaves_what_runs_to_its_thread)
{
    struct gate gate;
    gate_init(&gate);
    struct child_end end = run_in_child(expect_to_free_while_one_runs, &gate);
    cr_expect(child_returned(&end), "status %#x: %s", end.status, end.output);
    gate_destroy(&gate);
}

static int use_a_lot(void *pool)
{
    int sum = 0;
    for (int i = 0; i < 200; i++)
        sum += hob_await(run(pool, return_number, 1));
    return sum;
}

static void *use_in_a_loop(void *pool)
{
    return as_argument(hob_block_on(use_a_lot, pool));
}

Test(pool, may_be_shared_by_loops)
{
    pthread_t threads[3];
    hob_pool *pool = hob_pool_new(2, 10);
    for (size_t i = 0; i < COUNT(threads); i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, use_in_a_loop, pool), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *sum;
        pthread_join(threads[i], &sum);
        cr_expect_eq(number_of(sum), 200);
    }
    hob_pool_free(pool);
    cr_expect_not(has_leaks());
}

/* Each starts a process and ends it with SIGTERM, which returns what has ended it. */

static int spawn_and_end(void *unused)
{
    int status = 0;
    pid_t pid;
    char name[] = "sleep", seconds[] = "60";
    char *const argv[] = {name, seconds, NULL};
    if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
        return -errno;
    kill(pid, SIGTERM);
    bool ended = eventually(waitpid(pid, &status, WNOHANG) == pid);
    if (!ended)
        kill(pid, SIGKILL);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -ECHILD;
}

static int fork_and_end(void *unused)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        kill(getpid(), SIGTERM);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -ECHILD;
}

static int system_and_end(void *unused)
{
    int status = system("kill -TERM $$; exit 0"); /* NOLINT(cert-env33-c): what users do */
    return WIFSIGNALED(status) ? WTERMSIG(status) : -ECHILD;
}

CoroutineTest(pool, processes_of_its_threads_can_be_ended_by_signals)
{
    cr_expect_eq(hob_await(hob_offload(fork_and_end, NULL)), SIGTERM);
    cr_expect_eq(hob_await(hob_offload(system_and_end, NULL)), SIGTERM);
    cr_expect_eq(hob_await(hob_offload(spawn_and_end, NULL)), SIGTERM);
}

static int is_usr1_blocked(void *unused)
{
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    return sigismember(&blocked, SIGUSR1);
}

/* A program that waits for a signal with sigwait(3) blocks it on all threads. */
CoroutineTest(pool, threads_block_what_the_thread_of_the_loop_blocks)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    cr_expect_eq(hob_await(hob_offload(is_usr1_blocked, NULL)), 1);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}
