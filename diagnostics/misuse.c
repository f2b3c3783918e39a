#include "misuse.h"

#include <stdlib.h>

#include "describe.h"
#include "hob/log.h"
#include "runtime/loop.h"

void misuse_by(const struct task *task, const char *call, const char *message)
{
    char description[DESCRIPTION_SIZE];
    if (task)
        hob_log(HOB_LOG_ERROR, "%s: %s(): %s", task_describe(task, description), call, message);
    else
        hob_log(HOB_LOG_ERROR, "%s(): %s", call, message);
    abort();
}

void misuse(const char *call, const char *message)
{
    const struct loop *loop = loop_current();
    misuse_by(loop ? loop->running : NULL, call, message);
}
