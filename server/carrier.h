/*
 * The carrier of an exchange: an HTTP/1.1 connection (http1.c), a stream of HTTP/2
 * (http2/carrier.c) or a test (testing/requests.c). Requests and responses depend on no protocol.
 *
 * A carrier fills in the request's head, and calls exchange_serve(). res->whole then says whether
 * the response is complete. If the client leaves before that, the carrier calls
 * request_client_left().
 */
#ifndef HOB_SERVER_CARRIER_H
#define HOB_SERVER_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hob/request.h"
#include "hob/response.h"

/* The head of a response. The fields that handlers have added are in hob_response.fields. */
struct reply_head {
    int status;
    const char *content_type; /* NULL if there is none */
    size_t type_length;
    uint64_t length;        /* bytes of content; HOB_LENGTH_UNKNOWN for a stream */
    const char *request_id; /* to be sent as X-Request-Id; NULL if it is not */
};

struct trailers;

struct carrier {
    /* Reads 1 to `size` bytes of the body. Waits for them. Returns as hob_body_read() does. */
    int (*read_body)(struct hob_request *req, void *data, size_t size);

    /* The trailers of the request once the body was read, or NULL. For the handler only. */
    const struct trailers *(*trailers)(const struct hob_request *req);

    /*
     * Writes the head and `size` bytes of content: all of it, or 0 bytes if calls of send() follow.
     * If res->without_content is set, none follow. Returns 0, or -ENOMEM if nothing was written.
     */
    int (*begin)(
        struct hob_response *res, const struct reply_head *head, const void *content, size_t size);

    /* Writes more of the content. Waits while too much output is unsent. As hob_send(). */
    int (*send)(struct hob_response *res, const void *data, size_t size);

    /* Ends the content that send() has written, and sends response_trailers(). Returns 0 or
     * -ENOMEM. */
    int (*end)(struct hob_response *res);

    /*
     * Called in a callback of the loop: the server has replied for a handler that is still running.
     * Sends the response without waiting for the handler.
     */
    void (*release_client)(struct hob_request *req);

    /* See hob_request_protocol(). */
    const char *(*protocol)(const struct hob_request *req);

    /* See hob_request_tls(). */
    bool (*describe_tls)(const struct hob_request *req, hob_tls_info *info);

    /* See hob_request_peer(). */
    int (*format_peer)(const struct hob_request *req, char *text, size_t size);
};

#endif
