/*
 * Responses that go on, such as the feed of the kitchen's page.
 */
#ifndef HOB_TESTS_SUPPORT_STREAM_H
#define HOB_TESTS_SUPPORT_STREAM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"

/* HTTP/1.0, so that nothing stands between the lines. */
struct stream {
    struct raw_client client;
    char text[256 * 1024]; /* what came so far */
    size_t length;
};

/* Begins a GET request with these fields, each with its line break. */
static inline struct stream *
follow(const struct server *server, const char *path, const char *fields)
{
    char request[300];
    struct stream *self = calloc(1, sizeof(*self));
    cr_assert_not_null(self);
    self->client = raw_connect(server);
    snprintf(request, sizeof(request), "GET %s HTTP/1.0\r\n%s\r\n", path, fields);
    raw_send(&self->client, request);
    return self;
}

/*
 * Waits until the text comes behind `after`, which lies in the stream's text. Returns where it is,
 * or NULL if the stream ends or is silent before.
 */
static inline const char *wait_for_next(struct stream *self, const char *after, const char *text)
{
    double end = clock_seconds() + PATIENCE;
    const char *place;
    while (!(place = strstr(after, text)) && clock_seconds() < end) {
        size_t room = sizeof(self->text) - 1 - self->length;
        ssize_t size = recv(self->client.fd, self->text + self->length, room, 0);
        if (size <= 0)
            break;
        self->length += (size_t)size;
    }
    return place;
}

static inline const char *wait_for_text(struct stream *self, const char *text)
{
    return wait_for_next(self, self->text, text);
}

static inline void leave(struct stream *self)
{
    raw_close(&self->client);
    free(self);
}

#endif
