#include "proxy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "hob/text.h"
#include "http/syntax.h"

/* Appends the base64 of up to three bytes (RFC 4648 section 4). Returns the end. */
static char *put_base64(char *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    unsigned group = (unsigned)bytes[0] << 16;
    group |= count > 1 ? (unsigned)bytes[1] << 8 : 0;
    group |= count > 2 ? bytes[2] : 0;
    for (size_t i = 0; i < 4; i++)
        *out++ = digits[i <= count ? group >> (18 - 6 * i) & 63 : 64];
    return out;
}

/* Decodes "user:password" of a URL, or "user" with an empty password. Returns the end. */
static char *decode_credentials(const char *text, size_t length, char *out)
{
    const char *end = text + length;
    bool has_password = memchr(text, ':', length);
    while (text < end)
        *out++ = percent_next(&text, end);
    if (!has_password)
        *out++ = ':';
    return out;
}

/* Returns the value of Proxy-Authorization (RFC 7617 section 2). NULL when out of memory. */
static char *write_authorization(const char *credentials, size_t length)
{
    static const char scheme[] = "Basic ";
    char *decoded = malloc(length + 1);
    char *written = malloc(sizeof(scheme) + (length + 3) / 3 * 4);
    if (decoded && written) {
        const char *end = decode_credentials(credentials, length, decoded);
        char *out = mempcpy(written, scheme, sizeof(scheme) - 1);
        for (const char *at = decoded; at < end; at += 3)
            out = put_base64(out, (const unsigned char *)at, (size_t)(end - at));
        *out = '\0';
    } else {
        free(written);
        written = NULL;
    }
    free(decoded);
    return written;
}

/* `url` has neither user nor password, and its scheme. */
static int set_address(struct proxy *self, const char *text, const char **rule)
{
    struct url url;
    *rule = url_parse(text, &url);
    if (!*rule && url.tls)
        *rule = "a proxy is reached by http://, without TLS";
    if (*rule)
        return -EINVAL;
    int length = asprintf(&self->address, "%.*s:%u", (int)url.host_length, url.host, url.port);
    return length < 0 ? -ENOMEM : 0;
}

/* Takes the parts of a URL: "http://", "user:password" if there is an "@", and the rest. */
static int parse(struct proxy *self, const char *text, const char **rule)
{
    const char *scheme_end = strstr(text, "://");
    const char *credentials = scheme_end ? scheme_end + 3 : text;
    const char *at = memrchr(credentials, '@', strcspn(credentials, "/?#"));
    const char *rest = at ? at + 1 : credentials;
    char *url;
    int length = scheme_end ? asprintf(&url, "%.*s%s", (int)(credentials - text), text, rest)
                            : asprintf(&url, "http://%s", rest);
    if (length < 0)
        return -ENOMEM;
    int err = set_address(self, url, rule);
    free(url);
    if (err < 0 || !at)
        return err;
    self->authorization = write_authorization(credentials, (size_t)(at - credentials));
    return self->authorization ? 0 : -ENOMEM;
}

int proxy_init(struct proxy *self, const char *url, const char **rule)
{
    *self = (struct proxy){.address = NULL};
    *rule = NULL;
    int err = url && *url ? parse(self, url, rule) : 0;
    if (err < 0)
        proxy_free(self);
    return err;
}

void proxy_free(struct proxy *self)
{
    free(self->address);
    free(self->authorization);
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
    return hob_text_equals_any_case_n(end, exception, length) &&
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

const struct proxy *proxy_for(const struct proxies *self, const struct url *url)
{
    const struct proxy *proxy = url->tls ? &self->https : &self->http;
    if (!proxy->address || is_loopback(url))
        return NULL;
    const char *list = self->exceptions;
    const char *exception;
    size_t length;
    while (list_next(&list, &exception, &length)) {
        if (covers(exception, length, url))
            return NULL;
    }
    return proxy;
}
