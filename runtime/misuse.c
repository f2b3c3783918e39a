#include "misuse.h"

#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "task.h"

void misuse_by(const struct task *task, const char *call, const char *what)
{
    if (task)
        fprintf(stderr, "hob: task '%s': %s(): %s\n", task->name, call, what);
    else
        fprintf(stderr, "hob: %s(): %s\n", call, what);
    abort();
}

void misuse(const char *call, const char *what)
{
    const struct loop *loop = loop_current();
    misuse_by(loop ? loop->running : NULL, call, what);
}
