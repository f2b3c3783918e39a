#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "hob/hob.h"
#include "service.h"

/* Seconds for connecting, the request and its response together. */
#define TIMEOUT 2

struct check {
    const char *address;
    const char *request;
    const char *status_line; /* the beginning of a good response */
    hob_tls *tls;            /* NULL: without TLS */
};

/* Writes the address at which to reach a server that listens on `address`: never a wildcard. */
static int find_server(const char *address, char *text, size_t size)
{
    hob_address parsed;
    int err = hob_address_parse(address, &parsed);
    if (err < 0)
        return err;
    if (parsed.any.sa_family == AF_INET && parsed.ipv4.sin_addr.s_addr == htonl(INADDR_ANY))
        snprintf(text, size, "127.0.0.1:%u", ntohs(parsed.ipv4.sin_port));
    else if (parsed.any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&parsed.ipv6.sin6_addr))
        snprintf(text, size, "[::1]:%u", ntohs(parsed.ipv6.sin6_port));
    else
        snprintf(text, size, "%s", address);
    return 0;
}

#define REQUEST "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n"

/* Sends the request, and receives the beginning of the response. Returns 0 or a negative errno. */
static int ask(hob_conn *conn, const char *request, char *response, size_t size)
{
    size_t length = 0;
    int received = hob_conn_write(conn, request, strlen(request));
    if (received < 0)
        return received;
    do {
        received = hob_conn_read(conn, response + length, size - 1 - length);
        length += received > 0 ? (size_t)received : 0;
    } while (received > 0 && length < size - 1);
    response[length] = '\0';
    return received < 0 ? received : 0;
}

/* A coroutine. Returns 0 if the server is well, otherwise prints why and returns 1. */
static int check(void *arg)
{
    const struct check *self = arg;
    char address[HOB_URL_SIZE], response[sizeof("HTTP/1.1 200")] = "";
    hob_conn *conn = NULL;
    hob_error error = {.text = ""};
    const hob_connect_options options = {
        .tls = self->tls, .server_name = "localhost", .error = &error};
    hob_deadline(TIMEOUT);
    int err = find_server(self->address, address, sizeof(address));
    if (err == 0)
        err = hob_connect(address, &options, &conn);
    if (err == 0)
        err = ask(conn, self->request, response, sizeof(response));
    hob_conn_close(conn);
    if (err == 0 && strcmp(response, self->status_line) == 0)
        return 0;
    if (err < 0)
        fprintf(
            stderr, "hob: no answer from %s: %s\n", self->address,
            error.text[0] ? error.text : strerror(-err));
    else
        fprintf(stderr, "hob: %s answered: %s\n", self->address, response);
    return 1;
}

/* Accepts any certificate: the server's are for the names of its host, not for "localhost". */
static hob_tls *trust_all(void)
{
    hob_tls *tls = NULL;
#ifdef HOB_TLS
    const hob_tls_options options = {.insecure_accept_any_certificate = true};
    hob_tls_new(&options, &tls);
#endif
    return tls;
}

int service_check_health(const struct options *options)
{
    struct check self = {
        .address = options->admin, .request = REQUEST, .status_line = "HTTP/1.1 200"};
    hob_tls *tls = NULL;
    int status = 0;
    if (options->admin)
        return hob_block_on(check, &self);
    if (options->server.proxy_protocol)
        self.request = "PROXY UNKNOWN\r\n" REQUEST;
    for (size_t i = 0; i < options->listen_count && status == 0; i++) {
        bool secure = options->listen_https[i];
        if (secure && !tls)
            tls = trust_all();
        self.address = options->listen[i];
        self.tls = secure ? tls : NULL;
        self.status_line = options->tls.redirect && !secure ? "HTTP/1.1 308" : "HTTP/1.1 200";
        status = hob_block_on(check, &self);
    }
#ifdef HOB_TLS
    hob_tls_free(tls);
#endif
    return status;
}
