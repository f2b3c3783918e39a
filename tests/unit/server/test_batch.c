#include "server/batch.h"

#include "hob/server.h"
#include "tests/support/coroutine.h"
#include "tests/support/listening.h"

TestSuite(batch, .timeout = 60);

#define REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

enum { CLIENTS = BATCH_SIZE + 8 };

struct service {
    hob_server *server;
    int listener;
    int clients[CLIENTS];
    size_t served;
    size_t answered_before[CLIENTS]; /* clients with a response, when this request was served */
};

static bool has_response(int client)
{
    char byte;
    return recv(client, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

static size_t count_responses(const struct service *self)
{
    size_t count = 0;
    for (size_t i = 0; i < CLIENTS; i++)
        count += has_response(self->clients[i]);
    return count;
}

static int note_responses(hob_request *req, hob_response *res)
{
    struct service *self = hob_request_context(req);
    if (self->served < CLIENTS)
        self->answered_before[self->served] = count_responses(self);
    self->served++;
    return hob_reply_text(res, 200, "served");
}

static hob_future *open_service(struct service *self)
{
    *self = (struct service){.listener = hob_listen("127.0.0.1:0")};
    hob_server_options options = {
        .handler = note_responses,
        .context = self,
        .sockets = &self->listener,
        .socket_count = 1,
        .idle_grace = -1,
    };
    cr_expect_eq(hob_server_open(&options, &self->server), 0);
    for (size_t i = 0; i < CLIENTS; i++)
        self->clients[i] = listening_connect(self->listener);
    return hob_server_start(self->server);
}

static void close_service(struct service *self, hob_future *running)
{
    hob_server_stop(self->server);
    cr_expect_eq(hob_await(running), 0);
    hob_server_close(self->server);
    for (size_t i = 0; i < CLIENTS; i++)
        close(self->clients[i]);
}

static void wait_for_connections(const struct service *self)
{
    hob_server_counts counts = {0};
    while (counts.accepted < CLIENTS && hob_sleep(0.001) == 0)
        hob_server_count(self->server, &counts);
}

/* All requests come while the server does not run, so that they are received in a row. */
static void send_requests(const struct service *self)
{
    for (size_t i = 0; i < CLIENTS; i++)
        cr_expect_eq(
            send(self->clients[i], REQUEST, strlen(REQUEST), MSG_NOSIGNAL),
            (ssize_t)strlen(REQUEST));
}

CoroutineTest(batch, serves_many_and_then_sends_their_responses)
{
    struct service self;
    hob_future *running = open_service(&self);
    wait_for_connections(&self);
    send_requests(&self);
    while (self.served < CLIENTS && hob_yield() == 0)
        ;
    for (size_t i = 0; i < CLIENTS; i++)
        cr_expect_eq(
            self.answered_before[i], i < BATCH_SIZE ? 0 : BATCH_SIZE, "%zu before the %zuth",
            self.answered_before[i], i);
    cr_expect_eq(count_responses(&self), CLIENTS, "they are sent before a coroutine goes on");
    close_service(&self, running);
}
