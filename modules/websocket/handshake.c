/* The opening handshake (RFC 6455 section 4.2). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accept.h"
#include "hob/forwarded.h"
#include "hob/runtime.h"
#include "hob/take_over.h"
#include "hob/text.h"
#include "socket.h"

static int refuse(hob_response *res, int status, const char *detail)
{
    hob_reply_error(res, status, detail);
    return -EPROTO;
}

/* Replies with the protocol that the path needs (RFC 9110 section 15.5.22). */
static int require_upgrade(hob_response *res, const char *detail)
{
    int err = hob_response_set_header(res, "Upgrade", "websocket");
    if (err == 0)
        err = hob_response_set_header(res, "Sec-WebSocket-Version", "13");
    return err < 0 ? err : refuse(res, 426, detail);
}

/* Returns how many headers have this name, and sets *value to the last one. */
static size_t count_headers(hob_request *req, const char *name, const char **value)
{
    size_t count = 0;
    hob_header header;
    for (size_t position = 0; hob_request_next_header(req, &position, &header);) {
        if (hob_text_equals_any_case(header.name, name)) {
            *value = header.value;
            count++;
        }
    }
    return count;
}

/* Returns 0 and sets *key, or replies. */
static int check_request(hob_request *req, hob_response *res, const char **key)
{
    const char *version = NULL;
    const char *upgrade = NULL;
    if (strcmp(hob_request_protocol(req), "HTTP/2.0") == 0)
        return refuse(res, 400, "a WebSocket needs HTTP/1.1");
    if (strcmp(hob_request_method(req), "GET") != 0)
        return refuse(res, 400, "a WebSocket begins with GET");
    if (count_headers(req, "Upgrade", &upgrade) == 0)
        return require_upgrade(res, "this path is for a WebSocket");
    if (count_headers(req, "Sec-WebSocket-Version", &version) != 1 || strcmp(version, "13") != 0)
        return require_upgrade(res, "the version of the WebSocket must be 13");
    if (count_headers(req, "Sec-WebSocket-Key", key) != 1 || !accept_is_key(*key))
        return refuse(res, 400, "Sec-WebSocket-Key is not 16 bytes in Base64");
    return 0;
}

/*
 * Origin.
 */

static bool lists(const char *const *list, const char *text)
{
    for (; list && *list; list++) {
        if (hob_text_equals_any_case(*list, text))
            return true;
    }
    return false;
}

/* Whether the host and port of an origin are those that the client has connected to. */
__attribute__((noinline)) static bool is_same_host(hob_request *req, const char *origin)
{
    char host[300];
    const char *authority = strstr(origin, "://");
    return authority && hob_request_host(req, host, sizeof(host)) == 0 &&
           hob_text_equals_any_case(authority + 3, host);
}

static bool may_connect(hob_request *req, const char *const *origins)
{
    const char *origin = NULL;
    switch (count_headers(req, "Origin", &origin)) {
    case 0: /* not from a page */
        return true;
    case 1:
        return is_same_host(req, origin) || lists(origins, origin) || lists(origins, "*");
    default:
        return false;
    }
}

/*
 * Subprotocols.
 */

/* Sets *chosen to the first offered one that is known, or to NULL. Returns 0 or -ENOMEM. */
static int choose_protocol(hob_request *req, const char *const *known, const char **chosen)
{
    static const char separators[] = ", \t";
    const char *offered;
    *chosen = NULL;
    int err = hob_request_header_list(req, "Sec-WebSocket-Protocol", &offered);
    if (err <= 0)
        return err;
    for (const char *at = offered; *(at += strspn(at, separators));) {
        size_t length = strcspn(at, separators);
        for (const char *const *name = known; name && *name; name++) {
            if (strlen(*name) == length && memcmp(*name, at, length) == 0) {
                *chosen = *name;
                return 0;
            }
        }
        at += length;
    }
    return 0;
}

struct acceptance {
    const char *key;
    char value[ACCEPT_SIZE];
};

static int accept_key(void *arg)
{
    struct acceptance *self = arg;
    accept_for(self->key, self->value);
    return 0;
}

/* The stack of an idle socket stays below a page, so the digest is made on another one. */
static int add_headers(hob_response *res, const char *key, const char *protocol)
{
    struct acceptance accept = {.key = key};
    hob_call_deep(accept_key, &accept);
    int err = hob_response_set_header(res, "Sec-WebSocket-Accept", accept.value);
    if (err == 0 && protocol)
        err = hob_response_set_header(res, "Sec-WebSocket-Protocol", protocol);
    return err;
}

/*
 * The socket.
 */

static double seconds_or(double seconds, double usual)
{
    return seconds > 0 ? seconds : usual;
}

static hob_ws_options complete(const hob_ws_options *options)
{
    hob_ws_options all = options ? *options : (hob_ws_options){0};
    all.message_limit = all.message_limit > 0 ? all.message_limit : (size_t)1024 * 1024;
    all.ping_interval = seconds_or(all.ping_interval, 30);
    all.send_timeout = seconds_or(all.send_timeout, 30);
    all.close_timeout = seconds_or(all.close_timeout, 2);
    return all;
}

/* Made before the reply, so that a lack of memory can be replied. */
static hob_ws *make_socket(hob_request *req, const hob_ws_options *options, const char *protocol)
{
    hob_ws *self = hob_alloc(sizeof(*self));
    hob_mutex *sending = hob_mutex_new();
    if (!self || !sending) {
        hob_mutex_free(sending);
        return NULL;
    }
    *self = (hob_ws){
        .server = hob_request_server(req),
        .options = *options,
        .protocol = protocol,
        .sending = sending,
        .sent_close = true, /* as long as there is no connection */
    };
    return self;
}

static int open_socket(
    hob_request *req, hob_response *res, const hob_ws_options *options, const char *protocol,
    hob_ws **ws)
{
    hob_conn *conn;
    hob_ws *self = make_socket(req, options, protocol);
    if (!self)
        return -ENOMEM;
    int err = hob_take_over(req, res, "websocket", &conn);
    if (err < 0) {
        hob_mutex_free(self->sending);
        return err;
    }
    self->conn = conn;
    self->sent_close = false;
    err = hob_defer(socket_end, self); /* behind the connection's, so it runs before */
    *ws = err == 0 ? self : NULL;
    return err;
}

int hob_websocket(hob_request *req, hob_response *res, const hob_ws_options *options, hob_ws **ws)
{
    const hob_ws_options all = complete(options);
    const char *key = NULL;
    const char *protocol;
    *ws = NULL;
    int err = check_request(req, res, &key);
    if (err < 0)
        return err;
    if (!may_connect(req, all.origins))
        return refuse(res, 403, "pages of this Origin may not connect");
    err = choose_protocol(req, all.protocols, &protocol);
    if (err == 0)
        err = add_headers(res, key, protocol);
    if (err == 0)
        err = open_socket(req, res, &all, protocol, ws);
    if (err == -EPROTO)
        return require_upgrade(res, "this path is for a WebSocket");
    return err == -EBUSY || err == -ENOTSUP
               ? refuse(res, 400, "a WebSocket begins with a GET of HTTP/1.1 without a body")
               : err;
}

const char *hob_ws_protocol(const hob_ws *ws)
{
    return ws->protocol;
}
