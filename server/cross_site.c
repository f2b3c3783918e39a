#include "hob/cross_site.h"

#include <arpa/inet.h>
#include <string.h>

#include "hob/text.h"
#include "http/head.h"
#include "net/address.h"
#include "request.h"
#include "response.h"
#include "server.h"

static bool is_text(const char *text, size_t length, const char *expected)
{
    return strlen(expected) == length && hob_text_same_n(text, expected, length);
}

/*
 * Host.
 */

/* Without the port, if there is one. The colons of an IPv6 address are in brackets. */
static size_t host_length(const char *host)
{
    const char *bracket = host[0] == '[' ? strchr(host, ']') : NULL;
    return bracket ? (size_t)(bracket + 1 - host) : strcspn(host, ":");
}

static bool is_loopback_address(const char *host, size_t length)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr ipv4;
    struct in6_addr ipv6;
    bool brackets = host[0] == '[' && length > 2;
    host += brackets ? 1 : 0;
    length -= brackets ? 2 : 0;
    if (length >= sizeof(text))
        return false;
    memcpy(text, host, length);
    text[length] = '\0';
    if (brackets)
        return inet_pton(AF_INET6, text, &ipv6) == 1 && address_is_loopback_ipv6(&ipv6);
    return inet_pton(AF_INET, text, &ipv4) == 1 && ntohl(ipv4.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* Browsers resolve these to loopback addresses and nothing else (RFC 6761 section 6.3). */
static bool is_localhost(const char *host, size_t length)
{
    static const char suffix[] = ".localhost";
    const size_t size = sizeof(suffix) - 1;
    return is_text(host, length, suffix + 1) ||
           (length > size && is_text(host + length - size, size, suffix));
}

static bool is_allowed(const hob_server_options *options, const char *host, size_t length)
{
    for (size_t i = 0; i < options->allowed_host_count; i++) {
        if (is_text(host, length, options->allowed_hosts[i]))
            return true;
    }
    return false;
}

static bool may_name(const hob_request *req, const char *host)
{
    const hob_server *server = req->connection->server;
    if (!host || server->exposed || req->connection->peer.any.sa_family == AF_UNIX)
        return true;
    size_t length = host_length(host);
    return is_localhost(host, length) || is_loopback_address(host, length) ||
           is_allowed(&server->options, host, length);
}

/*
 * Origin.
 */

static bool is_safe(const hob_request *req)
{
    switch (req->parser.http.method) {
    case HTTP_GET:
    case HTTP_HEAD:
    case HTTP_OPTIONS:
    case HTTP_TRACE:
        return true;
    default:
        return false;
    }
}

/* "https://example.com" (RFC 6454 section 6.2) of these two parts. */
static bool is_origin(const char *origin, const char *scheme, const char *host)
{
    static const char separator[] = "://";
    size_t length = strcspn(scheme, ", \t"); /* of several proxies the first one had the client */
    if (!hob_text_same_n(origin, scheme, length))
        return false;
    origin += length;
    return strncmp(origin, separator, strlen(separator)) == 0 &&
           hob_text_same(origin + strlen(separator), host);
}

static bool is_same_site(const struct head *head, const char *host)
{
    const char *site = head_find(head, "Sec-Fetch-Site");
    const char *origin = head_find(head, "Origin");
    const char *scheme = head_find(head, "X-Forwarded-Proto");
    if (site)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    return !origin || (host && is_origin(origin, scheme ? scheme : "http", host));
}

bool hob_refuse_cross_site(hob_request *req, hob_response *res)
{
    const struct head *head = request_stable_head(req);
    const char *host = head ? head_find(head, "Host") : NULL;
    const char *why = NULL;
    if (!head) /* out of memory */
        why = "there is no memory to check the request";
    else if (!may_name(req, host))
        why = "Host is neither a loopback name nor one of allowed_hosts";
    else if (!is_safe(req) && !is_same_site(head, host))
        why = "a page of another site may have sent this";
    if (why)
        response_reply_error(res, 403, why);
    return why != NULL;
}
