/*
 * How do I use hob in a program that has a libev loop already?
 *
 *     $ curl localhost:8080/count
 *     the other loop has counted to 1
 *     $ curl localhost:8080/count
 *     the other loop has counted to 2
 *
 * hob's loop runs on a thread of its own. A handler wakes the other loop, and awaits its answer.
 */
#include <ev.h>
#include <hob/hob.h>
#include <pthread.h>
#include <stdlib.h>

struct program {
    struct ev_loop *ev;
    ev_async wake;
    hob_future *_Atomic question; /* NULL if there is none */
    hob_mutex *one_at_a_time;     /* between handlers */
    int counted;
    const char *address;
};

/* On the thread of the other loop. */
static void on_wake(struct ev_loop *ev, ev_async *watcher, int events)
{
    struct program *self = watcher->data;
    (void)ev;
    (void)events;
    hob_remote_resolve(self->question, ++self->counted);
}

static int count(hob_request *req, hob_response *res)
{
    struct program *self = hob_state(req);
    int result = hob_mutex_lock(self->one_at_a_time);
    if (result < 0)
        return result;
    self->question = hob_remote_promise();
    if (self->question)
        ev_async_send(self->ev, &self->wake);
    result = hob_await(self->question);
    hob_mutex_unlock(self->one_at_a_time);
    if (result < 0)
        return result;
    return hob_reply_printf(res, 200, HOB_TEXT, "the other loop has counted to %d\n", result);
}

static void *serve(void *arg)
{
    struct program *self = arg;
    const hob_route routes[] = {HOB_ROUTE("GET /count", count, self), {0}};
    exit(hob_serve(self->address, routes)); /* SIGTERM ends the program */
}

int main(int argc, char **argv)
{
    struct program self = {.ev = ev_default_loop(0), .one_at_a_time = hob_mutex_new()};
    pthread_t server;
    self.address = argc > 1 ? argv[1] : "127.0.0.1:8080";
    ev_async_init(&self.wake, on_wake);
    self.wake.data = &self;
    ev_async_start(self.ev, &self.wake);
    if (!self.one_at_a_time || pthread_create(&server, NULL, serve, &self) != 0)
        return EXIT_FAILURE;
    return ev_run(self.ev, 0);
}
