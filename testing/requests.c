/* Requests of tests, which carry their exchanges themselves: see hob/testing.h. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics/misuse.h"
#include "hob/http.h"
#include "hob/router.h"
#include "hob/testing.h"
#include "http/syntax.h"
#include "http/target.h"
#include "http/trailers.h"
#include "runtime/loop.h"
#include "server/exchange.h"

/* Content after which a stream lets other coroutines run, as that of a connection does. */
#define SENT_IN_A_ROW ((size_t)64 * 1024)

struct test_reply {
    hob_test_reply shown;
    struct head head; /* its headers only */
    struct head trailers;
    struct buffer content;
};

struct test {
    struct exchange exchange;
    hob_server *server;
    const hob_test_input *input;
    struct test_reply *reply;
    char method[32];
    const char *body; /* the rest of it */
    size_t body_size;
    struct trailers *trailers;
    size_t sent_in_a_row;
};

_Static_assert(offsetof(struct test, exchange.req) == 0, "for test_of()");

static struct test *test_of(struct hob_request *req)
{
    return (struct test *)req;
}

_Noreturn static void fail(const char *what)
{
    misuse("hob_test_request", what);
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (!memory)
        fail("out of memory");
    return memory;
}

/*
 * The carrier.
 */

static int test_read_body(struct hob_request *req, void *data, size_t size)
{
    struct test *self = test_of(req);
    double limit = req->server->options.body_timeout;
    size_t piece = self->input->piece_size > 0 ? self->input->piece_size : SIZE_MAX;
    if (self->body_size == 0)
        return 0;
    int err = self->input->piece_delay > 0 ? hob_sleep(fmin(self->input->piece_delay, limit)) : 0;
    if (err < 0)
        return err;
    if (req->client_left)
        return -ECONNRESET;
    req->body_late = self->input->piece_delay > limit;
    if (req->body_late) {
        server_count_reject(req->server, HOB_REJECT_BODY_TIMEOUT);
        return -ETIMEDOUT;
    }
    size = size < piece ? size : piece;
    size = size < self->body_size ? size : self->body_size;
    memcpy(data, self->body, size);
    self->body += size;
    self->body_size -= size;
    return (int)size;
}

static const struct trailers *test_trailers(const struct hob_request *req)
{
    const struct test *self = (const struct test *)req;
    return self->body_size == 0 ? self->trailers : NULL;
}

/* The lines "Name: value" CR LF of a response become strings of the head. */
static void add_lines(struct head *head, const char *line, const char *end)
{
    while (line < end) {
        const char *colon = memchr(line, ':', (size_t)(end - line));
        const char *cr = memchr(colon, '\r', (size_t)(end - colon));
        head_add(head, line, (size_t)(colon - line), colon + 2, (size_t)(cr - colon - 2));
        line = cr + 2;
    }
}

static void add(struct head *head, const char *name, const char *value)
{
    if (value)
        head_add(head, name, strlen(name), value, strlen(value));
}

static int test_begin(
    struct hob_response *res, const struct reply_head *head, const void *content, size_t size)
{
    struct test_reply *reply = test_of(res->request)->reply;
    struct head *headers = &reply->head;
    char length[24];
    int err = buffer_append(&reply->content, content, size);
    if (err < 0)
        return err;
    headers->data = allocate(buffer_length(&res->fields) + head->type_length + 256);
    add(headers, "Content-Type", head->content_type);
    snprintf(length, sizeof(length), "%" PRIu64, head->length);
    if (head->length != HOB_LENGTH_UNKNOWN && head->status != 204 && head->status != 304)
        add(headers, "Content-Length", length);
    add(headers, "X-Request-Id", head->request_id);
    if (buffer_length(&res->fields) > 0)
        add_lines(headers, buffer_bytes(&res->fields), buffer_room(&res->fields));
    return 0;
}

static int test_send(struct hob_response *res, const void *data, size_t size)
{
    struct test *self = test_of(res->request);
    int err = buffer_append(&self->reply->content, data, size);
    self->sent_in_a_row += size;
    if (err == 0 && self->sent_in_a_row >= SENT_IN_A_ROW) {
        self->sent_in_a_row = 0;
        err = hob_yield();
    }
    return err == 0 && res->request->client_left ? -EPIPE : err;
}

static int test_end(struct hob_response *res)
{
    struct head *trailers = &test_of(res->request)->reply->trailers;
    if (res->trailers_size > 0) {
        const char *lines = response_trailers(res);
        trailers->data = allocate(res->trailers_size);
        add_lines(trailers, lines, lines + res->trailers_size);
    }
    return res->request->client_left ? -EPIPE : 0;
}

/* The test gets the response when the handler has returned. */
static void test_release_client(struct hob_request *req)
{
    (void)req;
}

static const char *test_protocol(const struct hob_request *req)
{
    (void)req;
    return "HTTP/1.1";
}

static bool test_describe_tls(const struct hob_request *req, hob_tls_info *info)
{
    const hob_tls_info *tls = ((const struct test *)req)->input->tls;
    if (tls)
        *info = *tls;
    return tls != NULL;
}

static int test_format_peer(const struct hob_request *req, char *text, size_t size)
{
    const char *peer = ((const struct test *)req)->input->peer;
    int length = snprintf(text, size, "%s", peer ? peer : "127.0.0.1:50000");
    return (size_t)length < size ? 0 : -ENOSPC;
}

static const struct carrier test_carrier = {
    .read_body = test_read_body,
    .trailers = test_trailers,
    .begin = test_begin,
    .send = test_send,
    .end = test_end,
    .release_client = test_release_client,
    .protocol = test_protocol,
    .describe_tls = test_describe_tls,
    .format_peer = test_format_peer,
};

/*
 * The request.
 */

static void set_line(struct test *self, const char *line)
{
    struct hob_request *req = &self->exchange.req;
    const char *target = strchr(line, ' ');
    size_t length = target ? (size_t)(target - line) : 0;
    if (!target || length >= sizeof(self->method) || !is_token(line, length) || !target[1])
        fail("the line is not a method, a space and a target");
    memcpy(self->method, line, length);
    req->method = self->method;
    head_append(&req->head, target + 1, strlen(target + 1));
    head_end_string(&req->head);
    const char *broken_rule = target_split(&req->head, strcmp(self->method, "OPTIONS") == 0);
    req->head.headers = req->head.length;
    if (broken_rule)
        req->refusal = (struct refusal){400, HOB_REJECT_MALFORMED, broken_rule};
}

static void set_header(struct head *head, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    size_t name = colon ? (size_t)(colon - line) : 0;
    const char *value = colon ? colon + 1 + strspn(colon + 1, " \t") : line;
    size_t value_length = (size_t)(line + length - value);
    char *text = allocate(length + 1);
    memcpy(text, value, value_length);
    bool valid = is_token(line, name) && hob_is_field_value(text);
    free(text);
    if (!valid)
        fail("a header is not \"Name: value\"");
    head_add(head, line, name, value, value_length);
}

/* One header a line; NULL is none. */
static void set_lines(struct head *head, const char *line)
{
    while (line && *line) {
        size_t size = strcspn(line, "\n");
        if (size > 0)
            set_header(head, line, size);
        line += line[size] ? size + 1 : size;
    }
}

static void set_headers(struct head *head, const hob_test_input *input, size_t body_size)
{
    char length[24];
    set_lines(head, input->headers);
    if (!head_find(head, "Host"))
        add(head, "Host", "localhost");
    snprintf(length, sizeof(length), "%zu", body_size);
    if (input->body && !head_find(head, "Content-Length") && !head_find(head, "Transfer-Encoding"))
        add(head, "Content-Length", length);
}

static void set_trailers(struct test *self)
{
    const char *lines = self->input->trailers;
    const struct parser_limits *limits = &self->server->parser_limits;
    if (!lines)
        return;
    self->trailers = trailers_new(limits->head, limits->header_count);
    if (!self->trailers)
        fail("out of memory");
    self->trailers->strings.data = allocate(strlen(lines) + 1);
    set_lines(&self->trailers->strings, lines);
}

static void set_request(struct test *self, const char *line)
{
    const hob_test_input *input = self->input;
    struct hob_request *req = &self->exchange.req;
    size_t headers = input->headers ? strlen(input->headers) : 0;
    req->kept_head =
        allocate(2 * (2 * strlen(line) + headers + 128)); /* see workspace_keep_head() */
    req->head = (struct head){.data = req->kept_head};
    self->body = input->body;
    if (input->body)
        self->body_size = input->body_size > 0 ? input->body_size : strlen(input->body);
    set_line(self, line);
    set_headers(&req->head, input, self->body_size);
    set_trailers(self);
    if (head_find(&req->head, "Content-Length"))
        req->body_length = self->body_size;
}

/*
 * The exchange: in a coroutine of its own, which is cancelled when the client leaves.
 */

static int describe(const void *arg, char *text, size_t size)
{
    return request_describe(((const struct test *)arg)->exchange.res.request, text, size);
}

static void expire(void *arg)
{
    exchange_expire(&((struct test *)arg)->exchange);
}

static void finish_reply(struct test_reply *self, const struct hob_response *res)
{
    if (buffer_append(&self->content, "", 1) < 0)
        fail("out of memory");
    self->shown.status = res->status;
    self->shown.content_type = hob_test_header(&self->shown, "Content-Type");
    self->shown.content = buffer_bytes(&self->content);
    self->shown.size = buffer_length(&self->content) - 1;
    self->shown.whole = res->whole;
}

static int serve(void *arg)
{
    static const struct task_role role = {.describe = describe, .expired = expire};
    struct test *self = arg;
    struct exchange *exchange = &self->exchange;
    exchange->req.task = task_current(__func__);
    exchange->req.task->role = &role;
    if (exchange->req.refusal.status > 0)
        exchange_refuse(exchange);
    else
        self->reply->shown.result = exchange_serve(exchange, hob_now());
    exchange_observe(exchange, hob_now());
    finish_reply(self->reply, &exchange->res);
    exchange_free(exchange);
    return 0;
}

static int leave(void *arg)
{
    struct test *self = arg;
    if (hob_sleep(self->input->leaves) == 0)
        request_client_left(&self->exchange.req);
    return 0;
}

static int stop(void *arg)
{
    struct test *self = arg;
    if (hob_sleep(self->input->stops) == 0) {
        hob_server_stop(self->server);
        server_begin_closing(self->server);
    }
    return 0;
}

static int run(void *arg)
{
    struct test *self = arg;
    struct ev_loop *ev = task_ev_loop(task_current(__func__));
    self->server->task = task_current(__func__);
    refusal_log_init(&self->server->refused.descriptors, ev);
    self->exchange.began = hob_now();
    hob_future *served = hob_async_sized(self->server->options.stack, serve, self);
    int err = self->input->leaves > 0 ? hob_start(leave, self) : 0;
    if (err == 0 && self->input->stops > 0)
        err = hob_start(stop, self);
    int result = hob_await(served);
    refusal_log_end(&self->server->refused.descriptors);
    return err < 0 ? err : result;
}

static hob_server *make_server(const hob_server_options *options, const hob_test_input *input)
{
    hob_server *server = NULL;
    int err = server_new(options, &server);
    if (err == 0)
        snprintf(server->url, sizeof(server->url), "http://localhost/");
    if (err == 0 && input->observer)
        err = hob_server_observe(server, input->observer, input->observer_context);
    if (err < 0)
        fail(err == -ENOMEM ? "out of memory" : "an option is not valid, or there is no handler");
    return server;
}

hob_test_reply *
hob_test_request(const hob_server_options *options, const char *line, const hob_test_input *input)
{
    static const hob_test_input none = {0};
    struct test *self = allocate(sizeof(*self));
    struct test_reply *reply = allocate(sizeof(*reply));
    self->input = input ? input : &none;
    self->reply = reply;
    self->server = make_server(options, self->input);
    exchange_init(&self->exchange, &test_carrier, self->server, NULL, 0);
    set_request(self, line);
    int err = loop_current() ? hob_await(hob_async(run, self)) : hob_block_on(run, self);
    if (err == -ENOMEM)
        fail("out of memory");
    server_free(self->server);
    trailers_free(self->trailers);
    free(self);
    return &reply->shown;
}

hob_test_reply *
hob_test_routes(const hob_route *routes, const char *line, const hob_test_input *input)
{
    hob_router *router;
    const char *refused;
    if (hob_router_new(routes, hob_routes_count(routes), &router, &refused) < 0)
        misuse(__func__, "the routes are not valid");
    const hob_server_options options = {.handler = hob_router_handle, .router = router};
    hob_test_reply *reply = hob_test_request(&options, line, input);
    hob_router_free(router);
    return reply;
}

const char *hob_test_header(const hob_test_reply *reply, const char *name)
{
    return head_find(&((const struct test_reply *)reply)->head, name);
}

const char *hob_test_trailer(const hob_test_reply *reply, const char *name)
{
    const struct head *trailers = &((const struct test_reply *)reply)->trailers;
    return trailers->data ? head_find(trailers, name) : NULL;
}

void hob_test_reply_free(hob_test_reply *reply)
{
    struct test_reply *self = (struct test_reply *)reply;
    if (!self)
        return;
    free(self->head.data);
    free(self->trailers.data);
    buffer_free(&self->content);
    free(self);
}
