#include "proxy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hob/text.h"
#include "http/syntax.h"

static int parse(struct proxy *self, const char *text, const char **rule)
{
    struct url url;
    char *whole;
    if (asprintf(&whole, "%s%s", strstr(text, "://") ? "" : "http://", text) < 0)
        return -ENOMEM;
    *rule = url_parse(whole, &url);
    if (!*rule && url.tls)
        *rule = "a proxy is asked by http://";
    int length = 0;
    if (!*rule)
        length = asprintf(&self->address, "%.*s:%u", (int)url.host_length, url.host, url.port);
    free(whole);
    if (*rule)
        return -EINVAL;
    return length < 0 ? -ENOMEM : 0;
}

int proxy_init(struct proxy *self, const char *url, const char *exceptions, const char **rule)
{
    *self = (struct proxy){.address = NULL};
    *rule = NULL;
    if (!url || !*url)
        return 0;
    int err = parse(self, url, rule);
    if (err == 0 && exceptions && *exceptions) {
        self->exceptions = strdup(exceptions);
        err = self->exceptions ? 0 : -ENOMEM;
    }
    if (err < 0)
        proxy_free(self);
    return err;
}

void proxy_free(struct proxy *self)
{
    free(self->address);
    free(self->exceptions);
    *self = (struct proxy){.address = NULL};
}

/* "*", the host itself, or a domain that it belongs to, with or without a dot before it. */
static bool covers(const char *exception, size_t length, const struct url *url)
{
    if (length == 1 && *exception == '*')
        return true;
    if (length > 0 && *exception == '.') {
        exception++;
        length--;
    }
    if (length == 0 || length > url->host_length)
        return false;
    const char *end = url->host + url->host_length - length;
    return hob_text_same_n(end, exception, length) &&
           (length == url->host_length || end[-1] == '.');
}

/* A proxy would connect to its own loopback addresses, not to those of this machine. */
static bool is_loopback(const struct url *url)
{
    static const char *const names[] = {"localhost", "[::1]"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (covers(names[i], strlen(names[i]), url))
            return true;
    }
    return strncmp(url->host, "127.", 4) == 0;
}

const char *proxy_for(const struct proxy *self, const struct url *url)
{
    if (is_loopback(url))
        return NULL;
    const char *list = self->exceptions;
    const char *exception;
    size_t length;
    while (list_next(&list, &exception, &length)) {
        if (covers(exception, length, url))
            return NULL;
    }
    return self->address;
}
