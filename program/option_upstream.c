/* The value of --upstream: NAME=URL. */
#include <string.h>

#include "hob/address.h"
#include "hob/client.h"
#include "hob/text.h"
#include "option_table.h"

static bool is_name(const char *text, size_t length)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-_.";
    return length > 0 && length <= UPSTREAM_NAME_MAX && strspn(text, allowed) == length;
}

/* A unix socket is an address; the URL then has any host, for the header Host. */
static bool is_socket(const char *url)
{
    return strncmp(url, "unix:", 5) == 0;
}

static bool is_https(const char *url)
{
    return hob_text_equals_any_case_n(url, "https:", 6);
}

/* Returns NULL, or what is wrong with the URL. */
static const char *check_url(const char *url)
{
    hob_address address;
    if (is_socket(url))
        return hob_address_parse(url, &address) < 0 ? "it is not like unix:/PATH" : NULL;
    const char *rule = hob_url_check(url);
    if (!rule && strchr(url, '#'))
        rule = "it has a fragment";
#ifndef HOB_TLS
    if (!rule && is_https(url))
        rule = "this hob was built without TLS (-DHOB_TLS=OFF)";
#endif
    return rule;
}

/* `text` is NAME, a NUL and the URL. */
static struct upstream read_upstream(const char *text, const char *url)
{
    bool socket = is_socket(url);
    return (struct upstream){text, socket ? "http://localhost" : url, socket ? url : NULL};
}

static void check_double(
    const struct parsing *self, const struct upstream *other, const char *name, const char *url)
{
    const char *other_url = other->address ? other->address : other->url;
    if (strcmp(other->name, name) == 0)
        options_fail("%s: '%s=%s': there is an upstream %s before", self->source, name, url, name);
    if (strcmp(other_url, url) == 0)
        options_fail("%s: '%s=%s': %s has this URL, too", self->source, name, url, other->name);
}

static void add_upstream(struct parsing *self, char *text)
{
    struct options *options = self->options;
    size_t length = strcspn(text, "=");
    if (!is_name(text, length) || text[length] != '=')
        options_fail("%s: '%s' is not like NAME=http://HOST:PORT", self->source, text);
    const char *url = text + length + 1;
    const char *rule = check_url(url);
    if (rule)
        options_fail("%s: '%s': %s", self->source, text, rule);
    if (options->upstream_count == UPSTREAMS_MAX)
        options_fail(
            "%s: '%s' is one too many: there may be %d", self->source, text, UPSTREAMS_MAX);
    text[length] = '\0';
    for (size_t i = 0; i < options->upstream_count; i++)
        check_double(self, &options->upstreams[i], text, url);
    options->upstream_texts[options->upstream_count] = text;
    options->upstreams[options->upstream_count++] = read_upstream(text, url);
}

bool options_have_https_upstream(const struct options *options)
{
    for (size_t i = 0; i < options->upstream_count; i++) {
        if (is_https(options->upstreams[i].url))
            return true;
    }
    return false;
}

void apply_upstream(struct parsing *self, const struct option_spec *spec, const char *value)
{
    const char *upstream;
    size_t length;
    (void)spec;
    while (option_next_value(&value, &upstream, &length))
        add_upstream(self, option_copy(upstream, length));
}
