/*
 * The cases of tests/conformance: each on its own connection, as a whole and byte by byte.
 */
#include <sys/socket.h>

#include "tests/conformance/case.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

TestSuite(conformance, .timeout = 120);

static struct server start(void)
{
    return server_wait(start_command(CONFORMANCE_SERVER));
}

static struct response receive(struct raw_client *client, const struct http_case *c, size_t index)
{
    bool to_head = index == 0 && strncmp(c->bytes, "HEAD ", 5) == 0;
    struct response response = to_head ? raw_receive_head(client) : raw_receive(client);
    /* Whether the body came before it was asked for depends on how the bytes were cut. */
    return response.status == 100 && c->statuses[index] != 100 ? raw_receive(client) : response;
}

/* RFC 9110 section 6.6.1 wants a date, section 15.5.6 the methods that are allowed. */
static const char *missing_field(const struct response *response)
{
    if (response->status >= 200 && *field(response, "Date") == '\0')
        return "Date";
    if (response->status == 405 && *field(response, "Allow") == '\0')
        return "Allow";
    return NULL;
}

static void expect_responses(struct raw_client *client, const struct http_case *c)
{
    for (size_t i = 0; i < RESPONSES_MAX && c->statuses[i]; i++) {
        struct response response = receive(client, c, i);
        const char *missing = missing_field(&response);
        cr_expect_eq(
            response.status, c->statuses[i], "%s: %d instead of %d: %s", c->name, response.status,
            c->statuses[i], response.body);
        cr_expect_null(missing, "%s: no %s", c->name, missing);
        if (response.status >= 400 && c->fate == CLOSED && strncmp(c->bytes, "HEAD", 4) != 0)
            cr_expect(strstr(response.body, ": "), "%s: no reason: %s", c->name, response.body);
        cr_expect(
            response.status < 400 || c->fate != CLOSED || has_field(&response, "Connection: close"),
            "%s: it does not say that it closes", c->name);
    }
}

/* The server has read all, and has answered another request since, but not this one. */
static bool is_silent(const struct server *server, const struct raw_client *client)
{
    char byte;
    struct raw_client other = raw_connect(server);
    raw_settle(client);
    bool answered = raw_exchange(&other, GET("/probe")).status == 200;
    raw_close(&other);
    return answered && client->length == 0 && recv(client->fd, &byte, 1, MSG_DONTWAIT) < 0;
}

/*
 * The server has closed, and answered nothing more. A client that has said that it will send no
 * more, and does, may get RST for it.
 */
static bool is_closed(const struct raw_client *client)
{
    char byte;
    if (client->length > 0)
        return false;
    ssize_t received = recv(client->fd, &byte, 1, 0);
    return received == 0 || (received < 0 && errno == ECONNRESET);
}

static void
expect_fate(const struct server *server, struct raw_client *client, const struct http_case *c)
{
    if (c->fate == KEPT) /* and the next answer is not one to a request hidden in this one */
        cr_expect_str_eq(raw_exchange(client, GET("/probe")).body, "/probe", "%s", c->name);
    else if (c->fate == CLOSED)
        cr_expect(is_closed(client), "%s: not closed, or more was answered", c->name);
    else
        cr_expect(is_silent(server, client), "%s: does not wait", c->name);
}

static void run_case(const struct server *server, const struct http_case *c, size_t piece)
{
    size_t size;
    char *bytes = case_bytes(c, &size);
    cr_assert_not_null(bytes);
    struct raw_client client = raw_connect(server);
    raw_send_pieces(&client, bytes, size, piece);
    expect_responses(&client, c);
    expect_fate(server, &client, c);
    raw_close(&client);
    free(bytes);
}

static void run_table(const struct case_table *table, size_t piece)
{
    struct server server = start();
    for (size_t i = 0; i < table->count; i++)
        run_case(&server, &table->cases[i], piece);
}

#define WHOLE SIZE_MAX

/* clang-format off */
ProcessTest(conformance, request_line) { run_table(&request_line_cases, WHOLE); }
ProcessTest(conformance, paths) { run_table(&path_cases, WHOLE); }
ProcessTest(conformance, fields) { run_table(&field_cases, WHOLE); }
ProcessTest(conformance, framing) { run_table(&framing_cases, WHOLE); }
ProcessTest(conformance, smuggling) { run_table(&smuggling_cases, WHOLE); }
ProcessTest(conformance, semantics) { run_table(&semantics_cases, WHOLE); }
ProcessTest(conformance, request_line_byte_by_byte) { run_table(&request_line_cases, 1); }
ProcessTest(conformance, paths_byte_by_byte) { run_table(&path_cases, 1); }
ProcessTest(conformance, fields_byte_by_byte) { run_table(&field_cases, 1); }
ProcessTest(conformance, framing_byte_by_byte) { run_table(&framing_cases, 1); }
ProcessTest(conformance, smuggling_byte_by_byte) { run_table(&smuggling_cases, 1); }
ProcessTest(conformance, semantics_byte_by_byte) { run_table(&semantics_cases, 1); }
/* clang-format on */
