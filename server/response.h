/* A response while its handler runs, independent of the protocol that carries it. */
#ifndef HOB_SERVER_RESPONSE_H
#define HOB_SERVER_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "hob/server.h"
#include "http/buffer.h"
#include "request.h"

struct hob_response {
    struct hob_request *request;
    struct buffer fields;   /* headers added by the handler, as lines: "Name: value" CR LF */
    struct hook *hooks;     /* see hob_response_before_head(); NULL once they were called */
    uint64_t missing;       /* bytes of the content that were announced and not written yet */
    uint64_t sent;          /* bytes of the content that were written */
    unsigned trailers_size; /* bytes of the last of these lines, which are trailers */
    int status;             /* 0 before there is a reply */
    bool plain_errors;      /* no error page is called: it was, or no coroutine runs */
    bool late;              /* the server replies for a handler that is still running */
    bool without_content;   /* the request was HEAD, or the status has none */
    bool replied;
    bool is_stream; /* hob_stream_sized() has begun it, so hob_send() may be called */
    bool is_sized;  /* ... with the length of the content */
    bool whole;     /* the carrier has been given all of it */
};

void response_init(struct hob_response *self, struct hob_request *request);
void response_free(struct hob_response *self);

/* Whether a handler may add this header now. Returns as hob_response_add_header(). */
int response_check_field(struct hob_response *self, const char *name, const char *value);

/* Calls the hooks of the head that is about to be written. */
void response_call_hooks(struct hob_response *self, const hob_head *head);

/* For a call after the reply. Lets others run, since a loop may repeat it. Returns -EALREADY. */
int response_refuse_late(struct hob_response *self);

/* The lines of the trailers: self->trailers_size bytes behind those of the headers. */
static inline const char *response_trailers(const struct hob_response *self)
{
    return self->fields.data ? self->fields.data + self->fields.end - self->trailers_size : "";
}

/* Adds a line to the fields, without a check. Returns 0 or -ENOMEM. */
int response_append_field(struct hob_response *self, const char *name, const char *value);

/* Whether responses with this status have content. Also false if it is no status. */
bool response_may_have_content(int status);

/* Writes the head of a stream: see hob_stream_sized(). */
int response_begin_stream(
    struct hob_response *self, int status, const char *content_type, uint64_t length);

/* After the handler, which returned `result`: ends the stream if it is one and not cut short. */
void response_end_stream(struct hob_response *self, int result);

/*
 * Replies with the status and a line of text: its reason phrase, and the detail unless NULL. May be
 * called in a callback of the loop.
 */
int response_reply_error(struct hob_response *self, int status, const char *detail);

#endif
