/*
 * The end of HTTP on a connection whose handler continues with another protocol. The connection
 * stays the server's: it lends its socket and its TLS to the handler.
 */
#include "hob/take_over.h"

#include <errno.h>
#include <string.h>

#include "hob/http.h"
#include "hob/text.h"
#include "net/conn.h"
#include "server/http1.h"

/* Whether a header that is a list of tokens has this one. */
static bool lists(hob_request *req, const char *header, const char *token)
{
    hob_header field;
    for (size_t position = 0; hob_request_next_header(req, &position, &field);) {
        if (hob_text_equals_any_case(field.name, header) && hob_list_has(field.value, token))
            return true;
    }
    return false;
}

/* Returns 0 or what hob_take_over() returns before the reply. */
static int check(hob_request *req, const hob_response *res, const char *protocol)
{
    if (res->replied)
        return -EALREADY;
    if (req->carrier != &http1_carrier || strcmp(hob_request_protocol(req), "HTTP/1.1") != 0)
        return -ENOTSUP;
    if (!hob_is_field_value(protocol))
        return -EINVAL;
    if (!lists(req, "Connection", "Upgrade") || !lists(req, "Upgrade", protocol))
        return -EPROTO;
    return http1_of(req)->parser.state == PARSER_DONE ? 0 : -EBUSY;
}

/* Several clients refuse a head whose Connection lists more than "Upgrade". */
static int put_head(hob_response *res, const char *protocol, struct buffer *out)
{
    static const char begin[] =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ";
    static const char id_field[] = "\r\nX-Request-Id: ";
    const char *id = request_sends_id(res->request) ? request_ensure_id(res->request) : NULL;
    const struct buffer *fields = &res->fields;
    int err = buffer_reserve(
        out, sizeof(begin) + strlen(protocol) + sizeof(id_field) + (id ? strlen(id) : 0) +
                 buffer_length(fields) + strlen("\r\n\r\n"));
    if (err < 0)
        return err;
    char *at = stpcpy(stpcpy(buffer_room(out), begin), protocol);
    if (id)
        at = stpcpy(stpcpy(at, id_field), id);
    at = stpcpy(at, "\r\n");
    if (buffer_length(fields) > 0)
        at = mempcpy(at, buffer_bytes(fields), buffer_length(fields));
    buffer_fill(out, stpcpy(at, "\r\n"));
    return 0;
}

/* Writes the head. Returns 0 or -ENOMEM. */
static int reply(hob_request *req, hob_response *res, const char *protocol)
{
    struct http1 *http1 = http1_of(req);
    if (res->hooks)
        response_call_hooks(res, &(hob_head){.status = 101});
    int err = put_head(res, protocol, connection_out(http1->connection));
    if (err < 0)
        return err;
    res->replied = res->whole = true;
    res->status = 101;
    http1->keep_alive = false;
    deadline_unlimit(req->task, req->before);
    return 0;
}

/* From now on only the handler reads and writes. Returns 0 or -ENOMEM. */
static int leave(struct connection *self, hob_conn *conn)
{
    size_t length;
    const char *unread = connection_unread(self, &length);
    int err = conn_set_early(conn, unread, length);
    connection_consume(self, length);
    buffer_free(&self->kept_input);
    ev_io_stop(connection_loop(self), &self->readable);
    self->taken_over = true;
    if (self->server->closing)
        task_cancel(self->task, -ECANCELED);
    return err;
}

int hob_take_over(hob_request *req, hob_response *res, const char *protocol, hob_conn **conn)
{
    request_expect_task(req, __func__);
    *conn = NULL;
    int err = check(req, res, protocol);
    if (err < 0)
        return err;
    struct connection *connection = http1_of(req)->connection;
    hob_server_counts *counts = &connection->server->counts;
    hob_conn *lent = conn_lend(connection->readable.fd, &connection->peer, connection->tls);
    if (!lent)
        return -ENOMEM;
    lent->received = &counts->received;
    lent->sent = &counts->sent;
    err = hob_defer(conn_free, lent);
    if (err == 0)
        err = reply(req, res, protocol);
    if (err == 0)
        err = connection_flush(connection);
    if (err == 0)
        err = leave(connection, lent);
    *conn = err == 0 ? lent : NULL;
    return err;
}
