/*
 * A server that could not run for longer than its time-outs: it was stopped, or suspended with its
 * machine, or a handler kept the thread. Clients that were in time are served.
 */
#include <poll.h>
#include <sys/ioctl.h>

#include "tests/support/integration.h"
#include "tests/support/memory.h"

TestSuite(pauses, .timeout = 60);

/* Enough to bring a client where it is to be, on a busy machine as well. */
#define LIMIT 3.0

/* More than the sockets of both sides hold. */
#define MUCH ((size_t)16 * 1024 * 1024)

static int say_much(hob_response *res)
{
    static char *much;
    if (!much)
        much = zero_pages(MUCH);
    return hob_reply(res, 200, NULL, much, MUCH);
}

static int read_and_reply(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    if (strcmp(hob_request_path(req), "/much") == 0)
        return say_much(res);
    int err = hob_body_all(req, SIZE_MAX, &body, &size);
    return err < 0 ? err : hob_reply(res, 200, NULL, body, size);
}

static struct server serve_in_time(void)
{
    return serve_with(
        read_and_reply, .head_timeout = LIMIT, .body_timeout = LIMIT, .write_timeout = LIMIT,
        .idle_timeout = LIMIT, .linger_timeout = LIMIT);
}

/* Where a client waits when the server is stopped, and what it sends meanwhile. */
static const struct {
    const char *name, *before, *meanwhile, *body;
} cases[] = {
    {"nothing was sent yet", "", GET("/"), ""},
    {"half a head was sent", "GET / HT", "TP/1.1\r\nHost: hob\r\n\r\n", ""},
    {"half a body was sent", REQUEST("POST /", "Content-Length: 4\r\n") "ab", "cd", "abcd"},
    {"half a chunk was sent", REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "4\r\nab",
     "cd\r\n0\r\n\r\n", "abcd"},
};
#define CASES (COUNT(cases))

/* One that has had a response. */
static struct raw_client connect_idle(const struct server *server)
{
    struct raw_client client = raw_connect(server);
    cr_expect_eq(raw_exchange(&client, GET("/")).status, 200);
    return client;
}

/* One whose last response was sent, though it goes on sending. */
static struct raw_client connect_lingering(const struct server *server)
{
    struct raw_client client = raw_connect(server);
    raw_send(&client, REQUEST("GET /", "Connection: close\r\n") "more");
    struct pollfd response = {.fd = client.fd, .events = POLLIN};
    cr_expect_eq(poll(&response, 1, PATIENCE * 1000), 1);
    raw_settle(&client);
    return client;
}

static int bytes_received(const struct raw_client *client)
{
    int count = 0;
    ioctl(client->fd, FIONREAD, &count);
    return count;
}

/* One that does not read, so that the server waits for room to send. */
static struct raw_client connect_full(const struct server *server)
{
    int before;
    struct raw_client client = raw_connect(server);
    raw_send(&client, REQUEST("GET /much", "Connection: close\r\n"));
    do {
        before = bytes_received(&client);
        usleep(200 * 1000);
    } while (before == 0 || bytes_received(&client) > before);
    return client;
}

/* Reads and drops what is there, or, with no flags, all until the end. Returns how much. */
static size_t drop_input(const struct raw_client *client, int flags)
{
    static char bytes[64 * 1024];
    size_t total = 0;
    ssize_t length;
    while ((length = recv(client->fd, bytes, sizeof(bytes), flags)) > 0)
        total += (size_t)length;
    return total;
}

/* Though its response was there before, which another system may drop then. */
static bool was_reset(const struct raw_client *client)
{
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error != 0;
}

ServerTest(pauses, cost_no_client_that_was_in_time, serve_in_time())
{
    struct raw_client clients[CASES];
    for (size_t i = 0; i < CASES; i++) {
        clients[i] = raw_connect(&server);
        raw_send(&clients[i], cases[i].before);
        raw_settle(&clients[i]);
    }
    struct raw_client idle = connect_idle(&server);
    struct raw_client lingering = connect_lingering(&server);
    struct raw_client full = connect_full(&server);

    kill(server.process->pid, SIGSTOP);
    for (size_t i = 0; i < CASES; i++)
        raw_send(&clients[i], cases[i].meanwhile);
    raw_send(&idle, GET("/"));
    raw_send(&lingering, "more");
    size_t received = drop_input(&full, MSG_DONTWAIT);
    usleep((useconds_t)(LIMIT * 1.1e6)); /* the time-outs pass */
    kill(server.process->pid, SIGCONT);

    for (size_t i = 0; i < CASES; i++) {
        struct response response = raw_receive(&clients[i]);
        cr_expect_eq(response.status, 200, "%s: %d", cases[i].name, response.status);
        cr_expect_str_eq(response.body, cases[i].body, "%s", cases[i].name);
        raw_close(&clients[i]);
    }
    cr_expect_eq(raw_receive(&idle).status, 200, "idle");
    received += drop_input(&full, 0);
    cr_expect_gt(received, MUCH);
    cr_expect_eq(raw_receive(&lingering).status, 200, "lingering");
    cr_expect(raw_ended(&lingering));
    cr_expect_not(was_reset(&lingering));
}
