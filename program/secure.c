#include "secure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hob/hob.h"
#include "service.h"

/* The port of the first address for https, as a URL has it: ":8443", or "" for the usual one. */
static void find_port(const struct sockets *sockets, char *text, size_t size)
{
    char url[HOB_URL_SIZE];
    size_t i = 0;
    while (!sockets->https[i])
        i++;
    *text = '\0';
    if (hob_socket_https_url(sockets->fds[i], url, sizeof(url)) < 0)
        return;
    const char *colon = strrchr(url, ':');
    snprintf(text, size, "%.*s", (int)strcspn(colon, "/"), colon);
    if (strcmp(text, ":443") == 0)
        *text = '\0';
}

/* Without the port, if there is one. The colons of an IPv6 address are in brackets. */
static int host_length(const char *host)
{
    const char *bracket = host[0] == '[' ? strchr(host, ']') : NULL;
    return bracket ? (int)(bracket + 1 - host) : (int)strcspn(host, ":");
}

/* Permanently, with the same method and body (RFC 9110 section 15.4.9). */
static int redirect(const struct service *service, hob_request *req, hob_response *res)
{
    char host[256], port[8];
    const char *path = hob_request_path(req);
    const char *query = hob_request_query(req);
    if (hob_request_host(req, host, sizeof(host)) < 0)
        return hob_reply_error(res, 400, "without Host there is no address to redirect to");
    find_port(&service->sockets, port, sizeof(port));
    size_t size = sizeof(host) + sizeof(port) + strlen(path) + (query ? strlen(query) : 0) + 16;
    char *location = hob_alloc(size);
    if (!location)
        return -ENOMEM;
    snprintf(
        location, size, "https://%.*s%s%s%s%s", host_length(host), host, port,
        *path == '/' ? path : "/", query ? "?" : "", query ? query : "");
    return hob_redirect(res, 308, location);
}

/* Not without TLS, where anybody could have set it (RFC 6797 section 7.2). */
static int add_hsts(size_t seconds, hob_response *res)
{
    char value[40];
    snprintf(value, sizeof(value), "max-age=%zu", seconds);
    return hob_response_set_header(res, "Strict-Transport-Security", value);
}

int serve_securely(hob_request *req, hob_response *res)
{
    const struct service *service = hob_request_context(req);
    const struct tls_options *options = &service->options->tls;
    int err = 0;
    bool secure = strcmp(hob_request_scheme(req), "https") == 0; /* also of a trusted proxy */
    if (options->redirect && !secure)
        return redirect(service, req, res);
    if (options->hsts > 0 && secure)
        err = add_hsts(options->hsts, res);
    return err < 0 ? err : hob_router_handle(req, res);
}
