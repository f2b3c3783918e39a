/*
 * Clients that leave in the middle of things: their orders end, nothing is left behind, and
 * no other client is affected.
 */

#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/random.h"

TestSuite(leaving_clients, .timeout = 60);

static void expect_still_serving(const struct server *server)
{
    cr_expect_eq(get(server, "/ping")->status, 200);
}

ServerTest(leaving_clients, one_that_only_connects_is_no_trouble, server_start())
{
    struct raw_client client = raw_connect(&server);
    raw_close(&client);
    client = raw_connect(&server);
    raw_reset(&client);
    expect_still_serving(&server);
}

ClientTest(leaving_clients, one_that_ends_without_a_word_is_ended, server_start())
{
    raw_end(client);
    cr_expect(raw_ended(client));
}

ServerTest(leaving_clients, one_that_ends_within_a_request_gets_no_answer, server_start())
{
    static const char *const beginnings[] = {
        "G", "GET /ping HTTP/1.1\r\n", "GET /ping HTTP/1.1\r\nHo"};
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, beginnings[i]);
        raw_end(&client);
        cr_expect(raw_ended(&client), "%s", beginnings[i]);
        raw_close(&client);
    }
}

ClientTest(leaving_clients, one_that_ends_after_a_fast_request_gets_its_answer, server_start())
{
    raw_send(client, GET("/ping") GET("/ping"));
    raw_end(client);
    cr_expect_eq(raw_receive(client).status, 200);
    cr_expect_eq(raw_receive(client).status, 200);
    cr_expect(raw_ended(client));
}

/*
 * The order would take hours. If the server ends before, it was given up: an order in progress
 * would keep the server from ending for as long as the grace.
 */
ProcessTest(leaving_clients, that_leave_give_up_their_orders)
{
    static const struct {
        const char *orders;
        void (*leave)(struct raw_client *);
    } cases[] = {
        {GET("/noodles"), raw_reset},
        {GET("/meal"), raw_close},
        {GET("/noodles") GET("/french-fries") GET("/ping"), raw_end}, /* also those behind it */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct server server = start_slow_kitchen();
        struct raw_client client = raw_connect(&server);
        raw_send(&client, cases[i].orders);
        cr_assert(server_logs(&server, "boil the egg"));
        cases[i].leave(&client);
        if (cases[i].leave == raw_end)
            cr_expect(raw_ended(&client));
        cr_expect_eq(server_stop(&server), 0);
        cr_expect_eq(server_log_count(&server, "prepare the raw noodles"), 0, "case %zu", i);
        cr_expect_eq(server_log_count(&server, "cooking done"), 0, "case %zu", i);
    }
}

/* Sends something, or leaves in one of three ways. Returns whether it has left. */
static bool take_step(struct raw_client *client)
{
    static const char *const texts[] = {GET("/ping"), GET("/noodles"), GET("/meal"), "GET /pi"};
    static void (*const leave[])(struct raw_client *) = {raw_close, raw_reset, raw_end};
    bool leaves = random_below(2);
    if (leaves)
        leave[random_below(COUNT(leave))](client);
    else
        raw_send(client, texts[random_below(COUNT(texts))]);
    return leaves;
}

ServerTest(
    leaving_clients, three_hundred_leave_nothing_behind, server_start("--time-scale", "1000"))
{
    enum { CLIENTS = 300 };
    static struct raw_client clients[CLIENTS];
    size_t descriptors = server_descriptors(&server);

    raw_connect_all(&server, clients, CLIENTS);
    for (size_t left = CLIENTS; left > 0;) {
        size_t i = random_below((uint32_t)left);
        if (take_step(&clients[i]))
            clients[i] = clients[--left]; /* the last one takes its place */
    }
    cr_expect(eventually(server_descriptors(&server) == descriptors));
    expect_still_serving(&server);
}
