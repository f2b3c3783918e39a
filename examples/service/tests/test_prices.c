/*
 * In virtual time: markets that take minutes, and a test that takes milliseconds. The markets are
 * servers in the same loop.
 */
#include <errno.h>
#include <hob/hob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "news.h"
#include "offers.h"

static int failures;

#define expect(condition)                                                                          \
    ((condition) ? (void)0                                                                         \
                 : (void)(failures++, printf("%s:%d: %s\n", __func__, __LINE__, #condition)))

/* A client for servers that take their time. */
static hob_client *patient_client(void)
{
    hob_client *client = NULL;
    const hob_client_options options = {.head_timeout = INFINITY, .read_timeout = INFINITY};
    expect(hob_client_new(&options, &client) == 0);
    return client;
}

static int name_price(hob_response *res, double seconds, const char *text)
{
    int err = hob_sleep(seconds);
    return err < 0 ? err : hob_reply_text(res, 200, text);
}

static int quick_market(hob_request *req, hob_response *res)
{
    (void)req;
    return name_price(res, 0.2, "130\n");
}

static int cheap_market(hob_request *req, hob_response *res)
{
    (void)req;
    return name_price(res, 0.9, "110\n");
}

static int slow_market(hob_request *req, hob_response *res)
{
    (void)req;
    return name_price(res, 600, "1\n");
}

static int drunk_market(hob_request *req, hob_response *res)
{
    (void)req;
    return name_price(res, 0, "come closer, my friend\n");
}

/* A market that runs for as long as the coroutine that opened it. */
struct stall {
    hob_router *router; /* NULL without routes */
    hob_server *server;
    char address[64];
};

static int run_stall(void *arg)
{
    struct stall *stall = arg;
    int err = hob_server_run(stall->server);
    hob_server_close(stall->server);
    hob_router_free(stall->router);
    return err;
}

static void open_stall(struct stall *stall, hob_handler *handler, hob_router *router)
{
    hob_server_options options = {.handler = handler, .router = router};
    stall->router = router;
    expect(hob_server_open(&options, &stall->server) == 0);
    const char *host = hob_server_url(stall->server) + strlen("http://");
    snprintf(stall->address, sizeof(stall->address), "%.*s", (int)strcspn(host, "/"), host);
}

static hob_future *opened(struct stall *stall, hob_handler *handler)
{
    open_stall(stall, handler, NULL);
    return hob_async(run_stall, stall);
}

static hob_future *opened_with_route(struct stall *stall, hob_route route)
{
    hob_router *router = NULL;
    const char *refused;
    expect(hob_router_new(&route, 1, &router, &refused) == 0);
    open_stall(stall, hob_router_handle, router);
    return hob_async(run_stall, stall);
}

static void finish(hob_future *const *running, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hob_cancel(running[i]);
        expect(hob_await(running[i]) == -ECANCELED);
    }
}

static int takes_what_came_in_time(void *unused)
{
    struct stall stalls[4];
    struct offers offers;
    (void)unused;
    hob_future *running[] = {
        opened(&stalls[0], quick_market), opened(&stalls[1], slow_market),
        opened(&stalls[2], cheap_market), opened(&stalls[3], drunk_market)};
    const struct market markets[] = {
        {.name = "quick", .address = stalls[0].address},
        {.name = "slow", .address = stalls[1].address},
        {.name = "cheap", .address = stalls[2].address},
        {.name = "drunk", .address = stalls[3].address},
        {.name = "closed", .address = "unix:/nonexistent"}};
    hob_client *client = patient_client();
    const struct markets asked = {client, markets, 5, 1};

    double begin = hob_now();
    expect(offers_gather(&offers, &asked, "potatoes") == 0);
    double passed = hob_now() - begin;
    expect(passed >= 1 && passed < 1.1); /* one patience for all of them, and not a second more */
    static const int results[] = {0, -ETIMEDOUT, 0, -EPROTO, -ENOENT};
    for (size_t i = 0; i < 5; i++)
        expect(offers.all[i].result == results[i]);
    expect(offers.all[0].cents == 130);
    expect(offers_best(&offers) == &offers.all[2]);

    finish(running, 4);
    hob_client_free(client);
    return 0;
}

static int ends_with_the_guest(void *unused)
{
    struct stall stall;
    struct offers offers;
    (void)unused;
    hob_future *running = opened(&stall, slow_market);
    const struct market markets[] = {{.name = "slow", .address = stall.address}};
    hob_client *client = patient_client();
    const struct markets asked = {client, markets, 1, 60};

    double begin = hob_now(), before = hob_deadline(2);
    offers_gather(&offers, &asked, "potatoes");
    hob_deadline_at(before);
    expect(hob_now() - begin < 2.1);
    expect(offers.all[0].result == -ETIMEDOUT); /* the question had the guest's deadline too */
    expect(offers_best(&offers) == NULL);

    finish(&running, 1);
    hob_client_free(client);
    return 0;
}

static int moody_market(hob_request *req, hob_response *res)
{
    const long *cents = hob_state(req);
    return hob_reply_printf(res, 200, HOB_TEXT, "%ld\n", *cents);
}

struct listener {
    hob_client *client;
    const char *address;
    hob_bytes heard;
};

/* Listens until the service stops. */
static int listen_to_news(void *arg)
{
    struct listener *self = arg;
    char url[100];
    snprintf(url, sizeof(url), "http://%s/news", self->address);
    return hob_fetch_text(self->client, url, &self->heard);
}

#define PRICE(cents) "event: price\ndata: potatoes: " cents " cents at moody\n\n"

/* The next event, without its id; "" if there is none. Comments come between them. */
static const char *event_behind(const char *text)
{
    const char *event = strstr(text, "event: ");
    return event ? event : "";
}

static int sends_each_change_once(void *unused)
{
    struct stall stalls[2];
    long cents = 130;
    struct market shop = {.name = "moody", .address = stalls[0].address};
    hob_client *client = patient_client();
    const struct markets markets = {client, &shop, 1, 1};
    struct news news = {
        .markets = &markets, .goods = "potatoes", .interval = 60, .prices = hob_topic_new(1)};
    struct listener listener = {.client = client, .address = stalls[1].address};
    (void)unused;
    hob_future *market =
        opened_with_route(&stalls[0], (hob_route)HOB_ROUTE("GET /potatoes", moody_market, &cents));
    hob_future *service =
        opened_with_route(&stalls[1], (hob_route)HOB_ROUTE("GET /news", serve_news, &news));
    hob_future *watching = hob_async(news_watch, &news);
    hob_future *listening = hob_async(listen_to_news, &listener);

    hob_sleep(3600); /* sixty looks at the same price */
    cents = 125;
    hob_sleep(3600);

    hob_server_stop(stalls[1].server);
    expect(hob_await(listening) == 0);
    expect(hob_await(service) == 0);
    const char *first = event_behind(listener.heard.data);
    expect(strncmp(first, PRICE("130"), strlen(PRICE("130"))) == 0);
    const char *second = event_behind(first + 1);
    expect(strncmp(second, PRICE("125"), strlen(PRICE("125"))) == 0);
    expect(*event_behind(second + 1) == '\0');
    finish((hob_future *[]){watching, market}, 2);
    hob_bytes_free(&listener.heard);
    hob_topic_free(news.prices);
    hob_client_free(client);
    return 0;
}

static int refuses_what_would_be_another_request(void *unused)
{
    (void)unused;
    expect(goods_are_valid("sweet-potatoes2"));
    static const char *const bad[] = {"",    "a b", "a\r\nb", "a/b",
                                      "a?b", "..",  "A",      "a-name-that-is-longer-than-thirty"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect(!goods_are_valid(bad[i]));
    return 0;
}

int main(void)
{
    expect(hob_block_on(takes_what_came_in_time, NULL) == 0);
    expect(hob_block_on(ends_with_the_guest, NULL) == 0);
    expect(hob_block_on(sends_each_change_once, NULL) == 0);
    expect(hob_block_on(refuses_what_would_be_another_request, NULL) == 0);
    return failures > 0;
}
