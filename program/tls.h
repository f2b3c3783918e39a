/*
 * The files of TLS: the certificates of https, read at the start and again when they have changed,
 * and those that upstreams are trusted by, read at the start.
 */
#ifndef HOB_PROGRAM_TLS_H
#define HOB_PROGRAM_TLS_H

#include <stdbool.h>

#include "hob/tls.h"
#include "options.h"

struct tls {
    hob_tls_server *server; /* NULL: there is no https */
    hob_tls_certificate certificates[CERTIFICATES_MAX];
    hob_tls *client; /* NULL: there is no https upstream */
};

/*
 * Reads the files of the options. Prints why and returns false if they cannot be used; tls_close()
 * is to be called in either case.
 */
bool tls_open(struct tls *self, const struct options *options);

void tls_close(struct tls *self);

/*
 * Reads the files again, for new connections. If they cannot be used, logs why, and the old
 * certificates stay in use.
 */
void tls_reload(struct tls *self);

/* A coroutine; its argument is a struct tls. Reloads when files have changed. */
int tls_watch(void *tls);

#endif
