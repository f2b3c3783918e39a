/*
 * A socket that clients connect to, while a server has it. hob_listen() in hob/address.h makes one.
 */
#ifndef HOB_NET_LISTENER_H
#define HOB_NET_LISTENER_H

#include <ev.h>
#include <stdbool.h>
#include <sys/un.h>

#include "hob/address.h"

struct listener {
    int fd;                  /* -1 once it is closed */
    ev_io acceptable;        /* the server's; armed while it accepts */
    bool local;              /* it is a unix socket */
    struct sockaddr_un file; /* its sun_path is empty if there is none */
    hob_socket_file made;    /* of that file: the path may lead to another one by now */
    bool exposed;            /* other machines can reach it */
};

/*
 * Takes over a listening socket, and makes it as hob_listen() would have. Returns 0, or what
 * hob_socket_url() fails with, and then the socket is still the caller's.
 */
int listener_take(struct listener *self, int fd);

/* Sets the file of a unix socket, if it may not be the one at its path. All zero: there is none. */
void listener_set_file(struct listener *self, const hob_socket_file *file);

/*
 * Lets nobody else into the queue; those who are in it can still be accepted. The file of a unix
 * socket is removed. With TCP the kernel drops the first packet of new clients, which they send
 * again after a second, when nobody listens or a new server does. This holds for all processes that
 * have the socket.
 */
void listener_shut(struct listener *self);

/* Closes the socket, unless it is closed already. Clients in its queue are reset. */
void listener_close(struct listener *self);

#endif
