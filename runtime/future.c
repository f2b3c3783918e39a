#include "future.h"

#include <errno.h>
#include <stdlib.h>

#include "diagnostics/misuse.h"
#include "memory/reserve.h"
#include "task.h"

void future_init(hob_future *self, const struct future_kind *kind, struct task *maker)
{
    *self = (hob_future){.kind = kind, .maker = maker};
    list_init(&self->sibling);
    if (maker) {
        self->loop = maker->future.loop;
        list_append(&maker->children, &self->sibling);
    }
}

/* The first future that failed, or the first at all, decides how the wait ends. */
static void wait_note(struct wait *wait, const hob_future *future, int result)
{
    if (wait->decided || !(wait->any || result < 0))
        return;
    wait->decided = true;
    wait->result = result;
    wait->decider = future;
}

void future_complete(hob_future *self, int result)
{
    if (self->ready)
        return;
    self->ready = true;
    self->result = result;

    struct wait *wait = self->wait;
    if (wait) {
        self->wait = NULL;
        wait->pending--;
        wait_note(wait, self, result);
        if (wait->pending == 0 || wait->decided)
            task_wake(wait->task);
    }
    if (self->maker && self->maker->joining)
        task_wake(self->maker); /* this may be the last child that it waits for */
}

void future_cancel(hob_future *self, int reason)
{
    if (self && !self->ready)
        self->kind->cancel(self, reason);
}

void future_release(hob_future *self)
{
    const struct future_kind *kind = self->kind;
    list_remove(&self->sibling);
    self->kind = NULL; /* to detect a later use */
    if (kind->release)
        kind->release(self);
}

hob_future *future_take(struct list *kept, size_t size)
{
    if (list_empty(kept))
        return reserve_refill() ? malloc(size) : NULL;
    struct list *link = kept->prev;
    list_remove(link);
    return list_entry(link, hob_future, sibling);
}

void future_free_kept(struct list *kept)
{
    struct list *link = kept->next;
    while (link != kept) {
        struct list *next = link->next;
        free(list_entry(link, hob_future, sibling));
        link = next;
    }
    list_init(kept);
}

/* Adds a future to the wait, or notes its result if it is ready. */
static void wait_add(struct wait *wait, hob_future *future, const char *call)
{
    if (!future) {
        wait_note(wait, NULL, -ENOMEM); /* a NULL future means that there was no memory for it */
        return;
    }
    if (!future->kind)
        misuse(call, "the future was awaited before, and is gone");
    if (future->claimed)
        misuse(call, "the future is being awaited already, or is named twice");
    if (future->loop && future->loop != wait->task->future.loop)
        misuse(call, "the future belongs to the loop of another thread");
    future->claimed = true;
    if (future->ready) {
        wait_note(wait, future, future->result);
    } else {
        future->wait = wait;
        wait->pending++;
    }
}

/*
 * Waits until all futures are ready. When the wait is decided or the task is interrupted, it
 * cancels the others and still waits for them, because they may use this stack. Returns the result
 * that has decided, or the interruption if that came first. A result that is ready is returned to
 * an interrupted task too, since the task may have to release it: a descriptor, for example.
 */
static int wait_for(struct wait *wait, hob_future *const *futures, size_t count, const char *call)
{
    struct task *self = wait->task = task_current(call);
    self->waits_in = call;
    bool cancelled = false;

    for (size_t i = 0; i < count; i++)
        wait_add(wait, futures[i], call);
    if (wait->pending == 0)
        task_yield_sometimes(self);
    while (wait->pending > 0) {
        int reason = task_interrupted(self);
        if (!cancelled && (wait->decided || reason < 0)) {
            cancelled = true;
            wait->interrupted = !wait->decided;
            for (size_t i = 0; i < count; i++)
                future_cancel(futures[i], reason < 0 ? reason : -ECANCELED);
            if (reason < 0)
                task_yield_sometimes(self);
            continue;
        }
        task_suspend(self);
    }
    if (self->lane.step) /* it was for this await, even if that has not waited */
        self->lane.step = NULL;
    return wait->interrupted ? task_interrupted(self) : wait->result;
}

static void release_all(hob_future *const *futures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (futures[i])
            future_release(futures[i]);
    }
}

int future_await(hob_future *self, const char *call)
{
    struct wait wait = {.any = true}; /* the result of the only future decides */
    int result = wait_for(&wait, &self, 1, call);
    release_all(&self, 1);
    return result;
}

int hob_await(hob_future *future)
{
    return future_await(future, __func__);
}

int hob_join_all(hob_future *const *futures, size_t count)
{
    struct wait wait = {0};
    int result = wait_for(&wait, futures, count, __func__);
    release_all(futures, count);
    return result;
}

int future_race(hob_future *const *futures, size_t count, size_t *winner, const char *call)
{
    struct wait wait = {.any = true};
    if (count == 0)
        return -EINVAL;
    int result = wait_for(&wait, futures, count, call);
    size_t first = wait.interrupted ? count : 0;
    while (first < count && futures[first] != wait.decider)
        first++;
    release_all(futures, count);
    if (winner)
        *winner = first;
    return result;
}

int hob_race_all(hob_future *const *futures, size_t count, size_t *winner)
{
    return future_race(futures, count, winner, __func__);
}

int hob_settle_all(hob_future *const *futures, size_t count, int *results)
{
    struct task *self = task_current(__func__);
    bool cancelled = false;
    for (size_t i = 0; i < count; i++) {
        int reason = task_interrupted(self);
        for (size_t rest = i; reason < 0 && !cancelled && rest < count; rest++)
            future_cancel(futures[rest], reason);
        cancelled = cancelled || reason < 0;
        results[i] = future_await(futures[i], __func__);
    }
    return task_interrupted(self);
}

int hob_await_for(hob_future *future, double seconds)
{
    task_current(__func__); /* for the message of a call outside a coroutine */
    double before = hob_deadline(seconds);
    int result = future_await(future, __func__);
    hob_deadline_at(before);
    return result;
}

void hob_cancel(hob_future *future)
{
    task_current(__func__);
    if (future && !future->kind)
        misuse(__func__, "the future was awaited before, and is gone");
    future_cancel(future, -ECANCELED);
}
