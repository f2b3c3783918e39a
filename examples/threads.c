/*
 * The lesson, for contrast: threads run at the same time without asking each other. Both may block,
 * and the system switches between them wherever it likes; a coroutine is switched only where it
 * awaits. Each says hello five times, a second apart, the main thread half a second later.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *say_hello(void *name)
{
    for (int i = 1; i <= 5; i++) {
        printf("hello %d from %s\n", i, (const char *)name);
        sleep(1);
    }
    return NULL;
}

int main(void)
{
    pthread_t spawned;
    setlinebuf(stdout);
    if (pthread_create(&spawned, NULL, say_hello, "the spawned thread") != 0)
        return 1;
    usleep(500000);
    say_hello("the main thread");
    return pthread_join(spawned, NULL) != 0;
}
