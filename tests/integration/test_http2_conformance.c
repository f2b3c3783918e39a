/*
 * The cases of tests/conformance over HTTP/2: each on its own connection, as a whole and byte by
 * byte. A request that is served or refused leaves its connection usable.
 */
#include <sys/socket.h>

#include "tests/conformance/http2.h"
#include "tests/support/http2_client.h"
#include "tests/support/test.h"

TestSuite(http2_conformance, .timeout = 120);

enum { PROBE = 21 }; /* a stream behind those of all cases */

static struct server start(void)
{
    return server_wait(start_command(CONFORMANCE_SERVER, "http2"));
}

/* Receives what the case expects, and then the response to a probe. */
static void receive(struct http2_client *client, const struct http2_exchange *exchange)
{
    const struct http2_outcome *expected = &exchange->outcome;
    bool is_final = expected->end != ANSWERED || expected->code >= 200;
    if (is_final)
        http2_response(client, 1);
    if (expected->end == ENDED)
        http2_receive_all(client);
    else
        http2_request(client, PROBE, "GET /probe", "");
    if (!client->gone)
        http2_response(client, PROBE);
}

static void run(const struct server *server, const struct http2_exchange *exchange, size_t piece)
{
    char expected[HTTP2_OUTCOME_SIZE], found[HTTP2_OUTCOME_SIZE];
    struct http2_client client = http2_connect_silently(server);
    raw_send_pieces(&client.raw, exchange->bytes, exchange->size, piece);
    receive(&client, exchange);
    struct http2_outcome outcome = http2_outcome_of(http2_result(&client, 1), client.goaway_error);
    cr_expect_str_eq(
        http2_outcome_text(&outcome, found), http2_outcome_text(&exchange->outcome, expected),
        "%s: %s: %s instead of %s", exchange->table, exchange->name, found, expected);
    if (exchange->outcome.end != ENDED)
        cr_expect_str_eq(
            http2_result(&client, PROBE)->content, "/probe", "%s: %s: no other request is served",
            exchange->table, exchange->name);
    http2_close(&client);
}

ServerTest(http2_conformance, whole, start())
{
    size_t count;
    struct http2_exchange *exchanges = http2_exchanges_make(&count);
    for (size_t i = 0; i < count; i++)
        run(&server, &exchanges[i], SIZE_MAX);
    http2_exchanges_free(exchanges, count);
    printf("%zu cases of HTTP/2\n", count);
}

ServerTest(http2_conformance, byte_by_byte, start())
{
    enum { LONG = 1000 }; /* which are long for their limits alone */
    size_t count;
    struct http2_exchange *exchanges = http2_exchanges_make(&count);
    for (size_t i = 0; i < count; i++) {
        if (exchanges[i].size < LONG)
            run(&server, &exchanges[i], 1);
    }
    http2_exchanges_free(exchanges, count);
}

/* An error of one connection leaves the others alone. */
ServerTest(http2_conformance, an_error_ends_its_connection_only, start())
{
    struct http2_client other = http2_connect(&server);
    struct http2_client client = http2_connect(&server);
    http2_begin_request(&other, 1, "POST /", "");
    http2_send(&client, PING, 0, 0, "123456", 6);
    http2_receive_all(&client);
    http2_send(&other, HTTP2_DATA, END_STREAM, 1, "x", 1);
    cr_expect_eq(http2_response(&other, 1)->status, 200);
    http2_close(&client);
    http2_close(&other);
    cr_expect(server_logs(&server, "ends with error 6"));
}
