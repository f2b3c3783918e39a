#include "hob/proxy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/forwarded.h"
#include "hob/http.h"
#include "hob/log.h"
#include "hob/text.h"

enum { PIECE = 16 * 1024 }; /* bytes of a response's body that are passed on at a time */
enum { HOST_SIZE = 300 };   /* bytes of a host with its port (RFC 1035 section 2.3.4) */
enum { ADDED = 8 };         /* fields at most that the proxy adds to a request */

struct proxy {
    hob_request *req;
    hob_response *res;
    hob_client *client;
    int body_error; /* with which the body of the request has failed, or 0 */
};

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++) {
        if (hob_text_equals_any_case(name, *names))
            return true;
    }
    return false;
}

/*
 * Fields of one connection (RFC 9110 section 7.6.1).
 */

/* Whether the field is not to be passed on. `fields` are those of the same message. */
static bool belongs_to_connection(const hob_header *fields, const char *name)
{
    static const char *const names[] = {
        "Connection",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        NULL,
    };
    if (is_one_of(name, names))
        return true;
    for (; fields->name; fields++) {
        if (hob_text_equals_any_case(fields->name, "Connection") &&
            hob_list_has(fields->value, name))
            return true;
    }
    return false;
}

typedef bool next_header(void *message, size_t *position, hob_header *header);

static bool next_of_request(void *req, size_t *position, hob_header *header)
{
    return hob_request_next_header(req, position, header);
}

static bool next_of_response(void *fetched, size_t *position, hob_header *header)
{
    return hob_fetched_next_header(fetched, position, header);
}

/* All fields of a message, ended by {0}, and room for some more. NULL when out of memory. */
static hob_header *list_fields(next_header *next, void *message, size_t more)
{
    hob_header field;
    size_t count = 0;
    for (size_t position = 0; next(message, &position, &field);)
        count++;
    hob_header *fields = hob_alloc((count + more + 1) * sizeof(*fields));
    if (!fields)
        return NULL;
    count = 0;
    for (size_t position = 0; next(message, &position, &field);)
        fields[count++] = field;
    fields[count] = (hob_header){0};
    return fields;
}

/*
 * The request.
 */

/* Joins strings, of which the last is NULL, in hob_alloc() memory. NULL when out of memory. */
static char *join(const char *const *parts)
{
    size_t size = 1;
    for (size_t i = 0; parts[i]; i++)
        size += strlen(parts[i]);
    char *text = hob_alloc(size);
    char *end = text;
    for (size_t i = 0; text && parts[i]; i++)
        end = stpcpy(end, parts[i]);
    return text;
}

#define JOIN(...) join((const char *const[]){__VA_ARGS__, NULL})

/* Writes the address without port and brackets: "192.0.2.1", "2001:db8::1" or "unknown". */
static void write_client(hob_request *req, char address[static HOB_PEER_SIZE])
{
    char client[HOB_PEER_SIZE];
    hob_request_client(req, client, sizeof(client)); /* always fits */
    bool brackets = *client == '[';
    const char *begin = strcmp(client, "unix:") == 0 ? "unknown" : client + brackets;
    snprintf(address, HOB_PEER_SIZE, "%.*s", (int)strcspn(begin, brackets ? "]" : ":"), begin);
}

/* A value without memory is an error, which request_fields() finds. */
static void add(hob_header **end, const char *name, const char *value)
{
    *(*end)++ = (hob_header){name, value};
}

/* Fields with the client and the URL that it has used. */
static void add_origin(hob_header **end, hob_request *req)
{
    char client[HOB_PEER_SIZE], host[HOST_SIZE];
    const char *scheme = hob_request_scheme(req);
    bool has_host = hob_request_host(req, host, sizeof(host)) == 0;
    write_client(req, client);
    bool ipv6 = strchr(client, ':');
    add(end, "Forwarded",
        JOIN(
            "for=", ipv6 ? "\"[" : "", client, ipv6 ? "]\"" : "", has_host ? ";host=\"" : "",
            has_host ? host : "", has_host ? "\"" : "", ";proto=", scheme));
    add(end, "X-Forwarded-For", JOIN(client));
    add(end, "X-Forwarded-Proto", scheme);
    if (has_host)
        add(end, "X-Forwarded-Host", JOIN(host));
}

/* Fields of the proxy itself. */
static void add_own(hob_header **end, hob_request *req)
{
    const char *host = hob_request_header(req, "Host");
    add(end, "Via", JOIN(hob_request_protocol(req) + strlen("HTTP/"), " hob"));
    if (host)
        add(end, "Host", host);
    if (!hob_request_header(req, "User-Agent"))
        add(end, "User-Agent", ""); /* none, and not that of the client */
}

/* The proxy writes these itself, or a client could send the upstream any value. */
static bool is_replaced(const char *name)
{
    static const char *const names[] = {"Content-Length", "Expect",    "Forwarded", "Host",
                                        "Max-Forwards",   "X-Real-IP", NULL};
    static const char prefix[] = "X-Forwarded-";
    return is_one_of(name, names) || hob_text_equals_any_case_n(name, prefix, strlen(prefix));
}

/* Whether only so many servers may pass the request on (RFC 9110 section 7.6.2). */
static bool has_max_forwards(hob_request *req, unsigned long *left)
{
    const char *method = hob_request_method(req);
    const char *value = hob_request_header(req, "Max-Forwards");
    bool counts = strcmp(method, "OPTIONS") == 0 || strcmp(method, "TRACE") == 0;
    if (!counts || !value || *value < '0' || *value > '9')
        return false;
    *left = strtoul(value, NULL, 10);
    return true;
}

static void add_max_forwards(hob_header **end, hob_request *req)
{
    unsigned long left;
    char number[32];
    if (!has_max_forwards(req, &left))
        return;
    snprintf(number, sizeof(number), "%lu", left - 1);
    add(end, "Max-Forwards", JOIN(number));
}

/* The fields for the upstream. NULL when out of memory. */
static hob_header *request_fields(hob_request *req)
{
    hob_header *all = list_fields(next_of_request, req, 0);
    hob_header *fields = list_fields(next_of_request, req, ADDED);
    if (!all || !fields)
        return NULL;
    hob_header *end = fields;
    for (const hob_header *field = all; field->name; field++) {
        if (!is_replaced(field->name) && !belongs_to_connection(all, field->name))
            *end++ = *field;
    }
    add_own(&end, req);
    add_max_forwards(&end, req);
    add_origin(&end, req);
    *end = (hob_header){0};
    for (const hob_header *field = fields; field->name; field++) {
        if (!field->value)
            return NULL;
    }
    return fields;
}

/* The length of the dot, plain or encoded, that a path begins with; 0 if it begins otherwise. */
static size_t dot_length(const char *path)
{
    if (path[0] == '%' && path[1] == '2' && (path[2] == 'e' || path[2] == 'E'))
        return 3;
    return path[0] == '.' ? 1 : 0;
}

/* Whether a segment is "." or "..", of which each dot may be encoded. */
static bool has_dot_segment(const char *path)
{
    while (*path++ == '/') {
        int dots = 0;
        for (size_t length; (length = dot_length(path)) > 0; dots++)
            path += length;
        if ((dots == 1 || dots == 2) && (*path == '/' || *path == '\0'))
            return true;
        path += strcspn(path, "/");
    }
    return false;
}

/*
 * The target as it came. But "/public/../private" is sent as "/private", the path that the router
 * has decided about: an upstream that removes such segments in another way, or not, would otherwise
 * take it for a path that the router might have refused.
 */
static char *target_of(hob_request *req)
{
    const char *path = hob_request_raw_path(req);
    const char *query = hob_request_query(req);
    if (has_dot_segment(path))
        path = hob_request_path(req);
    return JOIN(path, query ? "?" : "", query ? query : "");
}

static int read_body(void *arg, void *data, size_t size)
{
    struct proxy *self = arg;
    int length = hob_body_read(self->req, data, size);
    self->body_error = length < 0 ? length : 0;
    return length;
}

static void set_body(struct proxy *self, hob_fetch_request *request)
{
    const char *length = hob_request_header(self->req, "Content-Length");
    bool chunked = hob_request_header(self->req, "Transfer-Encoding") != NULL;
    request->source_length = length && !chunked ? strtoull(length, NULL, 10) : 0;
    request->source_has_length = request->source_length > 0;
    request->source = chunked || request->source_length > 0 ? read_body : NULL;
    request->context = self;
}

static int fetch(struct proxy *self, const char *origin, hob_fetched **fetched)
{
    bool is_local = strncmp(origin, "unix:", strlen("unix:")) == 0;
    hob_fetch_request request = {
        .url = is_local ? "http://localhost" : origin,
        .address = is_local ? origin : NULL,
        .method = hob_request_method(self->req),
        .headers = request_fields(self->req),
        .target = target_of(self->req),
        .takes_trailers = hob_request_takes_trailers(self->req),
    };
    *fetched = NULL;
    if (!request.headers || !request.target)
        return -ENOMEM;
    set_body(self, &request);
    return hob_fetch_with(self->client, &request, fetched);
}

/*
 * The response.
 */

static bool is_written_by_server(const char *name)
{
    static const char *const names[] = {"Content-Length", "Content-Type", "Date",
                                        "Server",         "X-Request-Id", NULL};
    return is_one_of(name, names);
}

static int add_response_fields(struct proxy *self, hob_fetched *fetched)
{
    hob_header *all = list_fields(next_of_response, fetched, 0);
    char *via = JOIN(hob_fetched_protocol(fetched) + strlen("HTTP/"), " hob");
    int err = all && via ? 0 : -ENOMEM;
    for (const hob_header *field = all; err == 0 && field->name; field++) {
        if (!is_written_by_server(field->name) && !belongs_to_connection(all, field->name))
            err = hob_response_add_header(self->res, field->name, field->value);
    }
    return err < 0 ? err : hob_response_add_header(self->res, "Via", via);
}

static uint64_t content_length(const hob_fetched *fetched)
{
    const char *value = hob_fetched_header(fetched, "Content-Length");
    if (!value || hob_fetched_header(fetched, "Transfer-Encoding"))
        return HOB_LENGTH_UNKNOWN;
    char *end;
    uint64_t length = strtoull(value, &end, 10);
    return *value && *end == '\0' ? length : HOB_LENGTH_UNKNOWN;
}

/* Returns 1 if content follows. */
static int begin_response(struct proxy *self, hob_fetched *fetched)
{
    int status = hob_fetched_status(fetched);
    int err = add_response_fields(self, fetched);
    if (err < 0)
        return err;
    if (!hob_status_has_content(status))
        return hob_reply(self->res, status, NULL, NULL, 0);
    err = hob_stream_sized(
        self->res, status, hob_fetched_header(fetched, "Content-Type"), content_length(fetched));
    bool is_head = strcmp(hob_request_method(self->req), "HEAD") == 0;
    if (err == -EPIPE && is_head)
        return 0;
    return err < 0 ? err : 1;
}

/* Those that must not be trailers, or that the client does not take, are dropped. */
static int pass_trailers(struct proxy *self, hob_fetched *fetched)
{
    hob_header trailer;
    int err = 0;
    for (size_t position = 0; hob_fetched_next_trailer(fetched, &position, &trailer);) {
        if (err != -ENOMEM)
            err = hob_response_add_trailer(self->res, trailer.name, trailer.value);
    }
    return err == -ENOMEM ? err : 0;
}

/* An error makes the response break off. */
static int pass_content(struct proxy *self, hob_fetched *fetched)
{
    int length;
    char *piece = hob_alloc(PIECE);
    if (!piece)
        return -ENOMEM;
    while ((length = hob_fetched_read(fetched, piece, PIECE)) > 0) {
        int err = hob_send(self->res, piece, (size_t)length);
        if (err < 0)
            return err;
    }
    if (length < 0 && length != -ECANCELED)
        hob_log(HOB_LOG_WARN, "a response breaks off: %s", hob_fetch_error(self->client));
    return length < 0 ? length : pass_trailers(self, fetched);
}

static int pass_response(struct proxy *self, hob_fetched *fetched)
{
    if (hob_fetched_status(fetched) > 599)
        return hob_reply_error(self->res, 502, "the upstream server has sent an invalid status");
    int more = begin_response(self, fetched);
    return more > 0 ? pass_content(self, fetched) : more;
}

/*
 * Failures.
 */

/* Why there is no response, for the client: without names and addresses. */
static const char *reason_for(int err)
{
    switch (err) {
    case -ETIMEDOUT:
        return "the upstream server is too slow";
    case -ECONNRESET:
    case -EPIPE:
        return "the upstream server has closed the connection";
    case -EPROTO:
        return "the upstream server has sent an invalid response";
    case -EOVERFLOW:
        return "the upstream server has sent a response with too large a head";
    default:
        return "the upstream server cannot be reached";
    }
}

/* Replies for an upstream that has failed. Other errors are the handler's result. */
static int reply_failure(struct proxy *self, int err)
{
    if (self->body_error < 0)
        return self->body_error;
    if (err == -ECANCELED || err == -ENOMEM || err == -EMFILE || err == -ENFILE || err == -EAGAIN)
        return err;
    hob_log(HOB_LOG_WARN, "no response: %s", hob_fetch_error(self->client));
    if (err == -EINVAL || err == -ENOTSUP) /* the origin is wrong */
        return hob_reply_error(self->res, 500, NULL);
    return hob_reply_error(self->res, err == -ETIMEDOUT ? 504 : 502, reason_for(err));
}

/* Replies to a request that must not be passed on (RFC 9110 section 7.6.2). */
static int reply_itself(struct proxy *self)
{
    if (strcmp(hob_request_method(self->req), "OPTIONS") == 0)
        return hob_reply(self->res, 204, NULL, NULL, 0);
    return hob_reply_error(self->res, 501, "TRACE ends at this proxy");
}

int hob_proxy(hob_request *req, hob_response *res, hob_client *client, const char *origin)
{
    unsigned long left;
    hob_fetched *fetched;
    struct proxy self = {.req = req, .res = res, .client = client};
    if (has_max_forwards(req, &left) && left == 0)
        return reply_itself(&self);
    int err = fetch(&self, origin, &fetched);
    err = err < 0 ? reply_failure(&self, err) : pass_response(&self, fetched);
    hob_fetched_close(fetched);
    return err;
}
