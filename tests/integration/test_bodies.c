/*
 * Bodies of requests that no handler reads. The menu's handlers do not: what a client sends all the
 * same is dropped, for as long as that is cheaper than a new connection.
 */

#include "tests/support/integration.h"
#include "tests/support/memory.h"

TestSuite(bodies, .timeout = 60);

#define POST(fields)     REQUEST("POST /ping", fields)
#define POST_SIZED(size) POST("Content-Length: " size "\r\n")
#define POST_CHUNKED     POST("Transfer-Encoding: chunked\r\n")
#define NOT_ALLOWED      405 /* what POST /ping gets, body or not */

static void send_zeros(struct raw_client *client, size_t count)
{
    raw_send_bytes(client, zero_pages(count + 1), count);
}

ClientTest(bodies, unread_ones_are_dropped_and_the_next_is_served, server_start())
{
    static const char *const cases[] = {
        POST_SIZED("0"),
        POST_SIZED("3") "egg",
        POST_SIZED("18") "GET /ping HTTP/1.1",
        POST_CHUNKED "0\r\n\r\n",
        POST_CHUNKED "3\r\negg\r\n7\r\nnoodles\r\n0\r\n\r\n",
        POST_CHUNKED "3;fresh=yes\r\negg\r\n0\r\n\r\n",
        POST_CHUNKED "3\r\negg\r\n0\r\nX-Trailer: salt\r\nHost: other\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(raw_exchange(client, cases[i]).status, NOT_ALLOWED, "%s", cases[i]);
        cr_expect_str_eq(raw_exchange(client, GET("/healthz")).body, "ok\n", "%s", cases[i]);
    }
}

ClientTest(bodies, one_that_comes_later_is_dropped_as_well, server_start())
{
    cr_expect_eq(raw_exchange(client, POST_SIZED("10")).status, NOT_ALLOWED);
    for (size_t i = 0; i < 10; i++) {
        raw_send(client, "b");
        raw_settle(client);
    }
    cr_expect_str_eq(raw_exchange(client, GET("/healthz")).body, "ok\n");
}

ClientTest(bodies, one_of_64_kib_is_dropped, server_start())
{
    raw_send(client, POST_SIZED("65536"));
    send_zeros(client, 65536);
    cr_expect_eq(raw_receive(client).status, NOT_ALLOWED);
    cr_expect_str_eq(raw_exchange(client, GET("/healthz")).body, "ok\n");
}

/*
 * Large ones: the connection is closed, but not so early that the client, which sends first and
 * reads then, finds a reset instead of the response.
 */
ServerTest(bodies, too_large_or_broken_ones_end_the_connection, server_start())
{
    static const struct {
        const char *request;
        size_t zeros; /* that follow */
    } cases[] = {
        {POST_SIZED("10000000"), 10000000},
        {POST_CHUNKED "f4240\r\n", 0xf4240},
        {POST_CHUNKED "3\r\negg\r\n", 0}, /* how much is to come is not known */
        {POST_CHUNKED "3\r\neggs\r\n0\r\n\r\n", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, cases[i].request);
        send_zeros(&client, cases[i].zeros);
        struct response response = raw_receive(&client);
        cr_expect_eq(response.status, NOT_ALLOWED, "%s", cases[i].request);
        cr_expect(has_field(&response, "Connection: close"), "%s", cases[i].request);
        cr_expect(raw_ended(&client), "%s", cases[i].request);
        raw_close(&client);
    }
}

ServerTest(bodies, a_client_that_stops_midway_is_soon_closed, server_start())
{
    size_t descriptors = server_descriptors(&server);
    struct raw_client client = raw_connect(&server);
    raw_send(&client, POST_SIZED("10000000") "and no more");
    cr_expect_eq(raw_receive(&client).status, NOT_ALLOWED);
    cr_expect(eventually(server_descriptors(&server) == descriptors));
}

ClientTest(bodies, a_client_that_sends_for_ever_is_cut_off, server_start())
{
    static const char block[64 * 1024];
    raw_send(client, POST_SIZED("1000000000000"));
    double end = clock_seconds() + PATIENCE;
    while (clock_seconds() < end && send(client->fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
        ;
    cr_expect_lt(clock_seconds(), end);
}

/* Bodies that wait to be asked for. */

static size_t read_zeros(char *buffer, size_t size, size_t count, void *left)
{
    size_t *bytes_left = left;
    size_t length = size * count < *bytes_left ? size * count : *bytes_left;
    memset(buffer, 0, length);
    *bytes_left -= length;
    return length;
}

ServerTest(bodies, libcurl_gets_its_answer_without_uploading, server_start())
{
    size_t left = 2000000;
    struct order *upload = order_prepare(&server, "/ping");
    curl_easy_setopt(upload->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(upload->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)left);
    curl_easy_setopt(upload->easy, CURLOPT_READFUNCTION, read_zeros);
    curl_easy_setopt(upload->easy, CURLOPT_READDATA, &left);
    curl_easy_setopt(upload->easy, CURLOPT_EXPECT_100_TIMEOUT_MS, PATIENCE * 1000L);
    order_complete(upload);
    cr_expect_eq(upload->status, NOT_ALLOWED);
    cr_expect_eq(left, 2000000);
}
