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
    char text[512 * 1024]; /* what came so far */
    size_t length;
};

/* Begins a GET request with these fields, each with its line break. */
static inline struct stream *
follow(const struct server *server, const char *path, const char *fields)
{
    struct stream *self = calloc(1, sizeof(*self));
    cr_assert_not_null(self);
    self->client = raw_connect(server);
    raw_send(&self->client, formatted("GET %s HTTP/1.0\r\n%s\r\n", path, fields));
    return self;
}

/* Takes what has come, or waits for it if there are no flags for recv(2). False if nothing came. */
static inline bool receive_more(struct stream *self, int flags)
{
    size_t room = sizeof(self->text) - 1 - self->length;
    ssize_t size = recv(self->client.fd, self->text + self->length, room, flags);
    self->length += size > 0 ? (size_t)size : 0;
    return size > 0;
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
        if (!receive_more(self, 0))
            break;
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
