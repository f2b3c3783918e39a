#include "hob/cross_site.h"

#include <stdio.h>
#include <string.h>

#include "hob/address.h"
#include "hob/text.h"

static bool is_text(const char *text, size_t length, const char *expected)
{
    return strlen(expected) == length && hob_text_equals_any_case_n(text, expected, length);
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
    char text[100];
    hob_address address;
    int size = snprintf(text, sizeof(text), "%.*s:0", (int)length, host);
    return size < (int)sizeof(text) && hob_address_parse(text, &address) == 0 &&
           hob_address_is_loopback(&address);
}

/* Browsers resolve these to loopback addresses and nothing else (RFC 6761 section 6.3). */
static bool is_localhost(const char *host, size_t length)
{
    static const char suffix[] = ".localhost";
    const size_t size = sizeof(suffix) - 1;
    return is_text(host, length, suffix + 1) ||
           (length > size && is_text(host + length - size, size, suffix));
}

static bool is_allowed(const hob_server *server, const char *host, size_t length)
{
    size_t count;
    const char *const *names = hob_server_allowed_hosts(server, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_text(host, length, names[i]))
            return true;
    }
    return false;
}

static bool is_from_unix_socket(const hob_request *req)
{
    char peer[HOB_PEER_SIZE];
    return hob_request_peer(req, peer, sizeof(peer)) == 0 && strcmp(peer, "unix:") == 0;
}

static bool may_name(const hob_request *req, const char *host)
{
    const hob_server *server = hob_request_server(req);
    if (!host || hob_server_is_exposed(server) || is_from_unix_socket(req))
        return true;
    size_t length = host_length(host);
    return is_localhost(host, length) || is_loopback_address(host, length) ||
           is_allowed(server, host, length);
}

/*
 * Origin.
 */

/* RFC 9110 section 9.2.1. */
static bool is_safe(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "OPTIONS") == 0 || strcmp(method, "TRACE") == 0;
}

/* "https://example.com" (RFC 6454 section 6.2) of these two parts. */
static bool is_origin(const char *origin, const char *scheme, const char *host)
{
    static const char separator[] = "://";
    size_t length = strcspn(scheme, ", \t"); /* the first proxy's: the client's own */
    if (!hob_text_equals_any_case_n(origin, scheme, length))
        return false;
    origin += length;
    return strncmp(origin, separator, strlen(separator)) == 0 &&
           hob_text_equals_any_case(origin + strlen(separator), host);
}

static bool is_same_site(hob_request *req, const char *host)
{
    const char *site = hob_request_header(req, "Sec-Fetch-Site");
    const char *origin = hob_request_header(req, "Origin");
    const char *scheme = hob_request_header(req, "X-Forwarded-Proto");
    hob_tls_info tls;
    if (site)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    if (!scheme)
        scheme = hob_request_tls(req, &tls) ? "https" : "http";
    return !origin || (host && is_origin(origin, scheme, host));
}

bool hob_refuse_cross_site(hob_request *req, hob_response *res)
{
    const char *host = hob_request_header(req, "Host");
    const char *why = NULL;
    if (!may_name(req, host))
        why = "Host is neither a loopback name nor one of allowed_hosts";
    else if (!is_safe(hob_request_method(req)) && !is_same_site(req, host))
        why = "a page of another site may have sent this";
    if (why)
        hob_reply_error(res, 403, why);
    return why != NULL;
}
