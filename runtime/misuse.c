#include "misuse.h"

#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "loop.h"
#include "task.h"

void misuse_by(const struct task *task, const char *call, const char *what)
{
    char line[500];
    int length =
        task ? snprintf(line, sizeof(line), "hob: task '%s': %s(): %s\n", task->name, call, what)
             : snprintf(line, sizeof(line), "hob: %s(): %s\n", call, what);
    log_write(line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1);
    abort();
}

void misuse(const char *call, const char *what)
{
    const struct loop *loop = loop_current();
    misuse_by(loop ? loop->running : NULL, call, what);
}
