/* A fetch: one request, or several when a connection has ended or a redirect is followed. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/decimal.h"
#include "decoding.h"
#include "fetched.h"
#include "net/error.h"
#include "request_head.h"
#include "upload.h"

enum { HOST_MAX = 255 };      /* bytes (RFC 1035 section 2.3.4) */
enum { DRAINED = 16 * 1024 }; /* bytes of a redirect's body that are read to keep the connection */

struct fetch {
    hob_client *client;
    struct outgoing outgoing;
    hob_fetched *fetched;
    int redirects; /* followed so far */
};

static const hob_fetch_request *request_of(const struct fetch *self)
{
    return self->outgoing.request;
}

static bool is_idempotent(const char *method)
{
    static const char *const names[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(method, names[i]) == 0)
            return true;
    }
    return false;
}

/*
 * Returns the address for hob_connect(). Writes it to `text` if it is the host and port of the URL,
 * without snprintf(3), which would touch another page of the stack.
 */
static const char *address_of(const struct fetch *self, char *text)
{
    const struct url *url = &self->outgoing.url;
    const hob_fetch_request *request = request_of(self);
    if (request->address && !self->outgoing.other_origin)
        return request->address;
    if (request_head_is_for_proxy(&self->outgoing))
        return self->outgoing.proxy->address;
    char *end = mempcpy(text, url->host, url->host_length);
    *end++ = ':';
    *put_number(end, url->port) = '\0';
    return text;
}

/* The host, without the brackets of an IPv6 address. */
static const char *server_name_of(const struct url *url, char *text)
{
    bool brackets = *url->host == '[';
    size_t length = url->host_length - (brackets ? 2 : 0);
    memcpy(text, url->host + brackets, length);
    text[length] = '\0';
    return text;
}

static int take_connection(struct fetch *self, bool fresh)
{
    char text[HOST_MAX + sizeof(":65535")], name[HOST_MAX + 1];
    char *why;
    hob_fetched *fetched = self->fetched;
    if (self->outgoing.url.host_length > HOST_MAX)
        return fetched_fail(fetched, -EINVAL, "the name of the host is too long");
    bool tls = self->outgoing.url.tls;
    const struct place place = {
        .address = address_of(self, text),
        .server_name = tls ? server_name_of(&self->outgoing.url, name) : NULL,
        .tunnel = tls ? self->outgoing.proxy : NULL,
    };
    int err = pool_take(&self->client->pool, &place, fresh, &why, &fetched->conn);
    if (err < 0)
        fetched_fail(fetched, err, "%s", why ? why : strerror(-err));
    free(why);
    return err;
}

static void set_method(hob_fetched *fetched, const char *method)
{
    size_t length = strnlen(method, sizeof(fetched->method) - 1);
    memcpy(fetched->method, method, length);
    fetched->method[length] = '\0';
}

static void reset_response(struct fetch *self)
{
    hob_fetched *fetched = self->fetched;
    bool to_head = strcmp(self->outgoing.method, "HEAD") == 0;
    free(fetched->kept);
    fetched->kept = NULL;
    fetched->unread = fetched->unread_end = 0;
    fetched->sent = fetched->began = false;
    set_method(fetched, self->outgoing.method);
    response_reader_init(
        &fetched->reader, self->client->head, &self->client->limits,
        to_head ? RESPONSE_TO_HEAD : RESPONSE_TO_ANY);
    free(fetched->trailers.strings.data);
    fetched->trailers = (struct trailers){
        .size_limit = self->client->limits.head,
        .count_limit = self->client->limits.header_count,
    };
    fetched->reader.trailers = &fetched->trailers;
}

/* Sends the request on the connection that was taken, and waits for the head of the response. */
static int exchange(struct fetch *self, const char *head, size_t head_size)
{
    hob_fetched *fetched = self->fetched;
    reset_response(self);
    self->client->requests++;
    int err = upload(fetched, request_of(self), head, head_size, self->outgoing.has_body);
    if (err == 0)
        err = fetched_read_head(fetched, request_of(self));
    if (err == 0 && fetched->reader.state == RESPONSE_DONE)
        fetched_release(fetched);
    return err;
}

/* Whether the same request may be sent again, although the server may have got it. */
static bool is_repeatable(const struct fetch *self)
{
    bool from_source = self->outgoing.has_body && request_of(self)->source;
    return is_idempotent(self->outgoing.method) && !from_source;
}

/* Whether the connection ended before the first byte of a response. */
static bool ended_early(const struct fetch *self, int err)
{
    return (err == -ECONNRESET || err == -EPIPE) && self->fetched->conn && !self->fetched->began;
}

/*
 * Whether a kept connection was closed just when the request was sent: then it can be sent again,
 * on a new connection (RFC 9110 section 9.2.2).
 */
static bool was_too_late(const struct fetch *self, int err)
{
    return ended_early(self, err) && self->fetched->conn->reused && is_repeatable(self);
}

static int exchange_again(struct fetch *self, const char *head, size_t head_size)
{
    fetched_release(self->fetched);
    int err = take_connection(self, true);
    return err < 0 ? err : exchange(self, head, head_size);
}

static int send_and_receive(struct fetch *self)
{
    size_t head_size;
    int err = take_connection(self, false);
    if (err < 0)
        return err;
    char *head = request_head_write(&self->outgoing, &head_size);
    if (!head)
        return fetched_fail(self->fetched, -ENOMEM, "no memory for the request");
    err = exchange(self, head, head_size);
    if (was_too_late(self, err))
        err = exchange_again(self, head, head_size);
    free(head);
    return err;
}

/*
 * Retries.
 */

static bool retry_helps(const struct fetch *self, int err)
{
    const hob_fetched *fetched = self->fetched;
    if (err < 0 && !fetched->conn)
        return retry_helps_connecting(err);
    bool failed = err == 0 ? retry_helps_status(fetched->reader.status) : ended_early(self, err);
    return failed && is_repeatable(self);
}

/* Drops the response or the error of a request, so that the next one can be sent. */
static void drop_response(hob_fetched *self)
{
    fetched_drain(self, DRAINED);
    if (self->conn)
        fetched_release(self);
    self->err = 0;
}

/* Sends the request, and again while that may help and there is time. */
static int send_until_done(struct fetch *self)
{
    hob_client *client = self->client;
    retry_budget_add(&client->budget);
    for (int number = 0;; number++) {
        int err = send_and_receive(self);
        if (number >= client->options.retries || !retry_helps(self, err))
            return err;
        const char *after = err == 0 ? hob_fetched_header(self->fetched, "Retry-After") : NULL;
        double wait = retry_wait(client->options.retry_delay, number, after, time(NULL));
        bool in_time = hob_now() + wait < hob_deadline(INFINITY);
        if (!in_time || !retry_budget_take(&client->budget))
            return err;
        drop_response(self->fetched);
        err = hob_sleep(wait);
        if (err < 0)
            return fetched_fail(self->fetched, err, "waiting for a retry: %s", strerror(-err));
    }
}

/*
 * The URL.
 */

static int set_url(struct fetch *self, const char *text)
{
    hob_fetched *fetched = self->fetched;
    struct outgoing *outgoing = &self->outgoing;
    const char *rule = url_parse(text, &outgoing->url);
    if (rule) {
        error_set(&self->client->error, "the URL \"%s\" cannot be fetched: %s", text, rule);
        return -EINVAL;
    }
    if (outgoing->url.tls && !self->client->options.tls) {
        error_set(
            &self->client->error, "the URL \"%s\" cannot be fetched: the client has no TLS", text);
        return -ENOTSUP;
    }
    char *url = strndup(text, strcspn(text, "#"));
    if (!url)
        return fetched_fail(fetched, -ENOMEM, "no memory for the URL");
    free(fetched->url);
    fetched->url = url;
    outgoing->proxy =
        request_of(self)->address ? NULL : proxy_for(&self->client->proxies, &outgoing->url);
    url_parse(url, &outgoing->url); /* of the copy, which lives as long as the response */
    return 0;
}

/*
 * Redirects.
 */

static bool is_redirect(const struct fetch *self)
{
    int status = self->fetched->reader.status;
    bool redirects =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    return redirects && self->client->options.redirects > 0 && !request_of(self)->target &&
           hob_fetched_header(self->fetched, "Location");
}

/* GET follows a POST that was answered 301 or 302, as browsers do (RFC 9110 section 15.4.2). */
static void change_method(struct outgoing *outgoing, int status)
{
    bool post = strcmp(outgoing->method, "POST") == 0;
    bool head = strcmp(outgoing->method, "HEAD") == 0;
    if ((status == 303 && !head) || ((status == 301 || status == 302) && post)) {
        outgoing->method = "GET";
        outgoing->has_body = false;
    }
}

static int set_location(struct fetch *self, const char *location)
{
    const struct url before = self->outgoing.url;
    char *base = self->fetched->url; /* which `before` points into */
    char *target = malloc(URL_MAX + 1);
    if (!target)
        return fetched_fail(self->fetched, -ENOMEM, "no memory for the URL");
    int err = -EPROTO;
    if (!url_resolve(&before, location, target, URL_MAX + 1)) {
        fetched_fail(self->fetched, err, "the redirect has a URL that is too long");
    } else {
        self->fetched->url = NULL;
        err = set_url(self, target);
        self->outgoing.other_origin |= err == 0 && !url_same_origin(&before, &self->outgoing.url);
        free(base);
    }
    free(target);
    return err == -EINVAL ? -EPROTO : err;
}

/* Prepares the next request. Returns 1, 0 if the response is to be returned, or an error. */
static int follow(struct fetch *self)
{
    hob_fetched *fetched = self->fetched;
    if (!is_redirect(self))
        return 0;
    if (self->redirects++ == self->client->options.redirects)
        return fetched_fail(fetched, -ELOOP, "more than %d redirects", self->redirects - 1);
    change_method(&self->outgoing, fetched->reader.status);
    if (self->outgoing.has_body && request_of(self)->source)
        return 0; /* the body cannot be sent again */
    drop_response(fetched);
    int err = set_location(self, hob_fetched_header(fetched, "Location"));
    return err < 0 ? err : 1;
}

static int fetch(struct fetch *self)
{
    const hob_fetch_request *request = request_of(self);
    hob_client *client = self->client;
    int err = request_head_check(request, &client->error);
    if (err == 0)
        err = set_url(self, request->url ? request->url : "");
    while (err == 0) {
        err = send_until_done(self);
        int more = err == 0 ? follow(self) : err;
        if (more <= 0)
            return more;
    }
    return err;
}

int hob_fetch_with(hob_client *client, const hob_fetch_request *request, hob_fetched **fetched)
{
    struct fetch self = {.client = client, .outgoing.request = request};
    self.outgoing.user_agent = client->options.user_agent;
    self.outgoing.codings = client->options.codings;
    self.outgoing.method = request->method ? request->method : "GET";
    self.outgoing.has_body = request->body || request->source;
    *fetched = NULL;
    self.fetched = fetched_new(client);
    if (!self.fetched) {
        error_set(&client->error, "no memory for a fetch");
        return -ENOMEM;
    }
    set_method(self.fetched, self.outgoing.method);
    int err = fetch(&self);
    if (err == 0 && request_head_asks_codings(&self.outgoing))
        err = decoding_begin(self.fetched);
    if (err < 0)
        hob_fetched_close(self.fetched);
    else
        *fetched = self.fetched;
    return err;
}

int hob_fetch(hob_client *client, const char *url, hob_fetched **fetched)
{
    return hob_fetch_with(client, &(hob_fetch_request){.url = url}, fetched);
}
