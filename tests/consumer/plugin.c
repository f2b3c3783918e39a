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
#include <signal.h>

int main(int argc, char **argv)
{
    void *plugin = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
    int (*run)(void) = plugin ? (int (*)(void))dlsym(plugin, "run") : NULL;
    if (!run || run() < 0 || dlclose(plugin) < 0)
        return 1;
    if (dlopen("libhob.so.0.1", RTLD_NOLOAD | RTLD_NOW))
        return 2;  /* it is still there: this would show nothing */
    raise(SIGURG); /* which is ignored unless it is handled */
    puts("unloaded");
    return 0;
}
#endif
