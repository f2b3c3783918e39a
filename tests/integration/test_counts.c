/*
 * The counters of a server: hob_server_count() in include/hob/server.h.
 */

#include "tests/support/integration.h"
#include "tests/support/metrics_page.h"

TestSuite(counts, .timeout = 60);

static int tell_counts(hob_request *req, hob_response *res)
{
    char text[1024];
    hob_server_counts counts;
    hob_server_count(hob_request_server(req), &counts);
    int length = snprintf(
        text, sizeof(text), "accepted %ju\nconnections %zu\nserving %zu\nreceived %ju\nsent %ju\n",
        (uintmax_t)counts.accepted, counts.connections, counts.serving, (uintmax_t)counts.received,
        (uintmax_t)counts.sent);
    for (hob_reject reason = 0; reason < HOB_REJECT_COUNT; reason++)
        length += snprintf(
            text + length, sizeof(text) - (size_t)length, "%s %ju\n", hob_reject_name(reason),
            (uintmax_t)counts.rejects[reason]);
    return hob_reply_text(res, 200, text);
}

static int flood(hob_response *res)
{
    static const char much[1024 * 1024];
    int err = hob_stream(res, 200, "application/octet-stream");
    while (err == 0)
        err = hob_send(res, much, sizeof(much));
    return err;
}

static int answer(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    const char *path = hob_request_path(req);
    if (strcmp(path, "/counts") == 0)
        return tell_counts(req, res);
    if (strcmp(path, "/flood") == 0)
        return flood(res);
    if (strcmp(path, "/wait") == 0)
        return hob_sleep(INFINITY);
    int err = hob_body_all(req, SIZE_MAX, &body, &size);
    return err < 0 ? err : hob_reply_text(res, 200, "hello");
}

/* The counter of this name now. The request that asks is counted, too. */
static double counted(const struct server *server, const char *name)
{
    return metric_in(get(server, "/counts")->body.bytes, name);
}

static double all_rejects(const struct server *server)
{
    double sum = 0;
    const char *page = get(server, "/counts")->body.bytes;
    for (hob_reject reason = 0; reason < HOB_REJECT_COUNT; reason++)
        sum += metric_in(page, hob_reject_name(reason));
    return sum;
}

ServerTest(counts, connections_and_what_is_served_on_them, serve(answer))
{
    cr_expect_eq(counted(&server, "accepted"), 1);
    struct raw_client idle = raw_connect(&server);
    struct raw_client waiting = raw_connect(&server);
    raw_send(&waiting, GET("/wait"));
    cr_expect(eventually(counted(&server, "accepted") == 3));
    cr_expect(eventually(counted(&server, "serving") == 2), "that one, and who asks");
    cr_expect_eq(counted(&server, "connections"), 3);
    raw_close(&idle);
    raw_close(&waiting);
    cr_expect(eventually(counted(&server, "connections") == 1));
    cr_expect_eq(counted(&server, "accepted"), 3);
    cr_expect_eq(counted(&server, "serving"), 1);
    cr_expect_eq(all_rejects(&server), 0, "a client that leaves was not refused anything");
}

ServerTest(counts, bytes_as_they_are_on_the_wire, serve(answer))
{
    static const char request[] = REQUEST("POST /", "Content-Length: 5\r\n") "12345";
    const char *first = get(&server, "/counts")->body.bytes;
    struct order *asking = get(&server, "/counts");
    const char *second = asking->body.bytes;
    struct response response = raw_ask(&server, request);
    size_t length = strlen(response.head) + response.length;
    const char *third = get(&server, "/counts")->body.bytes;
    double asked = metric_in(second, "received") - metric_in(first, "received");
    double received = metric_in(third, "received") - metric_in(second, "received");
    double sent = metric_in(third, "sent") - metric_in(second, "sent");
    cr_expect_eq(received, (double)strlen(request) + asked);
    cr_expect_eq(sent, (double)(length + asking->head.length + asking->body.length));
}

/* Limits that are easily reached. One client at a time is all that the rest of a test needs. */
static const hob_server_options narrow = {
    .head_timeout = 0.2,
    .body_timeout = 0.2,
    .handler_timeout = 0.5, /* after that for a body */
    .write_timeout = 0.2,
    .linger_timeout = 0.1,
    .target_limit = 100,
    .head_limit = 400,
    .header_limit = 6,
    .body_limit = 10,
};

#define A_HUNDRED_DOTS                                                                             \
    "............................................................................................" \
    "........"

ServerTest(counts, who_is_refused_by_the_reason, serve_within(answer, narrow))
{
    static const struct {
        hob_reject reason;
        int status; /* 0 if there is no whole answer */
        const char *request;
    } cases[] = {
        {HOB_REJECT_MALFORMED, 400, "GET / HTTP/1.1\r\n\r\n"},
        {HOB_REJECT_MALFORMED, 400, REQUEST("POST /", "Transfer-Encoding: chunked\r\n") "x\r\n"},
        {HOB_REJECT_UNSUPPORTED, 501, GET("/") "BREW / HTTP/1.1\r\nHost: hob\r\n\r\n"},
        {HOB_REJECT_UNSUPPORTED, 505, "GET / HTTP/2.0\r\nHost: hob\r\n\r\n"},
        {HOB_REJECT_UNSUPPORTED, 417, REQUEST("GET /", "Expect: miracles\r\n")},
        {HOB_REJECT_TARGET_LIMIT, 414, GET("/" A_HUNDRED_DOTS)},
        {HOB_REJECT_HEAD_LIMIT, 431,
         REQUEST("GET /", "A: " A_HUNDRED_DOTS A_HUNDRED_DOTS A_HUNDRED_DOTS A_HUNDRED_DOTS)},
        {HOB_REJECT_HEADER_LIMIT, 431,
         REQUEST(
             "GET /", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"
                      "F: 6\r\n")},
        {HOB_REJECT_BODY_LIMIT, 413, REQUEST("POST /", "Content-Length: 11\r\n") "12345678901"},
        {HOB_REJECT_HEAD_TIMEOUT, 408, "GET / HTTP/1.1\r\nHost:"},
        {HOB_REJECT_HEAD_TIMEOUT, 0, ""},
        {HOB_REJECT_BODY_TIMEOUT, 408, REQUEST("POST /", "Content-Length: 5\r\n") "123"},
        {HOB_REJECT_HANDLER_TIMEOUT, 504, GET("/wait")},
        {HOB_REJECT_WRITE_TIMEOUT, 0, GET("/flood")},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *name = hob_reject_name(cases[i].reason);
        double before = counted(&server, name);
        double all = all_rejects(&server);
        struct raw_client client = raw_connect(&server);
        raw_send(&client, cases[i].request);
        int status = 200;
        while (cases[i].status != 0 && status == 200)
            status = raw_receive(&client).status;
        if (cases[i].status != 0)
            cr_expect_eq(status, cases[i].status, "%s: %d", cases[i].request, status);
        cr_expect(
            eventually(counted(&server, name) == before + 1), "%s: %s", cases[i].request, name);
        cr_expect_eq(all_rejects(&server), all + 1, "%s: %s", cases[i].request, name);
        raw_close(&client);
    }
}

ServerTest(counts, who_came_when_there_was_no_room, serve_with(answer, .connection_limit = 1))
{
    cr_expect_eq(counted(&server, "connection_limit"), 0);
    cr_expect_eq(raw_ask(&server, GET("/")).status, 503, "the connection of libcurl stays open");
    cr_expect_eq(counted(&server, "connection_limit"), 1);
    cr_expect_eq(counted(&server, "accepted"), 2);
}
