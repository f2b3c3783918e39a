/*
 * A listening socket of a server. hob_listen() in hob/address.h makes one.
 */
#ifndef HOB_NET_LISTENER_H
#define HOB_NET_LISTENER_H

#include <ev.h>
#include <stdbool.h>
#include <sys/un.h>

#include "hob/address.h"
#include "hob/net.h"

struct listener {
    int fd;                  /* -1 once it is closed */
    ev_io acceptable;        /* belongs to the server; active while it accepts */
    bool local;              /* whether it is a unix socket */
    struct sockaddr_un file; /* sun_path is empty if there is no file */
    hob_socket_file made;    /* identifies that file, since the path may have another one now */
    bool exposed;            /* whether other machines can connect to it */
    hob_tls_server *tls;     /* belongs to the server; NULL: connections are without TLS */
};

/*
 * Takes a listening socket, and sets it up like hob_listen(). Returns 0, or an error of
 * hob_socket_url(): then the socket still belongs to the caller.
 */
int listener_take(struct listener *self, int fd);

/* Sets the file of a unix socket, if it may differ from the one at its path. All zero: no file. */
void listener_set_file(struct listener *self, const hob_socket_file *file);

/*
 * Keeps new clients out of the accept queue; clients in it can still be accepted. Removes the file
 * of a unix socket. With TCP the kernel drops the first packet of new clients, which they send
 * again after a second: then the port is closed, or a new server listens. This affects all
 * processes that have the socket.
 */
void listener_shut(struct listener *self);

/* Closes the socket, unless it is closed already, and resets clients in its queue. */
void listener_close(struct listener *self);

#endif
