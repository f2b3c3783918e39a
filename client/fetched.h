/* A response, and the connection that it comes on. */
#ifndef HOB_CLIENT_FETCHED_H
#define HOB_CLIENT_FETCHED_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/client.h"
#include "pool.h"
#include "proxy.h"
#include "response_reader.h"
#include "retry.h"
#include "runtime/arena.h"

struct hob_client {
    hob_client_options options; /* complete */
    struct response_limits limits;
    struct pool pool;
    struct proxies proxies;
    struct retry_budget budget;
    uint64_t requests;
    hob_error error;
    /*
     * The input buffer of all fetches, so that a fetch that waits takes no memory for one. A
     * coroutine leaves no data in it when it waits. hob_conn_read() may wait with it, because it
     * writes to it only right before it returns.
     */
    char in[16 * 1024];
    char head[]; /* strings of a head; limits.head bytes */
};

struct hob_fetched {
    struct cleanup cleanup; /* of the coroutine that has fetched */
    struct arena *arena;    /* that coroutine's */
    hob_client *client;
    char *url;           /* without a fragment */
    char method[24];     /* for messages: cut to what fits */
    struct pooled *conn; /* NULL once it was released */
    struct response_reader reader;
    bool sent;     /* all of the request was */
    bool began;    /* the response has, since bytes of it were received */
    char *kept;    /* own memory of the head's strings and unread bytes, in place of the client's */
    size_t unread; /* offset in `kept` of received bytes that were not read yet */
    size_t unread_end;
    struct trailers trailers;
    struct decoding *decoding; /* of the body; NULL if it is not decoded */
    int err;                   /* the error of reading, or 0 */
};

/* A response that the current coroutine owns. NULL when out of memory. */
hob_fetched *fetched_new(hob_client *client);

/* Sets the client's error text: the method and URL, and what went wrong. Returns err. */
int fetched_fail(hob_fetched *self, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with the text of the connection. */
int fetched_fail_conn(hob_fetched *self, int err);

/*
 * Receives until the head of the final response is complete. Keeps the received bytes when it is
 * interrupted, so that it can be called again. Returns 0 or a negative errno.
 */
int fetched_read_head(hob_fetched *self, const hob_fetch_request *request);

/* Reads as hob_fetched_read() does, but does not decode. */
int fetched_read_encoded(hob_fetched *self, void *data, size_t size);

/* Reads and drops the rest of the body, if it ends within `limit` bytes. */
void fetched_drain(hob_fetched *self, size_t limit);

/* Gives the connection back, or closes it if it cannot be used again. */
void fetched_release(hob_fetched *self);

#endif
