#include "describe.h"

#include <stdio.h>
#include <string.h>

#include "runtime/task.h"

static int describe_itself(const struct task *task, char *text, size_t size)
{
    return task->role ? task->role->describe(task->arg, text, size) : 0;
}

const char *task_describe(const struct task *task, char text[static DESCRIPTION_SIZE])
{
    if (describe_itself(task, text, DESCRIPTION_SIZE) > 0)
        return text;
    size_t length = (size_t)snprintf(text, DESCRIPTION_SIZE, "task '%.60s'", task->name);
    char *end = text + length;
    size_t room = DESCRIPTION_SIZE - length;
    static const char of[] = " of ";
    int written = 0;
    for (const struct task *maker = task->future.maker; maker && written == 0;
         maker = maker->future.maker)
        written = describe_itself(maker, end + sizeof(of) - 1, room - (sizeof(of) - 1));
    if (written > 0)
        memcpy(end, of, sizeof(of) - 1);
    return text;
}
