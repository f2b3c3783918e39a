/* A response while its handler runs. Lies on the stack of the connection's task. */
#ifndef HOB_SERVER_RESPONSE_H
#define HOB_SERVER_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "hob/server.h"
#include "request.h"

/* How the client finds the end of the content (RFC 9112 section 6.3). */
enum content_form {
    CONTENT_OF_KNOWN_LENGTH,
    CONTENT_IN_CHUNKS,   /* a stream */
    CONTENT_UNTIL_CLOSE, /* a stream to a client that knows no chunks */
};

struct hob_response {
    struct hob_request *request;
    struct buffer fields; /* headers added by the handler, as they go on the wire */
    bool plain_errors;    /* no error page is called: it was, or no coroutine runs */
    struct hook *hooks;   /* see hob_response_before_head(); NULL once they were called */
    bool replied;

    /* Once replied. */
    int status; /* 0 before */
    enum content_form form;
    bool is_stream;       /* hob_stream_sized() has begun it, so hob_send() may be called */
    bool keep_alive;      /* what the client was told */
    bool without_content; /* the request was HEAD, or the status has none */
    uint64_t missing;     /* bytes of the content that were announced and not put yet */
    uint64_t sent;        /* bytes of the content that were put */
};

void response_init(struct hob_response *self, struct hob_request *request);
void response_free(struct hob_response *self);

/* Calls the hooks of the head that is about to be put. */
void response_call_hooks(struct hob_response *self, const hob_head *head);

/* For a call after the reply, which a loop may repeat for ever: others get a turn. -EALREADY. */
int response_too_late(struct hob_response *self);

/* Whether responses with this status have content at all. Also false if it is no status. */
bool response_may_have_content(int status);

/*
 * Puts the head of a response whose content is sent piece by piece: `length` bytes if the form is
 * CONTENT_OF_KNOWN_LENGTH. The handler_timeout ends here. Returns as hob_reply() does.
 */
int response_begin(
    struct hob_response *self, int status, const char *content_type, uint64_t length);

/* Puts what comes after the content of a stream. Returns 0 or -ENOMEM. */
int response_end_stream(struct hob_response *self);

/*
 * Replies with the status and a line of text: its reason phrase, and the detail unless NULL. May be
 * called in a callback of the loop.
 */
int response_reply_error(struct hob_response *self, int status, const char *detail);

#endif
