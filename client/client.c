#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fetched.h"
#include "hob/http.h"
#include "hob/log.h"

static double time_or(double seconds, double usual)
{
    return seconds != 0 ? seconds : usual;
}

static size_t size_or(size_t size, size_t usual)
{
    return size != 0 ? size : usual;
}

static void complete(hob_client_options *self)
{
    self->connect_timeout = time_or(self->connect_timeout, 10);
    self->head_timeout = time_or(self->head_timeout, 30);
    self->read_timeout = time_or(self->read_timeout, 30);
    self->idle_timeout = time_or(self->idle_timeout, 4);
    self->origin_connections = size_or(self->origin_connections, 64);
    self->connections = size_or(self->connections, 256);
    self->head_limit = size_or(self->head_limit, 16 * 1024);
    self->header_limit = size_or(self->header_limit, 100);
    self->interim_limit = size_or(self->interim_limit, 32);
    self->body_limit = size_or(self->body_limit, 1024 * 1024);
    self->decoded_ratio = size_or(self->decoded_ratio, 200);
    self->redirects = self->redirects != 0 ? self->redirects : 10;
    self->retry_delay = time_or(self->retry_delay, 0.1);
    self->user_agent = self->user_agent ? self->user_agent : "hob";
}

static int refuse(const char *option, const char *rule, int err)
{
    hob_log(HOB_LOG_ERROR, "hob_client_options.%s cannot be used: %s", option, rule);
    return err;
}

static int check(const hob_client_options *self)
{
    const struct {
        const char *option;
        double seconds;
    } times[] = {
        {"connect_timeout", self->connect_timeout},
        {"head_timeout", self->head_timeout},
        {"read_timeout", self->read_timeout},
        {"retry_delay", self->retry_delay},
    };
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (!(times[i].seconds >= 0))
            return refuse(times[i].option, "it is negative or not a number", -ERANGE);
    }
    if (isnan(self->idle_timeout))
        return refuse("idle_timeout", "it is not a number", -ERANGE);
    if (self->head_limit < 64)
        return refuse("head_limit", "it is less than 64", -ERANGE);
    if (!hob_is_field_value(self->user_agent))
        return refuse("user_agent", "it has a control character", -EINVAL);
    return 0;
}

/* The strings live behind the memory for heads. */
static hob_client *client_new(const hob_client_options *options)
{
    size_t agent_size = strlen(options->user_agent) + 1;
    hob_client *self = calloc(1, sizeof(*self) + options->head_limit + agent_size);
    if (!self)
        return NULL;
    self->options = *options;
    self->options.user_agent =
        memcpy(self->head + options->head_limit, options->user_agent, agent_size);
    self->options.http_proxy = self->options.https_proxy = NULL; /* self->proxies has them */
    self->limits = (struct response_limits){
        .head = options->head_limit,
        .header_count = options->header_limit,
        .interim_count = options->interim_limit,
        .framing = options->head_limit,
    };
    retry_budget_init(&self->budget);
    self->pool.limit = options->connections;
    self->pool.origin_limit = options->origin_connections;
    self->pool.idle_timeout = options->idle_timeout;
    self->pool.connect_timeout = options->connect_timeout;
    self->pool.resolver = options->resolver;
    self->pool.tls = options->tls;
    return self;
}

/* Returns the value of a variable of the environment, or else of another one; or NULL. */
static const char *get_variable(const hob_client *self, const char *name, const char *other_name)
{
    if (self->options.no_proxy)
        return NULL;
    const char *value = getenv(name);
    return value || !other_name ? value : getenv(other_name);
}

/* The message omits user and password. */
static int set_proxy(struct proxy *proxy, const char *url, const char *name)
{
    const char *rule;
    int err = proxy_init(proxy, url, &rule);
    if (err == -EINVAL) {
        const char *at = strrchr(url, '@');
        hob_log(HOB_LOG_ERROR, "%s=%s cannot be used: %s", name, at ? at + 1 : url, rule);
    }
    return err;
}

static int set_proxies(hob_client *self, const char *http, const char *https)
{
    const char *exceptions = get_variable(self, "no_proxy", "NO_PROXY");
    http = http ? http : get_variable(self, "http_proxy", NULL);
    https = https ? https : get_variable(self, "https_proxy", "HTTPS_PROXY");
    int err = set_proxy(&self->proxies.http, http, "http_proxy");
    if (err == 0)
        err = set_proxy(&self->proxies.https, https, "https_proxy");
    if (err < 0 || !exceptions)
        return err;
    self->proxies.exceptions = strdup(exceptions);
    return self->proxies.exceptions ? 0 : -ENOMEM;
}

int hob_client_new(const hob_client_options *options, hob_client **client)
{
    hob_client_options complete_options = options ? *options : (hob_client_options){0};
    *client = NULL;
    complete(&complete_options);
    int err = check(&complete_options);
    if (err < 0)
        return err;
    hob_client *self = client_new(&complete_options);
    if (!self || pool_init(&self->pool) < 0) {
        free(self);
        return -ENOMEM;
    }
    err = set_proxies(self, complete_options.http_proxy, complete_options.https_proxy);
    if (err < 0)
        hob_client_free(self);
    else
        *client = self;
    return err;
}

void hob_client_free(hob_client *client)
{
    if (!client)
        return;
    pool_free(&client->pool);
    proxy_free(&client->proxies.http);
    proxy_free(&client->proxies.https);
    free(client->proxies.exceptions);
    free(client);
}

void hob_client_close_idle(hob_client *client)
{
    pool_close_idle(&client->pool);
}

void hob_client_count(const hob_client *client, hob_client_counts *counts)
{
    *counts = (hob_client_counts){
        .open = client->pool.open,
        .idle = client->pool.idle_count,
        .connects = client->pool.connects,
        .requests = client->requests,
    };
}

const char *hob_fetch_error(const hob_client *client)
{
    return client->error.text;
}
