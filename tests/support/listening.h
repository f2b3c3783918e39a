/*
 * Sockets of 127.0.0.1 that tests connect to.
 */
#ifndef HOB_TESTS_SUPPORT_LISTENING_H
#define HOB_TESTS_SUPPORT_LISTENING_H

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hob/address.h"
#include "tests/support/criterion.h"

struct listening {
    int fd;
    hob_address address;
    char text[HOB_URL_SIZE]; /* "127.0.0.1:PORT" */
    void *user;              /* for the test */
    int waiting[64];         /* clients that fill the queue of a silent one */
    size_t waiting_count;
};

/* The address that a socket of hob_listen() has, as hob_connect() takes it. */
static inline void listening_read_address(struct listening *self)
{
    self->address.length = sizeof(self->address.ipv4);
    getsockname(self->fd, &self->address.any, &self->address.length);
    snprintf(self->text, sizeof(self->text), "127.0.0.1:%d", ntohs(self->address.ipv4.sin_port));
}

/* It accepts clients. */
static inline struct listening listening_open(void)
{
    struct listening self = {.fd = hob_listen("127.0.0.1:0")};
    listening_read_address(&self);
    return self;
}

/* A client of a socket that listens; it blocks. */
static inline int listening_connect(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_expect_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    cr_expect_eq(connect(fd, (struct sockaddr *)&address, size), 0);
    return fd;
}

static inline void listening_close(struct listening *self)
{
    for (size_t i = 0; i < self->waiting_count; i++)
        close(self->waiting[i]);
    close(self->fd);
}

/* It refuses clients. */
static inline struct listening listening_refuse(void)
{
    struct listening self = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const struct sockaddr_in any = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    cr_expect_eq(bind(self.fd, (const struct sockaddr *)&any, sizeof(any)), 0);
    listening_read_address(&self);
    return self;
}

/* Whether the connection is there within a moment, which is long for the loopback device. */
static inline bool listening_answers(struct listening *self)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    self->waiting[self->waiting_count++] = fd;
    bool begun = connect(fd, &self->address.any, self->address.length) == 0 || errno == EINPROGRESS;
    cr_expect(begun);
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    return poll(&poll_fd, 1, 20) == 1;
}

/* It does not answer clients: its queue is full, and the kernel drops their first packet. */
static inline struct listening listening_stay_silent(void)
{
    struct listening self = listening_open();
    cr_expect_eq(listen(self.fd, 0), 0);
    while (self.waiting_count < 64 && listening_answers(&self))
        ;
    return self;
}

#endif
