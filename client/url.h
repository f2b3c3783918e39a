/*
 * http and https URLs (RFC 9110 section 4.2, RFC 3986) for a client. Strict: a text that is not a
 * URL is refused before a request is sent.
 */
#ifndef HOB_CLIENT_URL_H
#define HOB_CLIENT_URL_H

#include <stdbool.h>
#include <stddef.h>

/* The strings are parts of the URL's text, and not ended by NUL. */
struct url {
    bool tls;         /* https */
    const char *host; /* a name or an address, IPv6 with its brackets */
    size_t host_length;
    unsigned port;           /* that of the scheme if the URL has none */
    bool usual_port;         /* the port is that of the scheme */
    const char *authority;   /* the host, and the port if the URL has one */
    size_t authority_length; /* ... */
    const char *target;      /* path and query; may be empty, or begin with "?" */
    size_t target_length;    /* without the fragment */
    size_t path_length;      /* of the target, without the query */
};

enum { URL_MAX = 8000 }; /* bytes; RFC 9110 section 4.1 recommends this minimum */

/* Returns NULL, or the rule that the text breaks. The text must live as long as *url. */
const char *url_parse(const char *text, struct url *url);

/*
 * Resolves a reference, such as the value of Location, relative to a base (RFC 3986 section 5.2),
 * and writes the URL without a fragment. Bytes that a URL cannot have, such as spaces and those of
 * UTF-8, are percent-encoded, like in browsers. Returns false if it exceeds `size` bytes with its
 * NUL. The result may still break a rule of url_parse().
 */
bool url_resolve(const struct url *base, const char *reference, char *out, size_t size);

/* Returns whether two URLs have the same scheme, host and port (RFC 6454 section 5). */
bool url_same_origin(const struct url *a, const struct url *b);

#endif
