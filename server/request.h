/* A request while its handler runs. Lies on the stack of the connection's task. */
#ifndef HOB_SERVER_REQUEST_H
#define HOB_SERVER_REQUEST_H

#include <stdbool.h>

#include "connection.h"
#include "hob/server.h"
#include "http/parser.h"
#include "request_id.h"

struct hob_request {
    struct connection *connection;
    struct parser parser;
    char *kept_head; /* the head's strings, once they had to leave the workspace; else NULL */
    bool continued;  /* 100 Continue was sent */
    struct deadline before; /* the task's, before the handler was given its time */
    size_t body_size;       /* bytes of the body that the handler has read */
    size_t own_body_limit;  /* see hob_request_set_body_limit(); 0 for the server's */
    double own_timeout;     /* see hob_request_set_timeout(); 0 for the server's */
    size_t body_limit;      /* the limit that the body is larger than; SIZE_MAX if it is not */
    const char *route;      /* these two: see hob_request_set_route() */
    void *match;
    struct value *values;     /* see hob_request_set(); NULL at first */
    char id[REQUEST_ID_SIZE]; /* one that was made for it; "" before */
    bool observed; /* observers are being called: nobody waits, so the head need not move */
};

void request_init(struct hob_request *self, struct connection *connection);
void request_free(struct hob_request *self);

/* Reads the head. Returns 1 if it was read or found bad, else what connection_fill() returned. */
int request_read_head(struct hob_request *self);

/* Moves the head's strings to memory that stays while other tasks run. Returns 0 or -ENOMEM. */
int request_keep_head(struct hob_request *self);

/* No more of the head will come: makes what is there readable as if it was whole. */
void request_end_head(struct hob_request *self);

/* The head, where its strings may be pointed to while the handler waits. NULL without memory. */
const struct head *request_stable_head(struct hob_request *self);

/* Whether its response tells the id: somebody has asked for it, sent one, or wants it always. */
static inline bool request_tells_id(const struct hob_request *self)
{
    return *self->id || self->parser.request_id || self->connection->server->options.request_ids;
}

/* When they could not be moved: what lies there next is another request's. */
void request_forget_head(struct hob_request *self);

/* The describe_fn of a connection's task: by the request's route, path and id. */
describe_fn request_describe;

/* Parses up to `limit` bytes of the unread input. */
void request_feed(struct hob_request *self, size_t limit);

#endif
