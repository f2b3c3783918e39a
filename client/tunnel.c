#include "tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/status.h"
#include "net/conn.h"
#include "net/connect.h"
#include "net/error.h"
#include "response_reader.h"

enum { RESPONSE_SIZE = 8192 }; /* the largest head of a proxy's response */

struct tunnel {
    const struct proxy *proxy;
    const char *address; /* of the host behind the proxy */
    hob_conn *conn;
    hob_error *error;
    struct response_reader reader;
    char head[RESPONSE_SIZE];
    char in[RESPONSE_SIZE];
};

static int fail(const struct tunnel *self, int err, const char *reason)
{
    error_set(
        self->error, "connecting to %s through %s: %s", self->address, self->proxy->address,
        reason);
    return err;
}

static int fail_conn(const struct tunnel *self, int err)
{
    hob_conn_error(self->conn, self->error);
    return err;
}

/* The other errors of the connection name the host and the proxy. */
static int rename_conn(struct tunnel *self)
{
    char *name;
    if (asprintf(&name, "%s through %s", self->address, self->proxy->address) < 0)
        return fail(self, -ENOMEM, strerror(ENOMEM));
    hob_conn *renamed = conn_rename(self->conn, name);
    free(name);
    if (!renamed)
        return fail(self, -ENOMEM, strerror(ENOMEM));
    self->conn = renamed;
    return 0;
}

static int send_request(const struct tunnel *self)
{
    const char *authorization = self->proxy->authorization;
    char *head;
    int length = asprintf(
        &head, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s%s%s\r\n", self->address, self->address,
        authorization ? "Proxy-Authorization: " : "", authorization ? authorization : "",
        authorization ? "\r\n" : "");
    if (length < 0)
        return fail(self, -ENOMEM, strerror(ENOMEM));
    int err = hob_conn_write(self->conn, head, (size_t)length);
    free(head);
    return err < 0 ? fail_conn(self, err) : 0;
}

static int check_status(const struct tunnel *self)
{
    char reason[100];
    int status = self->reader.status;
    if (status / 100 == 2)
        return 0;
    snprintf(
        reason, sizeof(reason), "the proxy refuses with status %d %s", status,
        status_reason(status));
    return fail(self, -ECONNREFUSED, reason);
}

/* Feeds received bytes. With TLS the client speaks first, so none may follow the head. */
static int feed(struct tunnel *self, size_t size)
{
    struct response_reader *reader = &self->reader;
    size_t taken = 0;
    if (size == 0)
        response_reader_end(reader);
    while (taken < size && reader->state < RESPONSE_BODY)
        taken += response_reader_feed(reader, self->in + taken, size - taken, NULL);
    if (reader->state == RESPONSE_FAILED) {
        char reason[sizeof(reader->reason) + 40];
        snprintf(reason, sizeof(reason), "the proxy's response is refused: %s", reader->reason);
        return fail(self, -EPROTO, reason);
    }
    if (reader->state < RESPONSE_BODY)
        return 0;
    int err = check_status(self);
    if (err == 0 && taken < size)
        err = fail(self, -EPROTO, "the proxy has sent bytes behind its response");
    return err;
}

static int receive_response(struct tunnel *self)
{
    static const struct response_limits limits = {
        .head = RESPONSE_SIZE, .header_count = 100, .interim_count = 32};
    int err = 0;
    response_reader_init(&self->reader, self->head, &limits, RESPONSE_TO_CONNECT);
    while (err == 0 && self->reader.state < RESPONSE_BODY) {
        int length = hob_conn_read(self->conn, self->in, sizeof(self->in));
        err = length < 0 ? fail_conn(self, length) : feed(self, (size_t)length);
    }
    return err;
}

/* Opens the tunnel on a connection to the proxy. The connection may move in memory. */
static int
open_tunnel(const struct proxy *proxy, const char *address, hob_error *error, hob_conn **conn)
{
    struct tunnel *self = malloc(sizeof(*self));
    if (!self) {
        error_set(error, "connecting to %s: %s", address, strerror(ENOMEM));
        return -ENOMEM;
    }
    self->proxy = proxy;
    self->address = address;
    self->conn = *conn;
    self->error = error;
    int err = rename_conn(self);
    if (err == 0)
        err = send_request(self);
    if (err == 0)
        err = receive_response(self);
    *conn = self->conn;
    free(self);
    return err;
}

static int connect_through(
    const struct proxy *proxy, const char *address, const hob_connect_options *options,
    hob_conn **conn)
{
    hob_connect_options to_proxy = *options;
    to_proxy.tls = NULL;
    int err = hob_connect(proxy->address, &to_proxy, conn);
    if (err == 0)
        err = open_tunnel(proxy, address, options->error, conn);
    return err == 0 && options->tls ? connect_tls(address, options, *conn) : err;
}

int tunnel_connect(
    const struct proxy *proxy, const char *address, const hob_connect_options *options,
    hob_conn **conn)
{
    double before = hob_deadline(options->timeout);
    int err = connect_through(proxy, address, options, conn);
    hob_deadline_at(before);
    if (err < 0) {
        hob_conn_close(*conn);
        *conn = NULL;
    }
    return err;
}
