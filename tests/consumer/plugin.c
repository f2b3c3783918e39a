/* A plugin that uses libhob; and, with HOST, the program that loads and unloads it. */
#include <stdio.h>

#ifndef HOST
#include <hob/runtime.h>

static int steep(void *arg)
{
    (void)arg;
    return hob_sleep(0.01);
}

int run(void);
int run(void)
{
    return hob_block_on(steep, NULL);
}
#else
#include <dlfcn.h>
#include <ev.h>
#include <signal.h>

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

/* More timers than the loop has had memory for until now. */
static void use_libev(struct ev_loop *loop)
{
    static ev_timer timers[1000];
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
        ev_timer_init(&timers[i], on_timer, 0, 0);
        ev_timer_start(loop, &timers[i]);
    }
    ev_run(loop, 0);
}

int main(int argc, char **argv)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    void *plugin = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
    int (*run)(void) = plugin ? (int (*)(void))dlsym(plugin, "run") : NULL;
    if (!loop || !run || run() < 0 || dlclose(plugin) < 0)
        return 1;
    if (dlopen("libhob.so.0.1", RTLD_NOLOAD | RTLD_NOW))
        return 2;  /* it is still there: this would show nothing */
    raise(SIGURG); /* which is ignored unless it is handled */
    use_libev(loop);
    ev_loop_destroy(loop);
    puts("unloaded");
    return 0;
}
#endif
