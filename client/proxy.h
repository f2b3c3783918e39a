/* Which requests go to a proxy. */
#ifndef HOB_CLIENT_PROXY_H
#define HOB_CLIENT_PROXY_H

#include "url.h"

struct proxy {
    char *address;       /* "host:port", or NULL if there is no proxy */
    char *authorization; /* the value of Proxy-Authorization, or NULL */
};

/*
 * Takes "http://[USER[:PASSWORD]@]HOST[:PORT]", or the same without "http://". User and password
 * are percent-encoded, and sent by the scheme Basic (RFC 7617). NULL and "" are no proxy. Returns
 * 0, -ENOMEM, or -EINVAL and the rule that the URL breaks.
 */
int proxy_init(struct proxy *self, const char *url, const char **rule);

void proxy_free(struct proxy *self);

/* The proxies of a client. */
struct proxies {
    struct proxy http;  /* gets the requests for http URLs */
    struct proxy https; /* opens tunnels for https URLs */
    char *exceptions;   /* hosts and domains that are asked directly: "tea,.example"; or NULL */
};

/*
 * Returns the proxy for a URL, or NULL if it is asked directly, as loopback addresses and
 * "localhost" always are.
 */
const struct proxy *proxy_for(const struct proxies *self, const struct url *url);

#endif
