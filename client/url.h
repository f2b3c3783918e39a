/*
 * http and https URLs (RFC 9110 section 4.2, RFC 3986), as a client needs them: strict, so that
 * what is not a URL is refused before anything is sent.
 */
#ifndef HOB_CLIENT_URL_H
#define HOB_CLIENT_URL_H

#include <stdbool.h>
#include <stddef.h>

/* The strings are parts of the URL's text, and not ended by NUL. */
struct url {
    bool tls;         /* https */
    const char *host; /* a name, or an address; an IPv6 address with its brackets */
    size_t host_length;
    unsigned port;           /* that of the scheme if the URL has none */
    bool usual_port;         /* the port is that of the scheme */
    const char *authority;   /* the host, and the port if it is written */
    size_t authority_length; /* ... */
    const char *target;      /* path and query; may be empty, or begin with "?" */
    size_t target_length;    /* without the fragment */
    size_t path_length;      /* of the target, without the query */
};

enum { URL_MAX = 8000 }; /* bytes; RFC 9110 section 4.1 recommends to support as many */

/* Returns NULL, or the rule that the text breaks. The text must live as long as *url. */
const char *url_parse(const char *text, struct url *url);

/*
 * Writes the URL that a reference, such as the value of Location, stands for relative to a base
 * (RFC 3986 section 5.2), without a fragment. Bytes that have no place in a URL, such as spaces and
 * those of UTF-8, are percent-encoded, as browsers do. Returns false if it takes more than `size`
 * bytes with its NUL. The result may still break a rule of url_parse().
 */
bool url_resolve(const struct url *base, const char *reference, char *out, size_t size);

/* Whether two URLs have the same scheme, host and port (RFC 6454 section 5). */
bool url_same_origin(const struct url *a, const struct url *b);

#endif
