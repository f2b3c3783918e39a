/*
 * Threads of the system. Their stacks are as large as hob's, and the C library keeps used ones for
 * the next threads, as hob does.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bench/measure.h"
#include "bench/sleepers.h"

static pthread_attr_t small;

/* Returns 0 or an error number, as pthread_create(3). */
static int start_thread(pthread_t *thread, void *(*fn)(void *), void *arg)
{
    return pthread_create(thread, &small, fn, arg);
}

static void must_start_thread(pthread_t *thread, void *(*fn)(void *), void *arg)
{
    if (start_thread(thread, fn, arg) != 0)
        give_up("cannot start a thread");
}

/* switch: two threads hand over by semaphores, which wait in futex(2) and nowhere else. */

static const size_t handovers = 200000;
static sem_t my_turn, your_turn;

static void *answer(void *arg)
{
    for (size_t i = 0; i < handovers; i++) {
        sem_wait(&your_turn);
        sem_post(&my_turn);
    }
    return arg;
}

/* Each round has two switches. */
static void measure_switch(void)
{
    pthread_t other;
    sem_init(&my_turn, 0, 0);
    sem_init(&your_turn, 0, 0);
    must_start_thread(&other, answer, NULL);

    double start = cpu_now();
    for (size_t i = 0; i < handovers; i++) {
        sem_post(&your_turn);
        sem_wait(&my_turn);
    }
    print_each("switch", cpu_now() - start, 2 * handovers);
    pthread_join(other, NULL);
}

/* spawn-join */

static void *do_nothing(void *arg)
{
    return arg;
}

static void spawn_and_join(size_t count)
{
    static pthread_t threads[CROWD];
    for (size_t i = 0; i < count; i++)
        must_start_thread(&threads[i], do_nothing, NULL);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void measure_spawn_join(void)
{
    const size_t count = 20000, crowds = 20;
    double start = cpu_now();
    for (size_t i = 0; i < count; i++)
        spawn_and_join(1);
    print_each("spawn-join", cpu_now() - start, count);

    start = cpu_now();
    for (size_t i = 0; i < crowds; i++)
        spawn_and_join(CROWD);
    print_each("spawn-join-1000", cpu_now() - start, crowds * CROWD);
}

/*
 * sleepers: up to 30,000, since a process may have 65,530 mappings by default and a thread needs
 * two for its stack, and a system has 32,768 process numbers.
 */

static void *sleep_once(void *arg)
{
    struct sleepers *all = arg;
    double seconds;
    prctl(PR_SET_TIMERSLACK, 1); /* else the kernel may be 50 us late, and so out of order */
    uint32_t self = sleeper_begins(all, &seconds);
    struct timespec time = {
        .tv_sec = (time_t)seconds,
        .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
    };
    nanosleep(&time, NULL);
    sleeper_wakes(all, self);
    return NULL;
}

static void measure_sleepers(void)
{
    static pthread_t threads[30000];
    struct sleepers all;
    sleepers_init(&all, sizeof(threads) / sizeof(threads[0]));
    all.first_deadline = wall_now() + 6; /* they fall asleep while others are being made */

    size_t started = 0;
    while (started < all.count && start_thread(&threads[started], sleep_once, &all) == 0)
        started++;
    all.count = started; /* as many as the machine allows */
    while (all.asleep < started)
        usleep(1000);
    sleepers_all_asleep(&all);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    sleepers_report(&all);
}

int main(int argc, char **argv)
{
    static const struct measure measures[] = {
        {"switch", measure_switch},
        {"spawn-join", measure_spawn_join},
        {"sleepers", measure_sleepers},
    };
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_SIZE);
    return measure_main(argc, argv, measures, sizeof(measures) / sizeof(measures[0]));
}
