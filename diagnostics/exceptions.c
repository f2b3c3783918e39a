#include "exceptions.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "describe.h"
#include "hob/log.h"
#include "runtime/loop.h"

typedef void terminate_handler(void);

/* Of the C++ runtime: NULL in a program that has none. */
__attribute__((weak)) struct exceptions *get_globals(void) __asm__("__cxa_get_globals");
__attribute__((weak)) terminate_handler *
set_terminate(terminate_handler *handler) __asm__("_ZSt13set_terminatePFvvE");

/*
 * The handler belongs to the process: the first loop sets it, and the last one restores the former.
 */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t loop_count;
static terminate_handler *handler_before;

static void on_terminate(void)
{
    char description[DESCRIPTION_SIZE];
    const struct loop *loop = loop_current();
    const struct task *task = loop ? loop_task(loop) : NULL;
    if (task)
        hob_log(
            HOB_LOG_ERROR,
            "%s: std::terminate() was called: a C++ exception must not leave the function of a "
            "coroutine, a handler, or a call on another stack",
            task_describe(task, description));
    if (handler_before)
        handler_before();
    abort();
}

struct exceptions *exceptions_watch(void)
{
    if (!get_globals || !set_terminate)
        return NULL;
    pthread_mutex_lock(&lock);
    if (loop_count++ == 0)
        handler_before = set_terminate(on_terminate);
    pthread_mutex_unlock(&lock);
    return get_globals();
}

void exceptions_unwatch(const struct exceptions *record)
{
    if (!record)
        return;
    pthread_mutex_lock(&lock);
    if (--loop_count == 0) {
        terminate_handler *replaced = set_terminate(handler_before);
        if (replaced != on_terminate)
            set_terminate(replaced); /* the program has set one of its own meanwhile */
    }
    pthread_mutex_unlock(&lock);
}
