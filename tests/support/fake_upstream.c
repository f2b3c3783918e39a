#include "tests/support/fake_upstream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/coroutine.h"
#include "tests/support/criterion.h"

struct guest {
    struct fake_upstream *upstream;
    hob_conn *conn;
};

static void note_received(struct fake_upstream *self, const char *bytes, size_t size)
{
    size_t room = sizeof(self->received) - 1 - self->received_size;
    size = size < room ? size : room;
    memcpy(self->received + self->received_size, bytes, size);
    self->received_size += size;
    self->received[self->received_size] = '\0';
}

static const struct act *next_act(struct fake_upstream *self)
{
    size_t index = self->requests++;
    return &self->acts[index < self->act_count ? index : self->act_count - 1];
}

/* Reads the head of a request byte by byte. Returns 0 when there is none. */
static int read_head(struct guest *self, char *head, size_t size)
{
    size_t length = 0;
    while (length < size - 1) {
        if (hob_conn_read(self->conn, head + length, 1) != 1)
            return 0;
        head[++length] = '\0';
        if (length >= 4 && strcmp(head + length - 4, "\r\n\r\n") == 0)
            break;
    }
    self->upstream->last_request = self->upstream->received_size;
    note_received(self->upstream, head, length);
    return 1;
}

/* Reads until the body has ended with these bytes, or has so many. */
static void read_body(struct guest *self, const char *end, size_t size)
{
    char last[8] = "";
    for (size_t i = 0; end ? strcmp(last, end) != 0 : i < size; i++) {
        char byte;
        if (hob_conn_read(self->conn, &byte, 1) != 1)
            return;
        note_received(self->upstream, &byte, 1);
        size_t keep = strlen(last) < 5 ? 0 : 1;
        memmove(last, last + keep, sizeof(last) - keep);
        last[strlen(last)] = byte;
    }
}

static void read_request_body(struct guest *self, const char *head)
{
    const char *length = strstr(head, "Content-Length: ");
    if (strstr(head, "Transfer-Encoding: chunked"))
        read_body(self, "0\r\n\r\n", 0);
    else if (length)
        read_body(self, NULL, strtoul(length + strlen("Content-Length: "), NULL, 10));
}

static void say(struct guest *self, const char *text, size_t size, bool slow)
{
    size_t piece = slow ? 1 : size;
    for (size_t i = 0; i < size; i += piece) {
        hob_conn_write(self->conn, text + i, piece);
        hob_yield();
    }
}

/* Sends what the act says, with five bytes of the request's target if it echoes. */
static void say_act(struct guest *self, const struct act *act, const char *head)
{
    char text[512];
    snprintf(text, sizeof(text), "%s", act->send);
    char *hello = strstr(text, "hello");
    const char *end = strstr(head, " HTTP/1.1\r\n");
    if (hello && end)
        memcpy(hello, end - 5, 5);
    say(self, text, strlen(text), act->slow);
}

static void reset(struct guest *self)
{
    const struct linger linger = {.l_onoff = 1};
    setsockopt(hob_conn_fd(self->conn), SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* Answers a request. Returns whether there can be another one. */
static bool answer(struct guest *self, const char *head)
{
    const struct act *act = next_act(self->upstream);
    if (!act->early)
        read_request_body(self, head);
    if (act->send && act->echo)
        say_act(self, act, head);
    else if (act->send)
        say(self, act->send, act->size > 0 ? act->size : strlen(act->send), act->slow);
    if (act->later) {
        hob_sleep(0.01);
        say(self, act->later, strlen(act->later), false);
    }
    if (act->then == THEN_RESET)
        reset(self);
    if (act->then == THEN_HOLD)
        hob_sleep(INFINITY);
    return act->then == THEN_NEXT;
}

static void close_guest(void *arg)
{
    struct guest *self = arg;
    self->upstream->open--;
    hob_conn_close(self->conn);
    free(self);
}

static int serve_guest(void *arg)
{
    struct guest *self = arg;
    char head[4096];
    hob_defer(close_guest, self);
    while (read_head(self, head, sizeof(head)) > 0 && answer(self, head))
        ;
    return 0;
}

static int accept_guests(void *arg)
{
    struct fake_upstream *self = arg;
    hob_conn *conn;
    while (hob_accept(self->listening.fd, &conn) == 0) {
        struct guest *guest = malloc(sizeof(*guest));
        cr_expect(guest);
        *guest = (struct guest){.upstream = self, .conn = conn};
        self->accepted++;
        self->open++;
        cr_expect_eq(hob_start(serve_guest, guest), 0);
    }
    return 0;
}

void fake_upstream_start_at(
    struct fake_upstream *self, const char *address, const struct act *acts, size_t count)
{
    *self = (struct fake_upstream){.acts = acts, .act_count = count};
    self->listening.fd = hob_listen(address);
    cr_expect_geq(self->listening.fd, 0);
    listening_read_address(&self->listening);
    snprintf(self->url, sizeof(self->url), "http://%s", self->listening.text);
    self->serving = hob_async(accept_guests, self);
}

void fake_upstream_start(struct fake_upstream *self, const struct act *acts, size_t count)
{
    fake_upstream_start_at(self, "127.0.0.1:0", acts, count);
}

void fake_upstream_stop(struct fake_upstream *self)
{
    hob_cancel(self->serving);
    hob_await(self->serving);
    listening_close(&self->listening);
}
