/*
 * Requests and responses of hob, one at a time. The rules of HTTP are in tests/conformance.
 */
#include <time.h>

#include "tests/support/integration.h"
#include "tests/support/random.h"

TestSuite(http, .timeout = 60);

static time_t date_of(const struct response *response)
{
    struct tm utc = {0};
    char *end = strptime(field(response, "Date"), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    cr_assert(end && *end == '\0', "not a date: '%s'", field(response, "Date"));
    return timegm(&utc);
}

ClientTest(http, the_date_moves_on, server_start())
{
    struct response response = raw_exchange(client, GET("/ping"));
    time_t first = date_of(&response);
    cr_expect(
        eventually((response = raw_exchange(client, GET("/ping")), date_of(&response) > first)));
}

/* More of them than there may be watchers of the feed, or traces at the same time. */
ClientTest(http, head_of_a_stream_is_answered_and_over, server_start())
{
    static const char *const requests[] = {
        REQUEST("HEAD /kitchen/events", ""),
        REQUEST("HEAD /trace.json?seconds=60", ""),
        REQUEST("HEAD /noodles?progress", ""),
    };
    for (size_t i = 0; i < 200; i++) {
        raw_send(client, requests[i % COUNT(requests)]);
        cr_expect_eq(raw_receive_head(client).status, 200, "%s", requests[i % COUNT(requests)]);
    }
    cr_expect_eq(raw_exchange(client, GET("/ping")).status, 200);
}

ClientTest(http, each_target_and_method_has_its_answer, server_start())
{
    static const struct {
        const char *request;
        int status;
        const char *allow;
    } cases[] = {
        {GET("/ping"), 200, ""},
        {GET("/ping?extra=salt"), 200, ""},
        {GET("http://hob"), 200, ""},
        {GET("/pizza"), 404, ""},
        {GET("/ping/"), 404, ""},
        {GET("/PING"), 404, ""},
        {GET("/%70ing"), 200, ""},
        {REQUEST("POST /ping", ""), 405, "GET, HEAD, OPTIONS"},
        {REQUEST("DELETE /noodles", ""), 405, "GET, HEAD, OPTIONS"},
        {REQUEST("POST /pizza", ""), 404, ""},
        {REQUEST("OPTIONS /ping", ""), 204, "GET, HEAD, OPTIONS"},
        {REQUEST("OPTIONS *", ""), 204, "GET, HEAD, POST, DELETE, OPTIONS"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct response response = raw_exchange(client, cases[i].request);
        cr_expect_eq(response.status, cases[i].status, "%d: %s", response.status, cases[i].request);
        cr_expect_str_eq(field(&response, "Allow"), cases[i].allow, "%s", cases[i].request);
    }
}

ServerTest(http, garbage_is_refused_and_does_no_harm, server_start())
{
    for (size_t i = 0; i < 200; i++) {
        char garbage[100];
        struct raw_client client = raw_connect(&server);
        for (size_t k = 0; k < sizeof(garbage); k++)
            garbage[k] = (char)(random_below(UINT32_MAX) >> 24);
        raw_send_bytes(&client, garbage, sizeof(garbage));
        cr_expect_eq(raw_receive(&client).status, 400);
        cr_expect(raw_ended(&client));
        raw_close(&client);
    }
    cr_expect_eq(raw_ask(&server, GET("/ping")).status, 200);
}
