#include "response.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "body.h"
#include "hob/http.h"
#include "hob/text.h"
#include "http/status.h"
#include "runtime/deadline.h"
#include "runtime/decimal.h"
#include "runtime/loop.h"

void response_init(struct hob_response *self, struct hob_request *request)
{
    *self = (struct hob_response){.request = request};
}

int response_too_late(struct hob_response *self)
{
    task_yield_sometimes(self->request->connection->task);
    return -EALREADY;
}

void response_free(struct hob_response *self)
{
    buffer_free(&self->fields);
}

/*
 * What every response begins with, for status 200: made anew when the second has changed (RFC 9110
 * section 6.6.1).
 */
static const struct workspace *usual_begin(hob_server *server)
{
    struct workspace *workspace = server->workspace;
    time_t now = (time_t)ev_now(task_ev_loop(server->task));
    if (now != workspace->formatted_at) {
        char date[HOB_HTTP_DATE_SIZE];
        hob_http_date(now, date);
        workspace->usual_length = (size_t)snprintf(
            workspace->usual_begin, sizeof(workspace->usual_begin),
            USUAL_STATUS_LINE "Server: hob\r\nDate: %s\r\n", date);
        workspace->formatted_at = now;
    }
    return workspace;
}

/* Room for the lines of a head that have a bounded length. */
#define FIXED_FIELDS_SIZE 480

/* Each of these puts something at `at`, where begin() has reserved room, and returns its end. */

static char *put(char *at, const char *text)
{
    return stpcpy(at, text);
}

static bool is_status(int status)
{
    return status >= 200 && status <= 599;
}

/* RFC 9110 section 6.4.1, and 15.3.6 for status 205. */
static bool has_content(int status)
{
    return status != 204 && status != 205 && status != 304;
}

bool response_may_have_content(int status)
{
    return is_status(status) && has_content(status);
}

static char *put_framing(const struct hob_response *self, char *at, int status, uint64_t length)
{
    if (self->form == CONTENT_IN_CHUNKS) {
        at = put(at, "Transfer-Encoding: chunked\r\n");
    } else if (self->form == CONTENT_OF_KNOWN_LENGTH && status != 204 && status != 304) {
        at = put(at, "Content-Length: "); /* the others have none (RFC 9110 section 8.6) */
        at = put_number(at, length);
        at = put(at, "\r\n");
    }
    if (!self->keep_alive)
        at = put(at, "Connection: close\r\n");
    else if (self->request->parser.http.http_minor == 0)
        at = put(at, "Connection: keep-alive\r\n");
    return at;
}

static char *put_status_line(char *at, int status)
{
    at = put(at, "HTTP/1.1 ");
    at = put_number(at, (uint64_t)status);
    at = put(at, " ");
    at = put(at, status_reason(status));
    return put(at, "\r\n");
}

static char *put_head(
    const struct hob_response *self, char *at, int status, const char *content_type,
    size_t type_length, uint64_t length)
{
    const struct workspace *usual = usual_begin(self->request->connection->server);
    const char *id = request_tells_id(self->request) ? request_id_peek(self->request) : NULL;
    if (status == 200)
        at = mempcpy(at, usual->usual_begin, usual->usual_length);
    else
        at = put(put_status_line(at, status), usual->usual_begin + strlen(USUAL_STATUS_LINE));
    if (content_type) {
        at = put(at, "Content-Type: ");
        at = mempcpy(at, content_type, type_length);
        at = put(at, "\r\n");
    }
    at = put_framing(self, at, status, length);
    if (id)
        at = put(put(put(at, "X-Request-Id: "), id), "\r\n");
    if (buffer_length(&self->fields) > 0)
        at = mempcpy(at, buffer_bytes(&self->fields), buffer_length(&self->fields));
    return put(at, "\r\n");
}

/*
 * Whether the connection ends with this response for the server's sake. One that stops still
 * answers what was pipelined behind this request: the client was promised a connection that lasts.
 */
static bool is_last_response(const struct connection *connection)
{
    return connection->over_limit ||
           (connection->server->stopping && !connection_has_input(connection));
}

/* The type may be NULL. Inline, so that the length of a literal is known beforehand. */
static inline size_t length_of(const char *content_type)
{
    return content_type ? strlen(content_type) : 0;
}

static void
call_hooks(struct hob_response *self, int status, const char *content_type, uint64_t length)
{
    bool known = self->form == CONTENT_OF_KNOWN_LENGTH;
    const hob_head head = {status, content_type, known ? length : HOB_LENGTH_UNKNOWN};
    response_call_hooks(self, &head);
}

/* Puts the head, and makes room for so many bytes of the content as well. */
static int begin(
    struct hob_response *self, int status, const char *content_type, size_t type_length,
    uint64_t length, size_t size)
{
    struct hob_request *request = self->request;
    struct buffer *out = connection_out(request->connection);
    if (self->replied)
        return response_too_late(self);
    if (!is_status(status))
        return -EINVAL;
    if (size > SIZE_MAX / 4)
        return -ENOMEM;
    if (self->hooks)
        call_hooks(self, status, content_type, length);

    bool may = has_content(status);
    if (!may)
        content_type = NULL;
    bool without_content = !may || request->parser.http.method == HTTP_HEAD;
    size_t room = FIXED_FIELDS_SIZE + type_length + buffer_length(&self->fields) +
                  (without_content ? 0 : size);
    int err = buffer_reserve(out, room);
    if (err < 0)
        return err;
    self->replied = true;
    self->status = status;
    self->without_content = without_content;
    self->keep_alive = request->parser.keep_alive && body_can_drain(request) &&
                       self->form != CONTENT_UNTIL_CLOSE && !is_last_response(request->connection);
    self->missing = without_content || self->form != CONTENT_OF_KNOWN_LENGTH ? 0 : length;
    char *end =
        put_head(self, buffer_room(out), status, content_type, type_length, may ? length : 0);
    buffer_fill(out, end);
    return 0;
}

/* For types that come from the handler: our own are sound. */
static int check_type(struct hob_response *self, const char *content_type)
{
    if (self->replied)
        return response_too_late(self);
    return !content_type || hob_is_field_value(content_type) ? 0 : -EINVAL;
}

int response_begin(struct hob_response *self, int status, const char *content_type, uint64_t length)
{
    struct hob_request *request = self->request;
    int err = check_type(self, content_type);
    if (err == 0)
        err = begin(self, status, content_type, length_of(content_type), length, 0);
    if (err == 0)
        deadline_unlimit(request->connection->task, request->before);
    return err;
}

/* Content from this size on is sent from where it is. */
#define LARGE (64 * 1024)

static int reply_large(
    hob_response *res, int status, const char *content_type, const void *content, size_t size)
{
    int err = begin(res, status, content_type, length_of(content_type), size, 0);
    if (err < 0)
        return err;
    res->missing = 0;
    if (res->without_content)
        return 0;
    res->sent = size;
    connection_send_large(res->request->connection, content, size);
    return 0;
}

static int
reply(hob_response *res, int status, const char *content_type, const void *content, size_t size)
{
    if (size >= LARGE && size <= SIZE_MAX / 4) /* more than that cannot be there at all */
        return reply_large(res, status, content_type, content, size);
    int err = begin(res, status, content_type, length_of(content_type), size, size);
    if (err < 0)
        return err;
    res->missing = 0;
    if (size == 0 || res->without_content)
        return 0;
    res->sent = size;
    struct buffer *out = connection_out(res->request->connection);
    buffer_fill(out, mempcpy(buffer_room(out), content, size));
    return 0;
}

int hob_reply(
    hob_response *res, int status, const char *content_type, const void *content, size_t size)
{
    connection_expect_task(res->request->connection, __func__);
    int err = check_type(res, content_type);
    return err < 0 ? err : reply(res, status, content_type, content, size);
}

int hob_response_status(const hob_response *res)
{
    return res->status;
}

uint64_t hob_response_sent(const hob_response *res)
{
    return res->sent;
}

int hob_reply_text(hob_response *res, int status, const char *text)
{
    connection_expect_task(res->request->connection, __func__);
    return reply(res, status, "text/plain; charset=utf-8", text, strlen(text));
}

int hob_reply_json(hob_response *res, int status, const char *json)
{
    connection_expect_task(res->request->connection, __func__);
    return reply(res, status, "application/json", json, strlen(json));
}

static bool has_error_page(const struct hob_response *self, int status)
{
    return self->request->connection->server->options.error_page && status >= 400 &&
           !self->plain_errors && !self->replied;
}

static void call_error_page(struct hob_response *self, int status, const char *detail)
{
    struct hob_request *request = self->request;
    self->plain_errors = true; /* when the page calls hob_reply_error() itself */
    request_end_head(request);
    request->connection->server->options.error_page(request, self, status, detail);
    self->plain_errors = false;
}

int response_reply_error(struct hob_response *self, int status, const char *detail)
{
    char text[200];
    if (has_error_page(self, status)) {
        call_error_page(self, status, detail);
        if (self->replied)
            return 0;
    }
    snprintf(
        text, sizeof(text), "%d %s%s%s\n", status, status_reason(status), detail ? ": " : "",
        detail ? detail : "");
    return reply(self, status, "text/plain; charset=utf-8", text, strlen(text));
}

int hob_reply_error(hob_response *res, int status, const char *detail)
{
    connection_expect_task(res->request->connection, __func__);
    return response_reply_error(res, status, detail);
}
