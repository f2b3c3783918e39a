/*
 * Crowds of clients that connect, leave, or stop sending, in whatever state they are in, and some
 * whose requests come byte by byte.
 */

#include "tests/support/integration.h"

TestSuite(storms, .timeout = 60);

#define CROWD 200

static int echo(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 1000, &body, &size);
    return err < 0 ? err : hob_reply(res, 200, "text/plain", body, size);
}

static int flood(hob_response *res)
{
    static const char content[10000];
    int err = hob_stream(res, 200, "text/plain");
    while (err == 0)
        err = hob_send(res, content, sizeof(content));
    return err;
}

static int answer(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    if (strcmp(path, "/wait") == 0)
        return hob_sleep(INFINITY);
    return strcmp(path, "/flood") == 0 ? flood(res) : echo(req, res);
}

/* The bytes that a client has sent when it leaves, and the state of its connection. */
static const struct {
    const char *name, *sent;
} states[] = {
    {"nothing sent", ""},
    {"half a head", "POST /echo HTTP/1.1\r\nHo"},
    {"half a body", REQUEST("POST /echo", "Content-Length: 10\r\n") "half"},
    {"half a chunk", REQUEST("POST /echo", "Transfer-Encoding: chunked\r\n") "a\r\nhalf"},
    {"told to continue", REQUEST("POST /echo", "Content-Length: 10\r\nExpect: 100-continue\r\n")},
    {"a handler waits", GET("/wait")},
    {"a handler waits, more behind it", GET("/wait") GET("/other") GET("/other")},
    {"in a stream", GET("/flood")},
    {"answered", GET("/other")},
    {"refused", "GET / HTTP/9.9\r\n\r\n"},
};

static void expect_quiet(const struct server *server, size_t descriptors, const char *name)
{
    cr_expect_eq(get(server, "/other")->status, 200, "%s", name);
    bool closed = eventually(process_descriptors(server->process) <= descriptors);
    cr_expect(closed, "%s: %zu descriptors", name, process_descriptors(server->process));
}

/* `leave` is how each of a crowd leaves. */
static void expect_crowds_to_be_forgotten(const char *how, void (*leave)(struct raw_client *))
{
    static struct raw_client crowd[CROWD];
    struct server server = serve(answer);
    size_t descriptors = server_descriptors(&server);
    double begin = clock_seconds();
    for (size_t i = 0; i < COUNT(states); i++) {
        for (size_t j = 0; j < CROWD; j++) {
            crowd[j] = raw_connect(&server);
            raw_send(&crowd[j], states[i].sent);
        }
        get(&server, "/other"); /* by now it has read what they sent */
        for (size_t j = 0; j < CROWD; j++)
            leave(&crowd[j]);
        expect_quiet(&server, descriptors, states[i].name);
    }
    printf(
        "%-10s in %zu states, %d clients each: %.2f s\n", how, COUNT(states), CROWD,
        clock_seconds() - begin);
    cr_expect_eq(server_stop(&server), 0);
}

ProcessTest(storms, of_resets_in_every_state)
{
    expect_crowds_to_be_forgotten("resets", raw_reset);
}

ProcessTest(storms, of_ends_in_every_state)
{
    expect_crowds_to_be_forgotten("ends", raw_close);
}

/* The client goes on reading, and gets an end: of a response, or without one. */
static void end_and_read(struct raw_client *client)
{
    char dropped[65536];
    raw_end(client);
    ssize_t more;
    do
        more = recv(client->fd, dropped, sizeof(dropped), 0);
    while (more > 0);
    cr_expect(more == 0 || errno == ECONNRESET, "it is left waiting: %m");
    raw_close(client);
}

ProcessTest(storms, of_half_closes_in_every_state)
{
    expect_crowds_to_be_forgotten("half-ends", end_and_read);
}

ServerTest(storms, of_connects, serve(answer))
{
    enum { ROUNDS = 10, COUNT_AT_ONCE = 1000 };
    static struct raw_client crowd[COUNT_AT_ONCE];
    size_t descriptors = server_descriptors(&server);
    double begin = clock_seconds();
    for (int i = 0; i < ROUNDS; i++) {
        for (size_t j = 0; j < COUNT_AT_ONCE; j++)
            crowd[j] = raw_connect(&server);
        for (size_t j = 0; j < COUNT_AT_ONCE; j++)
            (j % 2 ? raw_close : raw_reset)(&crowd[j]);
    }
    expect_quiet(&server, descriptors, "connects");
    printf(
        "%d connects, %d of them at once: %.2f s\n", ROUNDS * COUNT_AT_ONCE, COUNT_AT_ONCE,
        clock_seconds() - begin);
}

/* Byte by byte: each is a segment of its own, and some of the server's reads get just one. */

#define CLOSE "Connection: close\r\n"

static const char *const requests[] = {
    REQUEST("GET /other", CLOSE),
    GET("/other") GET("/other") REQUEST("HEAD /other", CLOSE),
    REQUEST("POST /echo", CLOSE "Content-Length: 10\r\n") "0123456789",
    REQUEST("POST /echo", "Content-Length: 10\r\n") "0123456789" REQUEST("GET /other", CLOSE),
    REQUEST(
        "POST /echo", CLOSE "Transfer-Encoding: chunked\r\n") "3;x=y\r\nabc\r\n0\r\nT: u\r\n\r\n",
    "GET /other HTTP/1.0\r\n\r\n",
    "GET  /other HTTP/1.1\r\n\r\n",
    REQUEST("POST /echo", "Transfer-Encoding: chunked\r\n") "x\r\n",
};

/* All that comes until the end, but for the Date. The caller's to free. */
static char *receive_all(struct raw_client *client)
{
    size_t length = 0;
    char *text = calloc(1, 8192);
    cr_assert_not_null(text);
    ssize_t more;
    while ((more = recv(client->fd, text + length, 8191 - length, 0)) > 0)
        length += (size_t)more;
    for (char *date = text; (date = strstr(date, "Date: "));)
        memset(date, '-', strcspn(date, "\r"));
    return text;
}

static char *send_in_pieces(const struct server *server, const char *request, size_t size)
{
    struct raw_client client = raw_connect(server);
    size_t length = strlen(request);
    for (size_t i = 0; i < length; i += size) {
        size_t piece = length - i < size ? length - i : size;
        if (send(client.fd, request + i, piece, MSG_NOSIGNAL) < 0)
            break; /* it was refused */
    }
    char *reply = receive_all(&client);
    raw_close(&client);
    return reply;
}

ServerTest(storms, of_one_byte_segments_are_answered, serve(answer))
{
    size_t segments = 0;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < COUNT(requests); i++) {
            char *whole = send_in_pieces(&server, requests[i], SIZE_MAX / 2);
            char *bytes = send_in_pieces(&server, requests[i], 1);
            cr_expect_str_eq(bytes, whole, "request %zu", i);
            cr_expect(strstr(whole, "HTTP/1.1 ") == whole, "request %zu: %s", i, whole);
            segments += strlen(requests[i]);
            free(whole);
            free(bytes);
        }
    }
    printf("%zu segments of one byte\n", segments);
}
