/* The certificates and settings that the connections of a server share. */
#ifndef HOB_NET_TLS_SERVER_H
#define HOB_NET_TLS_SERVER_H

#include <openssl/bio.h>
#include <stddef.h>
#include <stdint.h>

#include "credentials.h"
#include "hob/tls.h"
#include "tickets.h"
#include "tls.h"

struct server {
    hob_tls_server base;
    hob_tls_server_options options;
    struct credentials *credentials; /* of new connections */
    uint64_t read_files;             /* identifies the files that were read last */
    struct tickets tickets;
    BIO_METHOD *socket; /* how OpenSSL reads and writes sockets */
    size_t users;       /* connections, and the program until hob_tls_server_free() */
};

/* Removes one user, and frees the server after the last one. */
void server_release(struct server *self);

#endif
