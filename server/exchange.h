/*
 * An exchange: a request and its response, from the head of the request until the observers were
 * called. Lies on the stack of the coroutine that runs the handler.
 */
#ifndef HOB_SERVER_EXCHANGE_H
#define HOB_SERVER_EXCHANGE_H

#include <ev.h>
#include <stdbool.h>

#include "request.h"
#include "response.h"

struct exchange {
    struct hob_request req;
    struct hob_response res;
    double began;   /* when the first bytes of the request were there, by hob_now() */
    double called;  /* when the handler was called */
    bool timed_out; /* the time of the handler is over */
    bool overdue;   /* ... and has not replied: the timer was started */
    bool observed;  /* the observers were called */
    ev_timer timer;
};

static inline struct exchange *exchange_of(struct hob_request *req)
{
    return (struct exchange *)req;
}

/* For a request whose first bytes came at the time `began`. The carrier fills in its head. */
void exchange_init(
    struct exchange *self, const struct carrier *carrier, hob_server *server, struct task *task,
    double began);

/* Calls the handler at the time `now`, and replies if the handler has not. Returns its result. */
int exchange_serve(struct exchange *self, double now);

/* Replies to a request that breaks a rule or a limit: see hob_request.refusal. */
void exchange_refuse(struct exchange *self);

/* Calls the observers at the time `now`, unless they were called already. */
void exchange_observe(struct exchange *self, double now);

void exchange_free(struct exchange *self);

/*
 * Called in a callback of the loop when the deadline of the handler has passed. If the handler does
 * not reply soon, since it waits for something that cannot be cancelled, the server replies for it.
 */
void exchange_expire(struct exchange *self);

#endif
