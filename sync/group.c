#include "hob/runtime.h"

#include <errno.h>
#include <stdlib.h>

#include "runtime/task.h"
#include "wait_queue.h"

/* Its coroutines are children of the one that made it, also if another one spawns them. */
struct hob_group {
    struct task *owner;
    struct list members;
    size_t count;
    struct wait_queue waiters; /* calls of hob_group_wait() */
};

struct member {
    struct cleanup end; /* the member's last clean-up */
    struct list link;
    hob_group *group;
    struct task *task;
};

hob_group *hob_group_new(void)
{
    struct task *owner = task_current(__func__);
    hob_group *self = arena_alloc(&owner->arena, sizeof(*self));
    if (!self)
        return NULL;
    *self = (hob_group){.owner = owner};
    list_init(&self->members);
    wait_queue_init(&self->waiters);
    return self;
}

static void end_member(void *arg)
{
    struct member *self = arg;
    hob_group *group = self->group;
    list_remove(&self->link);
    free(self);
    if (--group->count == 0)
        wait_queue_complete_all(&group->waiters, 0);
}

int hob_group_spawn_named(hob_group *group, const char *name, hob_fn *fn, void *arg)
{
    struct member *self = malloc(sizeof(*self));
    struct task *task = self ? task_make_unawaited(group->owner, name, fn, arg) : NULL;
    if (!task) {
        free(self);
        return -ENOMEM;
    }
    self->group = group;
    self->task = task;
    list_append(&group->members, &self->link);
    group->count++;
    arena_push(&task->arena, &self->end, end_member, self);
    task_start(task);
    return 0;
}

size_t hob_group_count(const hob_group *group)
{
    return group->count;
}

int hob_group_wait(hob_group *group)
{
    struct waiter waiter;
    int reason = wait_queue_begin_call(__func__);
    if (reason < 0 || group->count == 0)
        return reason;
    return wait_queue_wait(&group->waiters, &waiter, __func__);
}

void hob_group_cancel(hob_group *group)
{
    task_current(__func__);
    for (struct list *link = group->members.next; link != &group->members; link = link->next)
        task_cancel(list_entry(link, struct member, link)->task, -ECANCELED);
}
