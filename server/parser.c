#include "parser.h"

#include <string.h>
#include <strings.h>

#include "target.h"

static int fail(struct parser *self, int status, const char *reason)
{
    self->state = PARSER_FAILED;
    self->status = status;
    self->reason = reason;
    return -1; /* makes llhttp stop */
}

/*
 * The head's strings. There is always room: parser_feed() passes no more than HEAD_LIMIT bytes,
 * and each NUL stands for at least one byte that is not kept (a space, a colon, a line break).
 */
static void keep(struct parser *self, const char *at, size_t length)
{
    memcpy(self->head.data + self->head.length, at, length);
    self->head.length += length;
}

static void end_string(struct parser *self)
{
    self->head.data[self->head.length++] = '\0';
}

static struct parser *parser_of(llhttp_t *http)
{
    return http->data;
}

static int on_string(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    if (self->state == PARSER_HEAD) /* else it is a trailer, and dropped (RFC 9110 6.5.1) */
        keep(self, at, length);
    return 0;
}

/*
 * Where the path of a target begins: at 0 for the origin form, behind the authority for the
 * absolute form (RFC 9112 section 3.2.2). Returns false if the authority has no host.
 */
static bool find_path(const char *target, size_t *path)
{
    *path = 0;
    if (strncasecmp(target, "http://", 7) != 0 && strncasecmp(target, "https://", 8) != 0)
        return true;
    const char *authority = strstr(target, "//") + 2;
    size_t host_length = strcspn(authority, ":/?");
    *path = (size_t)(authority + strcspn(authority, "/?") - target);
    return host_length > 0;
}

static void split_query(struct head *head)
{
    char *question_mark = strchr(head->data + head->path, '?');
    if (!question_mark)
        return;
    *question_mark = '\0';
    head->query = (size_t)(question_mark + 1 - head->data);
}

static int on_target_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    struct head *head = &self->head;
    const char *target = head->data; /* nothing else is in there yet */
    end_string(self);
    head->headers = self->name = head->length;

    if (strchr(target, '#'))
        return fail(self, 400, "the target has a fragment (RFC 9112 section 3.2)");
    if (!find_path(target, &head->path))
        return fail(self, 400, "the target has no host (RFC 9110 section 4.2.1)");
    bool asterisk = strcmp(target, "*") == 0;
    if (asterisk ? http->method != HTTP_OPTIONS && http->method != HTTP_PRI
                 : head->path == 0 && *target != '/')
        return fail(self, 400, "the target is not a path (RFC 9112 section 3.2)");
    split_query(head);
    const char *broken_rule = target_normalise(head->data + head->path);
    return broken_rule ? fail(self, 400, broken_rule) : 0;
}

static int on_name_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    if (self->state != PARSER_HEAD)
        return 0;
    if (++self->head.header_count > HEADER_COUNT_LIMIT)
        return fail(self, 431, "more than 100 header fields");
    end_string(self);
    self->value = self->head.length;
    return 0;
}

/* A host, perhaps a port, and nothing that others could read as a second host or a path. */
static bool is_host(const char *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._~%!$&'()*+;=:[]"; /* RFC 3986 section 3.2.2 but the comma */
    return value[strspn(value, allowed)] == '\0';
}

static int note_host(struct parser *self, const char *value)
{
    if (self->host_seen)
        return fail(self, 400, "more than one Host header (RFC 9112 section 3.2)");
    if (!is_host(value))
        return fail(self, 400, "the Host header is not a host (RFC 9112 section 3.2)");
    self->host_seen = true;
    return 0;
}

/* llhttp sees to it that chunked is the last coding, but not that it is the only one. */
static int note_transfer_coding(struct parser *self, const char *value)
{
    if (*value == '\0')
        return fail(self, 400, "the Transfer-Encoding is empty (RFC 9112 section 6.1)");
    if (strcasecmp(value, "chunked") != 0)
        self->unknown_coding = true;
    return 0;
}

static int note_expect(struct parser *self, const char *value)
{
    if (strcasecmp(value, "100-continue") != 0)
        return fail(self, 417, "the only expectation known is 100-continue (RFC 9110 10.1.1)");
    self->expect_continue = true;
    return 0;
}

static int on_value_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    struct head *head = &self->head;
    if (self->state != PARSER_HEAD)
        return 0;
    while (head->length > self->value && strchr(" \t", head->data[head->length - 1]))
        head->length--;
    end_string(self);

    const char *name = head->data + self->name;
    const char *value = head->data + self->value;
    self->name = head->length;
    if (strcasecmp(name, "host") == 0)
        return note_host(self, value);
    if (strcasecmp(name, "transfer-encoding") == 0)
        return note_transfer_coding(self, value);
    if (strcasecmp(name, "expect") == 0)
        return note_expect(self, value);
    return 0;
}

static int on_head_complete(llhttp_t *http)
{
    struct parser *self = parser_of(http);
    if (http->http_major != 1 || http->http_minor > 1)
        return fail(self, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    if (http->http_minor == 1 && !self->host_seen)
        return fail(self, 400, "the Host header is missing (RFC 9112 section 3.2)");
    if (http->http_minor == 0 && (http->flags & F_TRANSFER_ENCODING))
        return fail(self, 400, "HTTP/1.0 has no Transfer-Encoding (RFC 9112 section 6.1)");
    if (self->unknown_coding && (http->flags & F_CHUNKED)) /* else llhttp refuses it */
        return fail(self, 501, "the only transfer coding known is chunked (RFC 9112 section 6.1)");

    /* llhttp lets keep-alive win in HTTP/1.0; close does (RFC 9112 section 9.3). */
    self->keep_alive = llhttp_should_keep_alive(http) && !(http->flags & F_CONNECTION_CLOSE);
    self->state = PARSER_BODY;
    http->upgrade = 0; /* other protocols are not offered, so the request is an ordinary one */
    bool has_body = (http->flags & F_CHUNKED) || http->content_length > 0;
    return has_body ? HPE_PAUSED : 0;
}

static int on_body(llhttp_t *http, const char *at, size_t length)
{
    struct parser *self = parser_of(http);
    if (self->body)
        memcpy(self->body + self->body_length, at, length);
    self->body_length += length;
    return 0;
}

static int on_message_complete(llhttp_t *http)
{
    parser_of(http)->state = PARSER_DONE;
    return HPE_PAUSED; /* what follows is the next request */
}

static const llhttp_settings_t settings = {
    .on_url = on_string,
    .on_url_complete = on_target_complete,
    .on_header_field = on_string,
    .on_header_field_complete = on_name_complete,
    .on_header_value = on_string,
    .on_header_value_complete = on_value_complete,
    .on_headers_complete = on_head_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void parser_init(struct parser *self, char *room)
{
    *self = (struct parser){.head.data = room, .in_request_line = true};
    llhttp_init(&self->http, HTTP_REQUEST, &settings);
    self->http.data = self;
}

/*
 * llhttp takes RTSP and ICE for HTTP, and several spaces for one. So the request line is looked
 * at here too: "METHOD SP target SP HTTP/..." Returns how many bytes keep to that.
 */
static size_t sound_request_line(struct parser *self, const char *data, size_t size)
{
    static const char protocol[] = "HTTP/";
    for (size_t i = 0; i < size; i++) {
        char c = data[i];
        if (self->spaces == 2) {
            if (c != protocol[self->protocol])
                return i;
            if (++self->protocol == sizeof(protocol) - 1) {
                self->in_request_line = false;
                return size;
            }
        } else if (c == ' ') {
            if (self->after_space)
                return i;
            self->spaces++;
        } else if (c == '\n' && self->spaces > 0) {
            return i; /* empty lines before the request line are allowed (RFC 9112 2.2) */
        }
        self->after_space = c == ' ';
    }
    return size;
}

/* `culprit` is the byte that sound_request_line() stopped at. */
static void fail_request_line(struct parser *self, char culprit)
{
    if (culprit == ' ')
        fail(self, 400, "more than one space in the request line (RFC 9112 section 3)");
    else if (culprit == '\n')
        fail(self, 505, "the request line has no version: HTTP/0.9 is not spoken here");
    else
        fail(self, 505, "the protocol is not HTTP");
}

static void fail_as_llhttp(struct parser *self, llhttp_errno_t err)
{
    bool version = err == HPE_INVALID_VERSION || err == HPE_PAUSED_H2_UPGRADE;
    if (self->state != PARSER_FAILED) /* else a callback has said why */
        fail(self, version ? 505 : 400, llhttp_get_error_reason(&self->http));
}

/* Takes what one call of llhttp takes. */
static size_t execute(struct parser *self, const char *data, size_t size)
{
    llhttp_errno_t err = llhttp_execute(&self->http, data, size);
    if (err == HPE_OK)
        return size;
    size_t taken = (size_t)(llhttp_get_error_pos(&self->http) - data);
    if (err == HPE_PAUSED)
        llhttp_resume(&self->http);
    else
        fail_as_llhttp(self, err);
    return taken;
}

static size_t feed_head(struct parser *self, const char *data, size_t size)
{
    size_t allowed = HEAD_LIMIT - self->head_bytes;
    if (size > allowed)
        size = allowed;
    size_t sound = self->in_request_line ? sound_request_line(self, data, size) : size;
    size_t taken = execute(self, data, sound);
    self->head_bytes += taken;

    if (self->state == PARSER_HEAD && sound < size)
        fail_request_line(self, data[sound]);
    else if (self->state == PARSER_HEAD && self->head_bytes == HEAD_LIMIT)
        fail(
            self, self->head.headers == 0 ? 414 : 431,
            "the request line and headers are larger than 16 KiB");
    return taken;
}

size_t parser_feed(struct parser *self, const char *data, size_t size)
{
    switch (self->state) {
    case PARSER_HEAD:
        return feed_head(self, data, size);
    case PARSER_BODY:
        return execute(self, data, size);
    default:
        return 0;
    }
}

const char *head_find(const struct head *head, const char *name)
{
    const char *at = head->data + head->headers;
    for (size_t i = 0; i < head->header_count; i++) {
        const char *value = at + strlen(at) + 1;
        if (strcasecmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}
