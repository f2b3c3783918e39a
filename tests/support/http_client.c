#include "tests/support/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/eventually.h"

static CURLM *curl;
static struct order *last_order;
static size_t done_count;

static size_t take_text(char *bytes, size_t size, size_t count, void *arg)
{
    struct text *text = arg;
    size_t length = size * count;
    if (text->length < sizeof(text->bytes)) {
        size_t room = sizeof(text->bytes) - 1 - text->length;
        memcpy(text->bytes + text->length, bytes, length < room ? length : room);
    }
    text->length += length;
    return length;
}

static bool is_at_unix_socket(const struct server *server)
{
    return strncmp(server->url, "unix:", strlen("unix:")) == 0;
}

struct order *order_prepare(const struct server *server, const char *path)
{
    char url[256];
    struct order *self = calloc(1, sizeof(*self));
    if (!curl)
        curl = curl_multi_init();
    cr_assert(self && curl);
    self->next = last_order;
    last_order = self;
    self->easy = curl_easy_init();
    cr_assert_not_null(self->easy);

    if (is_at_unix_socket(server)) {
        curl_easy_setopt(self->easy, CURLOPT_UNIX_SOCKET_PATH, server->url + strlen("unix:"));
        snprintf(url, sizeof(url), "http://localhost%s", path);
    } else {
        snprintf(url, sizeof(url), "%s%s", server->url, path + 1); /* both have the slash */
    }
    curl_easy_setopt(self->easy, CURLOPT_URL, url);
    curl_easy_setopt(self->easy, CURLOPT_PRIVATE, self);
    curl_easy_setopt(self->easy, CURLOPT_HEADERFUNCTION, take_text);
    curl_easy_setopt(self->easy, CURLOPT_HEADERDATA, &self->head);
    curl_easy_setopt(self->easy, CURLOPT_WRITEFUNCTION, take_text);
    curl_easy_setopt(self->easy, CURLOPT_WRITEDATA, &self->body);
    curl_easy_setopt(self->easy, CURLOPT_TIMEOUT, 2L * PATIENCE);
    curl_easy_setopt(self->easy, CURLOPT_SSL_VERIFYPEER, 0L); /* servers of tests sign their own */
    curl_easy_setopt(self->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(self->easy, CURLOPT_NOPROXY, "*"); /* whatever the environment says */
    return self;
}

void order_begin(struct order *self)
{
    cr_assert_eq(curl_multi_add_handle(curl, self->easy), CURLM_OK);
}

struct order *order(const struct server *server, const char *path)
{
    struct order *self = order_prepare(server, path);
    order_begin(self);
    return self;
}

static void finish(CURL *easy, CURLcode error)
{
    struct order *self;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    self->done = true;
    self->error = error;
    self->rank = done_count++;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &self->status);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &self->connections);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME, &self->seconds);
    curl_multi_remove_handle(curl, easy);
}

/* Does what can be done without waiting. Returns how many orders are not done. */
static int make_progress(void)
{
    int running;
    int messages;
    cr_assert_eq(curl_multi_perform(curl, &running), CURLM_OK);
    for (CURLMsg *message; (message = curl_multi_info_read(curl, &messages));)
        finish(message->easy_handle, message->data.result);
    return running;
}

static void wait_for_news(void)
{
    cr_assert_eq(curl_multi_poll(curl, NULL, 0, 1000, NULL), CURLM_OK);
}

void wait_for(struct order *self)
{
    while (make_progress(), !self->done)
        wait_for_news();
}

void wait_for_orders(void)
{
    while (make_progress() > 0)
        wait_for_news();
}

void order_complete(struct order *self)
{
    order_begin(self);
    wait_for(self);
}

struct order *get(const struct server *server, const char *path)
{
    struct order *self = order(server, path);
    wait_for(self);
    return self;
}

struct order *get_with(const struct server *server, const char *path, const char *header)
{
    struct order *self = order_prepare(server, path);
    struct curl_slist *headers = curl_slist_append(NULL, header);
    curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, headers);
    order_begin(self);
    wait_for(self);
    curl_slist_free_all(headers);
    return self;
}

struct order *request(const struct server *server, const char *method, const char *path)
{
    struct order *self = order_prepare(server, path);
    curl_easy_setopt(self->easy, CURLOPT_CUSTOMREQUEST, method);
    order_complete(self);
    return self;
}

struct order **order_many(const struct server *server, const char *path, size_t count)
{
    struct order **orders = calloc(count, sizeof(struct order *));
    cr_assert_not_null(orders);
    for (size_t i = 0; i < count; i++)
        orders[i] = order(server, path);
    return orders;
}

size_t count_served(struct order *const *orders, size_t count, const char *text)
{
    size_t served = 0;
    for (size_t i = 0; i < count; i++)
        served += orders[i]->status == 200 && strcmp(orders[i]->body.bytes, text) == 0;
    return served;
}

size_t server_descriptors(const struct server *server)
{
    cr_assert_neq(get(server, "/other")->status, 0);
    return process_descriptors(server->process);
}

bool order_has_field(const struct order *self, const char *line)
{
    char field[256];
    snprintf(field, sizeof(field), "\r\n%s\r\n", line);
    return strstr(self->head.bytes, field) != NULL;
}
