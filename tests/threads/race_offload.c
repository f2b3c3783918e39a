/*
 * Offloaded functions and files read, from several loops on several threads, for ThreadSanitizer:
 * with HOB_SANITIZE=thread it reports any two accesses that nothing orders. The functions write
 * without a lock what their awaiters read, so it also sees whether an await orders the two. Not a
 * Criterion test: those fork, which ThreadSanitizer does not bear. Exits with 1 if anything is
 * wrong, and says what.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hob/runtime.h"
#include "tests/support/random.h"

#define LOOPS     4  /* threads, each of which runs one loop after the other */
#define ROUNDS    25 /* loops of each */
#define JOBS      150
#define FILE_SIZE 20000

static char path[] = "/tmp/hob-race-XXXXXX";
static atomic_int faults;

static void expect(bool holds, const char *fault)
{
    if (!holds && atomic_fetch_add(&faults, 1) < 10)
        fprintf(stderr, "race_offload: %s\n", fault);
}

/* The random work of one loop. */
struct cook {
    uint32_t random;
};

/* A function's input and what it did. Only an await stands between its thread and the reader. */
struct job {
    hob_future *future; /* NULL: it was given to a coroutine, or abandoned */
    int input;
    int output;
    bool ran;
};

static int work(void *arg)
{
    struct job *job = arg;
    volatile int spins = job->input % 50 * 100;
    while (spins > 0)
        spins--;
    job->ran = true;
    job->output = job->input * 2;
    return job->output;
}

static void expect_end(const struct job *job, int result)
{
    if (result == -ECANCELED || result == -EAGAIN)
        expect(!job->ran, "it has run, although its result says that it has not");
    else
        expect(job->ran && result == job->output, "a result is not that of the function");
}

/* Awaits one and is cancelled perhaps: whatever happens, the function does not run any more. */
static int await_job(void *arg)
{
    struct job *job = arg;
    int result = hob_await(hob_offload(work, job));
    expect(result != job->input * 2 || job->ran, "it has not run");
    return result;
}

static int abandon_job(void *arg)
{
    hob_offload(work, arg);
    return hob_yield();
}

static int read_file(void *arg)
{
    struct cook *cook = arg;
    hob_bytes bytes;
    hob_future *reading = hob_read_file(path, &bytes);
    if (random_from(&cook->random, 4) == 0)
        hob_cancel(reading);
    int err = hob_await(reading);
    expect(err == 0 || err == -ECANCELED || err == -EAGAIN, "a file was not read");
    expect(err != 0 || bytes.size == FILE_SIZE, "a file was not read to its end");
    for (size_t i = 0; i < bytes.size; i++)
        expect(bytes.data[i] == 'x', "a file was not read right");
    hob_bytes_free(&bytes);
    return 0;
}

static void start_job(struct cook *cook, struct job *job, hob_future **others, size_t *count)
{
    switch (random_from(&cook->random, 8)) {
    case 0:
        others[(*count)++] = hob_async(await_job, job);
        break;
    case 1: /* cancelled before it, or its function, has begun, or when it has ended */
        others[*count] = hob_async(await_job, job);
        for (uint32_t turns = random_from(&cook->random, 4); turns > 0; turns--)
            hob_yield();
        hob_cancel(others[(*count)++]);
        break;
    case 2:
        others[(*count)++] = hob_async(abandon_job, job);
        break;
    case 3:
        others[(*count)++] = hob_async(read_file, cook);
        break;
    case 4: /* the one or the other wins */
        expect_end(job, hob_race(hob_offload(work, job), hob_timer(INFINITY)));
        break;
    default:
        job->future = hob_offload(work, job);
    }
}

static int resolve_it(void *promise)
{
    hob_remote_resolve(promise, 7);
    return 0;
}

static int await_a_remote_promise(void *unused)
{
    (void)unused;
    hob_future *promise = hob_remote_promise();
    if (hob_await(hob_offload(resolve_it, promise)) < 0)
        hob_remote_resolve(promise, 7); /* there was no room in the queue */
    expect(hob_await(promise) == 7, "a promise has another result");
    return 0;
}

static int cook_a_round(void *arg)
{
    struct cook *cook = arg;
    struct job *jobs = hob_alloc(JOBS * sizeof(*jobs));
    hob_future **others = hob_alloc(JOBS * sizeof(hob_future *));
    size_t other_count = 0;
    hob_future *remote = hob_async(await_a_remote_promise, NULL);
    hob_offload_limits(1 + random_from(&cook->random, 4), 1 + random_from(&cook->random, 40));
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (struct job){.input = 1 + (int)random_from(&cook->random, 1000)};
        start_job(cook, &jobs[i], others, &other_count);
        if (random_from(&cook->random, 8) == 0)
            hob_sleep(0);
        struct job *any = &jobs[random_from(&cook->random, (uint32_t)i + 1)];
        if (any->future && random_from(&cook->random, 4) == 0)
            hob_cancel(any->future);
    }
    for (size_t i = 0; i < JOBS; i++) {
        if (jobs[i].future)
            expect_end(&jobs[i], hob_await(jobs[i].future));
    }
    hob_join_all(others, other_count);
    hob_await(remote);
    return 0;
}

static void *run_loops(void *arg)
{
    struct cook cook = {.random = *(uint32_t *)arg};
    for (int i = 0; i < ROUNDS; i++)
        expect(hob_block_on(cook_a_round, &cook) == 0, "a loop has failed");
    return NULL;
}

static bool write_file(void)
{
    static char content[FILE_SIZE];
    memset(content, 'x', sizeof(content));
    int fd = mkstemp(path);
    bool written = fd >= 0 && write(fd, content, sizeof(content)) == (ssize_t)sizeof(content);
    if (fd >= 0)
        close(fd);
    return written;
}

int main(void)
{
    pthread_t threads[LOOPS];
    static uint32_t seeds[LOOPS] = {1, 2, 3, 4};
    expect(write_file(), "there is no file to read");
    for (size_t i = 0; i < LOOPS; i++)
        expect(
            pthread_create(&threads[i], NULL, run_loops, &seeds[i]) == 0,
            "a thread could not be started");
    for (size_t i = 0; i < LOOPS; i++)
        pthread_join(threads[i], NULL);
    unlink(path);
    return atomic_load(&faults) > 0;
}
