/* The head of a request: what may be in it, and its bytes. */
#ifndef HOB_CLIENT_REQUEST_HEAD_H
#define HOB_CLIENT_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/client.h"
#include "hob/net.h"
#include "proxy.h"
#include "url.h"

/* One request of a fetch, which sends another one for each redirect. */
struct outgoing {
    const hob_fetch_request *request;
    const char *user_agent;     /* "" is none */
    const hob_codings *codings; /* NULL is none */
    struct url url;
    const char *method;
    const struct proxy *proxy; /* for this URL; NULL is none */
    bool has_body;             /* the body of the request is sent */
    bool other_origin;         /* a redirect has led to another origin, which gets no credentials */
};

/*
 * Returns 0, or -EINVAL and a text in *error if the method or a field is refused: then nothing may
 * be sent.
 */
int request_head_check(const hob_fetch_request *request, hob_error *error);

/*
 * Whether the client asks for its content codings, and decodes the response: not if the request has
 * a target or an Accept-Encoding of its own, or asks for a range, which is one of the encoded body.
 */
bool request_head_asks_codings(const struct outgoing *self);

/* Whether the proxy gets the request, and not the origin through a tunnel. */
bool request_head_is_for_proxy(const struct outgoing *self);

/* The bytes of the head, for free(3). NULL when out of memory. */
char *request_head_write(const struct outgoing *self, size_t *size);

#endif
