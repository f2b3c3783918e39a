#include "request_head.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codings/coding.h"
#include "hob/http.h"
#include "hob/text.h"
#include "http/syntax.h"
#include "net/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hob_text_equals_any_case(name, names[i]))
            return true;
    }
    return false;
}

/* Fields that frame the message or control the connection: the client sends them itself. */
static bool belongs_to_client(const char *name)
{
    static const char *const names[] = {
        "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "TE",
        "Trailer",        "Upgrade",           "Expect",
    };
    return is_one_of(name, names, COUNT(names));
}

/* Fields that are not sent to another origin after a redirect (RFC 9110 section 15.4). */
static bool is_for_origin(const char *name)
{
    static const char *const names[] = {"Authorization", "Proxy-Authorization", "Cookie", "Host"};
    return is_one_of(name, names, COUNT(names));
}

/* Fields about a body, for a redirect that drops it. */
static bool is_about_body(const char *name)
{
    return hob_text_equals_any_case_n(name, "Content-", 8);
}

static bool is_sent(const struct outgoing *self, const char *name)
{
    if (self->other_origin && is_for_origin(name))
        return false;
    bool dropped = (self->request->body || self->request->source) && !self->has_body;
    return !(dropped && is_about_body(name));
}

static int check_field(const hob_header *field, hob_error *error)
{
    const char *wrong = NULL;
    if (!is_token(field->name, strlen(field->name)))
        wrong = "its name is not a token";
    else if (!field->value)
        wrong = "it has no value";
    else if (!hob_is_field_value(field->value))
        wrong = "its value has a control character";
    else if (belongs_to_client(field->name))
        wrong = "the client sends it itself";
    else if (
        hob_text_equals_any_case(field->name, "Host") &&
        !is_host(field->value, strlen(field->value)))
        wrong = "its value is not a host";
    if (!wrong)
        return 0;
    error_set(error, "the header \"%s\" cannot be sent: %s", field->name, wrong);
    return -EINVAL;
}

/* The origin form or the asterisk form (RFC 9112 section 3.2). */
static bool is_target(const char *target)
{
    const char *at = target;
    while (classes_of(*at) & CHAR_TARGET)
        at++;
    return *at == '\0' && (*target == '/' || strcmp(target, "*") == 0) && !strchr(target, '#');
}

static const char *check_body(const hob_fetch_request *request)
{
    if (request->body && request->source)
        return "it has both a body and a source";
    if (request->body_size > 0 && !request->body)
        return "it has a body_size without a body";
    if (request->source_has_length && !request->source)
        return "it has a source_length without a source";
    return NULL;
}

int request_head_check(const hob_fetch_request *request, hob_error *error)
{
    const char *method = request->method;
    if (method && !is_token(method, strlen(method))) {
        error_set(error, "the method \"%s\" is not a token", method);
        return -EINVAL;
    }
    if (method && strcmp(method, "CONNECT") == 0) {
        error_set(error, "the method CONNECT is for proxies");
        return -EINVAL;
    }
    if (request->target && !is_target(request->target)) {
        error_set(error, "the target \"%s\" is neither a path nor \"*\"", request->target);
        return -EINVAL;
    }
    const char *wrong = check_body(request);
    if (wrong) {
        error_set(error, "the request cannot be sent: %s", wrong);
        return -EINVAL;
    }
    for (const hob_header *field = request->headers; field && field->name; field++) {
        int err = check_field(field, error);
        if (err < 0)
            return err;
    }
    return 0;
}

/*
 * Writing. Each function returns how many bytes it takes, and writes nothing if `out` is NULL.
 */

/* Appends text: to nothing, when only the size is wanted. */
struct text {
    char *at;
    size_t size;
};

static void put(struct text *out, const char *bytes, size_t length)
{
    if (out->at)
        memcpy(out->at + out->size, bytes, length);
    out->size += length;
}

static void put_string(struct text *out, const char *string)
{
    put(out, string, strlen(string));
}

static void put_field(struct text *out, const char *name, const char *value)
{
    put_string(out, name);
    put(out, ": ", 2);
    put_string(out, value);
    put(out, "\r\n", 2);
}

static const hob_header *find_field(const struct outgoing *self, const char *name)
{
    for (const hob_header *field = self->request->headers; field && field->name; field++) {
        if (hob_text_equals_any_case(field->name, name) && is_sent(self, field->name))
            return field;
    }
    return NULL;
}

bool request_head_is_for_proxy(const struct outgoing *self)
{
    return self->proxy && !self->url.tls;
}

/* A proxy gets "*" as a URL without a path (RFC 9112 section 3.2.4). */
static void put_target(struct text *out, const struct outgoing *self)
{
    const struct url *url = &self->url;
    const char *target = self->request->target;
    if (target && !(request_head_is_for_proxy(self) && *target == '*'))
        put_string(out, target);
    if (target)
        return;
    if (url->path_length == 0)
        put(out, "/", 1);
    put(out, url->target, url->target_length);
}

bool request_head_asks_codings(const struct outgoing *self)
{
    return self->codings && !self->request->target && !find_field(self, "Accept-Encoding") &&
           !find_field(self, "Range");
}

static void put_codings(struct text *out, const hob_codings *codings)
{
    put_string(out, "Accept-Encoding: ");
    for (size_t i = 0; i < codings->count; i++) {
        put_string(out, i > 0 ? ", " : "");
        put_string(out, codings->list[i]->name);
    }
    put(out, "\r\n", 2);
}

static void put_request_line(struct text *out, const struct outgoing *self)
{
    const struct url *url = &self->url;
    put_string(out, self->method);
    put(out, " ", 1);
    if (request_head_is_for_proxy(self)) { /* absolute form (RFC 9112 section 3.2.2) */
        put(out, "http://", 7);
        put(out, url->authority, url->authority_length);
    }
    put_target(out, self);
    put(out, " HTTP/1.1\r\n", 11);
}

/* Host first (RFC 9110 section 7.2), without a port that is that of the scheme. */
static void put_host(struct text *out, const struct outgoing *self)
{
    const struct url *url = &self->url;
    const hob_header *own = find_field(self, "Host");
    if (own) {
        put_field(out, "Host", own->value);
        return;
    }
    put(out, "Host: ", 6);
    put(out, url->host, url->usual_port ? url->host_length : url->authority_length);
    put(out, "\r\n", 2);
}

static bool method_means_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
           strcmp(method, "PATCH") == 0;
}

/* RFC 9112 section 6; and RFC 9110 section 8.6 for a method that usually has a body. */
static void put_framing(struct text *out, const struct outgoing *self)
{
    const hob_fetch_request *request = self->request;
    char length[32];
    bool counted = !request->source || request->source_has_length;
    uint64_t size = request->source ? request->source_length : request->body_size;
    if (self->has_body && !counted) {
        put_field(out, "Transfer-Encoding", "chunked");
    } else if (self->has_body || method_means_body(self->method)) {
        snprintf(length, sizeof(length), "%" PRIu64, self->has_body ? size : 0);
        put_field(out, "Content-Length", length);
    }
}

/* The origin gets no credentials of the proxy: a tunnel has sent them already. */
static void put_proxy_authorization(struct text *out, const struct outgoing *self)
{
    const char *value = request_head_is_for_proxy(self) ? self->proxy->authorization : NULL;
    if (value && !find_field(self, "Proxy-Authorization"))
        put_field(out, "Proxy-Authorization", value);
}

/* Host comes first, and an empty User-Agent stands for none. */
static bool is_written_apart(const hob_header *field)
{
    return hob_text_equals_any_case(field->name, "Host") ||
           (!*field->value && hob_text_equals_any_case(field->name, "User-Agent"));
}

static void put_head(struct text *out, const struct outgoing *self)
{
    put_request_line(out, self);
    put_host(out, self);
    if (*self->user_agent && !find_field(self, "User-Agent"))
        put_field(out, "User-Agent", self->user_agent);
    if (request_head_asks_codings(self))
        put_codings(out, self->codings);
    put_proxy_authorization(out, self);
    for (const hob_header *field = self->request->headers; field && field->name; field++) {
        if (is_sent(self, field->name) && !is_written_apart(field))
            put_field(out, field->name, field->value);
    }
    if (self->request->takes_trailers) /* RFC 9110 section 10.1.4 */
        put_string(out, "TE: trailers\r\nConnection: TE\r\n");
    put_framing(out, self);
    put(out, "\r\n", 2);
}

char *request_head_write(const struct outgoing *self, size_t *size)
{
    struct text out = {0};
    put_head(&out, self);
    *size = out.size;
    out = (struct text){.at = malloc(out.size)};
    if (out.at)
        put_head(&out, self);
    return out.at;
}
