/*
 * Handlers that send without an end, and clients that do not want that.
 */

#include "tests/support/integration.h"

TestSuite(endless_streams, .timeout = 60);

/* Endless to GET. The path says in which call the handler notices that it is over. */
static int stream_for_ever(hob_request *req, hob_response *res)
{
    int begun = hob_stream(res, 200, "text/event-stream");
    int err = strcmp(hob_request_path(req), "/begin") == 0 ? begun : 0;
    while (err == 0 && strcmp(hob_request_path(req), "/event") == 0)
        err = hob_event(res, NULL, NULL, "tick");
    while (err == 0)
        err = hob_send(res, "tick", 4);
    hob_log(HOB_LOG_INFO, "%s: %s", hob_request_path(req), strerror(-err));
    return err;
}

ClientTest(endless_streams, are_complete_to_head_at_once, serve(stream_for_ever))
{
    static const char *const requests[] = {
        REQUEST("HEAD /begin", ""), REQUEST("HEAD /event", ""), REQUEST("HEAD /send", "")};
    for (size_t i = 0; i < COUNT(requests); i++) {
        raw_send(client, requests[i]);
        struct response response = raw_receive_head(client);
        cr_expect_eq(response.status, 200);
        cr_expect(has_field(&response, "Transfer-Encoding: chunked"), "%s", response.head);
        cr_expect_str_eq(raw_exchange(client, GET("/other")).body, "other");
    }
    cr_expect(server_logs(&server, "/begin: Broken pipe"));
    cr_expect(server_logs(&server, "/event: Broken pipe"));
    cr_expect(server_logs(&server, "/send: Broken pipe"));
}

/* A mistake, but it need not keep others from being served. */
static int ignore_results(hob_request *req, hob_response *res)
{
    const char *path = hob_request_path(req);
    char byte;
    hob_stream(res, 200, "text/plain");
    while (!hob_server_is_stopping(hob_request_server(req))) {
        if (strcmp(path, "/send") == 0)
            hob_send(res, "x", 1);
        else if (strcmp(path, "/begin") == 0)
            hob_event_stream(res);
        else if (strcmp(path, "/reply") == 0)
            hob_reply_text(res, 200, "again");
        else if (strcmp(path, "/nothing") == 0)
            hob_send(res, "", 0);
        else if (strcmp(path, "/read") == 0)
            hob_body_read(req, &byte, 1);
        else if (strcmp(path, "/yield") == 0)
            hob_yield();
        else
            hob_sleep(1);
    }
    return 0;
}

ServerTest(endless_streams, let_others_be_served_if_results_are_ignored, serve(ignore_results))
{
    static const char *const requests[] = {
        REQUEST("HEAD /send", ""),
        REQUEST("HEAD /nothing", ""),
        GET("/send"),
        GET("/nothing"),
        GET("/begin"),
        GET("/reply"),
        REQUEST("POST /read", "Content-Length: 9\r\n"),
        GET("/read"),
        GET("/yield"),
        GET("/sleep"),
    };
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, requests[i]);
        raw_settle(&client);
        raw_close(&client); /* from now on all calls of the handler return at once */
        struct raw_client other = raw_connect(&server);
        cr_expect_str_eq(raw_exchange(&other, GET("/other")).body, "other", "%s", requests[i]);
        raw_close(&other);
    }
}
