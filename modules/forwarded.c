#include "hob/forwarded.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hob/address.h"
#include "hob/text.h"

/* A part of a header. */
struct part {
    const char *text; /* NULL is none */
    size_t length;
};

/* The first hop that is no trusted proxy. */
struct origin {
    hob_address client;
    struct part element; /* of Forwarded, which has the client; or none */
};

/* Sets the address of the peer. Returns whether it is a trusted proxy. */
static bool find_peer(const hob_request *req, hob_address *address)
{
    size_t count;
    char text[HOB_PEER_SIZE];
    hob_server_trusted_proxies(hob_request_server(req), &count);
    if (count == 0)
        return false;
    hob_request_peer(req, text, sizeof(text)); /* always fits */
    if (hob_address_parse(text, address) < 0)
        *address = (hob_address){.any.sa_family = AF_UNIX};
    return hob_server_trusts(hob_request_server(req), address);
}

bool hob_request_is_forwarded(const hob_request *req)
{
    hob_address peer;
    return find_peer(req, &peer);
}

/*
 * Lists, from the end. Commas in quotes separate as well: else an open quote that a client has sent
 * would hide what a proxy appends. No address has one.
 */

struct header_list {
    hob_request *req;
    const char *name;
    size_t lines;     /* before the current one */
    struct part rest; /* of the current one */
};

/* Returns how many lines there are up to `most`, and sets *value to the last of them. */
static size_t count_lines(hob_request *req, const char *name, size_t most, const char **value)
{
    hob_header header;
    size_t count = 0;
    *value = NULL;
    for (size_t at = 0; count < most && hob_request_next_header(req, &at, &header);) {
        if (!hob_text_equals_any_case(header.name, name))
            continue;
        *value = header.value;
        count++;
    }
    return count;
}

static struct header_list header_list_of(hob_request *req, const char *name)
{
    const char *value;
    return (struct header_list){req, name, count_lines(req, name, SIZE_MAX, &value), {0}};
}

static struct part trim(const char *begin, const char *end)
{
    while (begin < end && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (begin < end && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (struct part){begin, (size_t)(end - begin)};
}

/* Takes the last element that was not taken yet. Returns false if there is none. */
static bool take_last(struct header_list *self, struct part *element)
{
    struct part *rest = &self->rest;
    if (!rest->text && self->lines == 0)
        return false;
    if (!rest->text) {
        if (count_lines(self->req, self->name, self->lines--, &rest->text) == 0)
            return false;
        rest->length = strlen(rest->text);
    }
    const char *comma = memrchr(rest->text, ',', rest->length);
    const char *begin = comma ? comma + 1 : rest->text;
    *element = trim(begin, rest->text + rest->length);
    rest->length = comma ? (size_t)(comma - rest->text) : 0;
    rest->text = comma ? rest->text : NULL;
    return true;
}

/* The value of a parameter, without quotes, of an element of Forwarded. */
static struct part find_parameter(struct part element, const char *name)
{
    const char *at = element.text, *end = at ? at + element.length : NULL;
    while (at && at < end) {
        const char *semicolon = memchr(at, ';', (size_t)(end - at));
        struct part pair = trim(at, semicolon ? semicolon : end);
        size_t length = strlen(name);
        if (pair.length > length && pair.text[length] == '=' &&
            hob_text_equals_any_case_n(pair.text, name, length)) {
            const char *value = pair.text + length + 1, *value_end = pair.text + pair.length;
            bool quoted = value_end - value >= 2 && *value == '"' && value_end[-1] == '"';
            return (struct part){value + quoted, (size_t)(value_end - value) - (quoted ? 2 : 0)};
        }
        at = semicolon ? semicolon + 1 : NULL;
    }
    return (struct part){0};
}

/*
 * Addresses.
 */

/* Makes an IPv4-mapped address one of IPv4. */
static void unmap(hob_address *address)
{
    const struct in6_addr *host = &address->ipv6.sin6_addr;
    if (address->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(host))
        return;
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = address->ipv6.sin6_port};
    memcpy(&ipv4.sin_addr, host->s6_addr + 12, sizeof(ipv4.sin_addr));
    address->ipv4 = ipv4;
}

/* Reads "192.0.2.1", "[2001:db8::1]", each with a port or not, or "2001:db8::1". */
static bool parse_node(struct part node, hob_address *address)
{
    char text[HOB_PEER_SIZE];
    if (!node.text || node.length + sizeof("[]:0") > sizeof(text))
        return false;
    const char *colon = memchr(node.text, ':', node.length);
    const char *bracket = memchr(node.text, ']', node.length);
    bool bare = *node.text != '[' && colon != memrchr(node.text, ':', node.length);
    bool port = bracket ? bracket + 1 < node.text + node.length : colon && !bare;
    char *end = stpcpy(text, bare ? "[" : "");
    end = mempcpy(end, node.text, node.length);
    end = stpcpy(end, bare ? "]" : "");
    stpcpy(end, port ? "" : ":0");
    if (hob_address_parse(text, address) < 0 || address->any.sa_family == AF_UNIX)
        return false;
    unmap(address);
    return true;
}

/*
 * Follows a list from the peer to the first address that is no trusted proxy. An element that has
 * no address, such as "unknown", ends it. Returns whether there is such a list.
 */
static bool follow(hob_request *req, const char *name, struct origin *origin)
{
    hob_address address;
    struct part element;
    struct header_list list = header_list_of(req, name);
    bool found = list.lines > 0;
    bool pairs = hob_text_equals_any_case(name, "Forwarded");
    while (hob_server_trusts(hob_request_server(req), &origin->client) &&
           take_last(&list, &element)) {
        if (!parse_node(pairs ? find_parameter(element, "for") : element, &address))
            break;
        origin->client = address;
        if (pairs)
            origin->element = element;
    }
    return found;
}

static bool is_same_host(const hob_address *a, const hob_address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    if (a->any.sa_family == AF_INET)
        return a->ipv4.sin_addr.s_addr == b->ipv4.sin_addr.s_addr;
    return a->any.sa_family != AF_INET6 ||
           IN6_ARE_ADDR_EQUAL(&a->ipv6.sin6_addr, &b->ipv6.sin6_addr);
}

/*
 * Returns false if no header can be trusted: the peer is no trusted proxy, or the two lists
 * contradict each other. A proxy that appends to one passes the other one on as its client sent it.
 */
static bool find_origin(hob_request *req, struct origin *origin)
{
    hob_address peer;
    if (!find_peer(req, &peer))
        return false;
    struct origin usual = {.client = peer};
    *origin = usual;
    bool has_usual = follow(req, "X-Forwarded-For", &usual);
    bool has_standard = follow(req, "Forwarded", origin);
    if (has_usual && has_standard && !is_same_host(&usual.client, &origin->client))
        return false;
    if (!has_standard)
        *origin = usual;
    return true;
}

/* Without a port if that is 0. */
static int format_address(const hob_address *address, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN], port[8] = "";
    bool ipv6 = address->any.sa_family == AF_INET6;
    const void *bytes =
        ipv6 ? (const void *)&address->ipv6.sin6_addr : (const void *)&address->ipv4.sin_addr;
    unsigned number = ntohs(ipv6 ? address->ipv6.sin6_port : address->ipv4.sin_port);
    inet_ntop(address->any.sa_family, bytes, host, sizeof(host));
    if (number > 0)
        snprintf(port, sizeof(port), ":%u", number);
    int length = snprintf(text, size, ipv6 ? "[%s]%s" : "%s%s", host, port);
    return (size_t)length < size ? 0 : -ENOSPC;
}

int hob_request_client(hob_request *req, char *text, size_t size)
{
    struct origin origin;
    if (!find_origin(req, &origin) || origin.client.any.sa_family == AF_UNIX)
        return hob_request_peer(req, text, size);
    return format_address(&origin.client, text, size);
}

/*
 * The URL of the client.
 */

/* A parameter of Forwarded, or else the last value of another header. */
static struct part find_forwarded(hob_request *req, const char *parameter, const char *name)
{
    struct origin origin;
    struct part value = {0};
    if (!find_origin(req, &origin))
        return value;
    if (origin.element.text)
        return find_parameter(origin.element, parameter);
    struct header_list list = header_list_of(req, name);
    take_last(&list, &value);
    return value;
}

const char *hob_request_scheme(hob_request *req)
{
    struct part scheme = find_forwarded(req, "proto", "X-Forwarded-Proto");
    hob_tls_info tls;
    if (!scheme.text)
        return hob_request_tls(req, &tls) ? "https" : "http";
    return scheme.length == 5 && hob_text_equals_any_case_n(scheme.text, "https", 5) ? "https"
                                                                                     : "http";
}

static bool is_host(struct part host)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789-._~:[]";
    return host.length > 0 && strspn(host.text, characters) >= host.length;
}

int hob_request_host(hob_request *req, char *text, size_t size)
{
    struct part host = find_forwarded(req, "host", "X-Forwarded-Host");
    if (!host.text || !is_host(host)) {
        host.text = hob_request_header(req, "Host");
        host.length = host.text ? strlen(host.text) : 0;
    }
    if (!host.text)
        return -ENOENT;
    if (host.length >= size)
        return -ENOSPC;
    *(char *)mempcpy(text, host.text, host.length) = '\0';
    return 0;
}
