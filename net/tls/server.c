#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "server_stream.h"
#include "socket_bio.h"

/*
 * Whether files have changed.
 */

/* Adds a number to a hash (FNV-1a). */
static uint64_t add(uint64_t hash, uint64_t number)
{
    return (hash ^ number) * UINT64_C(0x100000001b3);
}

/* Adds what changes when a file is written or replaced. A file that is not there counts as well. */
static uint64_t add_file(uint64_t hash, const char *path)
{
    struct stat file = {.st_ino = 0};
    if (path)
        stat(path, &file);
    hash = add(hash, file.st_ino);
    hash = add(hash, (uint64_t)file.st_size);
    hash = add(hash, (uint64_t)file.st_mtim.tv_sec);
    return add(hash, (uint64_t)file.st_mtim.tv_nsec);
}

static uint64_t identify_files(const hob_tls_server_options *options)
{
    uint64_t hash = add_file(UINT64_C(0xcbf29ce484222325), options->client_ca_file);
    for (size_t i = 0; i < options->certificate_count; i++) {
        hash = add_file(hash, options->certificates[i].certificate_file);
        hash = add_file(hash, options->certificates[i].key_file);
        hash = add_file(hash, options->certificates[i].ocsp_file);
    }
    return hash;
}

bool hob_tls_server_has_changed(const hob_tls_server *tls)
{
    const struct server *self = (const struct server *)tls;
    return identify_files(&self->options) != self->read_files;
}

/*
 * Made, changed and freed.
 */

int hob_tls_server_reload(hob_tls_server *tls, hob_error *error)
{
    struct server *self = (struct server *)tls;
    struct credentials *credentials;
    self->read_files = identify_files(&self->options); /* first: they may change meanwhile */
    int err = credentials_read(&self->options, error, &credentials);
    if (err < 0)
        return err;
    if (self->credentials)
        credentials_release(self->credentials);
    self->credentials = credentials;
    return 0;
}

int hob_tls_server_new(const hob_tls_server_options *options, hob_tls_server **tls)
{
    struct server *self = calloc(1, sizeof(*self));
    *tls = NULL;
    if (!self)
        return -ENOMEM;
    self->base.accept = server_stream_accept;
    self->options = *options;
    self->users = 1;
    self->socket = socket_bio_method();
    bool ready = self->socket && tickets_init(&self->tickets, time(NULL));
    int err = ready ? hob_tls_server_reload(&self->base, options->error) : -ENOMEM;
    if (err < 0)
        server_release(self);
    else
        *tls = &self->base;
    return err;
}

void server_release(struct server *self)
{
    if (--self->users > 0)
        return;
    if (self->credentials)
        credentials_release(self->credentials);
    BIO_meth_free(self->socket);
    free(self);
}

void hob_tls_server_free(hob_tls_server *tls)
{
    if (tls)
        server_release((struct server *)tls);
}
