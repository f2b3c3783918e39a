/* A request while its handler runs: its head, its body and its limits. No protocol owns it. */
#ifndef HOB_SERVER_REQUEST_H
#define HOB_SERVER_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random_id.h"
#include "carrier.h"
#include "hob/server.h"
#include "http/head.h"
#include "runtime/deadline.h"
#include "server.h"

/* The reason for which a request is refused that breaks a rule or a limit of its protocol. */
struct refusal {
    int status; /* 0 if it is not refused */
    hob_reject reason;
    const char *detail; /* the rule or limit */
};

struct hob_request {
    const struct carrier *carrier;
    hob_server *server;
    struct task *task;  /* runs the handler */
    const char *method; /* "" as long as none of it was read */
    struct head head;   /* head.data is NULL when its strings were dropped: there was no memory */
    char *kept_head;    /* the memory of the strings, once the request owns it; else NULL */

    uint64_t body_length;  /* bytes of the body that the head announces; 0 if it does not */
    size_t body_size;      /* bytes of the body that the handler has read */
    size_t own_body_limit; /* see hob_request_set_body_limit(); 0 for the server's */
    double own_timeout;    /* see hob_request_set_timeout(); 0 for the server's */
    const char *route;     /* these two: see hob_request_set_route() */
    void *match;
    struct value *values;   /* see hob_request_set(); NULL at first */
    size_t exceeded_limit;  /* the limit that the body exceeds; SIZE_MAX if it does not */
    struct deadline before; /* the task's, before the handler was given its time */

    struct refusal refusal;
    bool body_late;   /* the client has sent none of the body for too long */
    bool cancellable; /* the handler is cancelled when the client leaves */
    bool client_left; /* a response would not arrive */
    bool observed;    /* observers are being called. They do not wait, so the head need not move */
    char id[RANDOM_ID_SIZE]; /* an id made by the server; "" before */
};

void request_init(
    struct hob_request *self, const struct carrier *carrier, hob_server *server, struct task *task);
void request_free(struct hob_request *self);

/* Ends the process with a message if the running coroutine is not that of the handler. */
void request_expect_task(const struct hob_request *self, const char *call);

/* Whether the response has no content because the method is HEAD. */
static inline bool request_is_head(const struct hob_request *self)
{
    const char *method = self->method;
    return method[0] == 'H' && method[1] == 'E' && method[2] == 'A' && method[3] == 'D' &&
           method[4] == '\0';
}

/*
 * The strings of a head lie in memory that all requests share, until the coroutine waits.
 *
 * Moves them to memory of the request. Returns 0, or -ENOMEM, which cannot happen while a handler
 * runs: see workspace_ensure_spare().
 */
int request_keep_head(struct hob_request *self);

/* Moves them back to `room`, in which more can be appended. */
void request_return_head(struct hob_request *self, char *room);

/* Drops the strings: there was no memory for them, and the next request overwrites them. */
void request_forget_head(struct hob_request *self);

/*
 * The head, with strings that stay valid until the handler returns. NULL without memory, or if the
 * request was refused before there was a head; never to a handler.
 */
const struct head *request_stable_head(struct hob_request *self);

/*
 * Returns memory for the decoded form of a part of the target or of a cookie, which is never longer
 * than the part. It is the same memory for the same part. NULL as request_stable_head().
 */
char *request_decoded(struct hob_request *self, const char *part);

/* Bytes of the body that are announced and have not been read; 0 if that is not known. */
uint64_t request_announced(const struct hob_request *self);

/* -EMSGSIZE if the body is, or is going to be, larger than `limit`. */
int request_check_size(struct hob_request *self, size_t limit);

/* The same as hob_request_id(), but valid only until the coroutine waits. */
const char *request_ensure_id(struct hob_request *request);

/* Whether the response has X-Request-Id: the id was used or received, or request_ids is set. */
static inline bool request_sends_id(const struct hob_request *self)
{
    return *self->id || self->head.request_id || self->server->options.request_ids;
}

/* Called when the client takes no response any more. Cancels the handler if it is cancellable. */
void request_client_left(struct hob_request *self);

/*
 * Describes the request for messages, by its route, path and id. Makes an id if there is none, so
 * that the response and the access log have it too. As describe_fn.
 */
int request_describe(struct hob_request *self, char *text, size_t size);

#endif
