/*
 * Requests over HTTP/2, with the same handlers as over HTTP/1.1 (include/hob/http2.h).
 */
#include "hob/http2.h"
#include "tests/support/clock.h"
#include "tests/support/eventually.h"
#include "tests/support/handler_server.h"
#include "tests/support/http2_client.h"
#include "tests/support/http_client.h"
#include "tests/support/kitchen.h"
#include "tests/support/test.h"

TestSuite(http2, .timeout = 60);

static struct server serve_http2(hob_handler *handler)
{
    return serve_within(handler, (hob_server_options){.http2 = hob_http2()});
}

/* By libcurl, with prior knowledge (RFC 9113 section 3.3). */
ServerTest(http2, curl_gets_a_reply, server_start("--access-log", "combined"))
{
    struct order *ping = order_prepare(&server, "/ping");
    curl_easy_setopt(ping->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
    order_begin(ping);
    wait_for(ping);
    long version = 0;
    curl_easy_getinfo(ping->easy, CURLINFO_HTTP_VERSION, &version);
    cr_expect_eq(version, (long)CURL_HTTP_VERSION_2_0);
    cr_expect_eq(ping->status, 200);
    cr_expect_str_eq(ping->body.bytes, "Hello, world!");
    cr_expect(eventually(strstr(process_output(server.process), "GET /ping HTTP/2.0")));
}

/* The same server serves both. */
ServerTest(http2, is_chosen_by_the_first_bytes, server_start())
{
    cr_expect_eq(get(&server, "/ping")->status, 200);
    struct http2_client client = http2_connect(&server);
    http2_request(&client, 1, "GET /ping", "");
    const struct http2_result *result = http2_response(&client, 1);
    cr_expect_eq(result->status, 200);
    cr_expect_str_eq(result->content, "Hello, world!");
    cr_expect(strstr(result->fields, "content-type: text/plain"), "%s", result->fields);
    http2_close(&client);
}

/* The preface comes in pieces of one byte. */
ServerTest(http2, the_preface_may_come_slowly, server_start())
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    struct http2_client client = http2_connect_silently(&server);
    for (const char *at = preface; *at; at++) {
        raw_send_bytes(&client.raw, at, 1);
        raw_settle(&client.raw);
    }
    http2_send(&client, SETTINGS, 0, 0, NULL, 0);
    http2_request(&client, 1, "GET /ping", "");
    cr_expect_eq(http2_response(&client, 1)->status, 200);
    http2_close(&client);
}

/* Behind a proxy, a preface within a connection would be a smuggled request. */
ServerTest(http2, begins_a_connection_only, server_start())
{
    struct raw_client client = raw_connect(&server);
    cr_expect_eq(raw_exchange(&client, GET("/ping")).status, 200);
    cr_expect_eq(raw_exchange(&client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 505);
    raw_close(&client);
}

static int reply_length(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, 200 * 1000, &body, &size);
    return err < 0 ? err : reply(res, 200, "%zu bytes by %s", size, hob_request_protocol(req));
}

/* RFC 9113 has removed this upgrade: it is ignored, and the body is a body. */
ServerTest(http2, an_upgrade_is_ignored, serve_http2(reply_length))
{
    struct raw_client client = raw_connect(&server);
    const char *body =
        raw_exchange(
            &client, REQUEST(
                         "POST /", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                                   "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
                                   "Content-Length: 5\r\n") "12345")
            .body;
    cr_expect_str_eq(body, "5 bytes by HTTP/1.1");
    raw_close(&client);
}

/* A hundred dishes that are ordered at once, each a stream of one connection, cook together. */
ServerTest(http2, a_hundred_dishes_take_as_long_as_one, server_start("--time-scale", "0.5"))
{
    struct http2_client client = http2_connect(&server);
    double begin = clock_seconds();
    for (uint32_t i = 0; i < 100; i++)
        http2_request(&client, 2 * i + 1, "GET /french-fries", "");
    for (uint32_t i = 0; i < 100; i++) {
        const struct http2_result *result = http2_response(&client, 2 * i + 1);
        cr_expect_eq(result->status, 200);
        cr_expect_str_eq(result->content, FRIES_DONE);
    }
    double seconds = clock_seconds() - begin;
    cr_expect_lt(seconds, 20, "%g s", seconds); /* one after the other: 40 s */
    http2_close(&client);
}
