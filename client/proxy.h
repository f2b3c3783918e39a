/* Which requests go to a proxy: the variables http_proxy and no_proxy of the environment. */
#ifndef HOB_CLIENT_PROXY_H
#define HOB_CLIENT_PROXY_H

#include "url.h"

struct proxy {
    char *address;    /* "host:port", or NULL if there is no proxy */
    char *exceptions; /* names of hosts and domains that are asked directly, or NULL */
};

/*
 * Takes "http://host:port", or "host:port", and a list of exceptions such as "localhost,.example".
 * Both are copied; NULL and "" are none. Returns 0, -ENOMEM, or -EINVAL and the rule that the URL
 * breaks.
 */
int proxy_init(struct proxy *self, const char *url, const char *exceptions, const char **rule);

void proxy_free(struct proxy *self);

/*
 * The address of the proxy for a URL, or NULL if it is asked directly, as loopback addresses and
 * "localhost" always are.
 */
const char *proxy_for(const struct proxy *self, const struct url *url);

#endif
