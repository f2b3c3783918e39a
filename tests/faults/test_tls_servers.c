/*
 * Each call that a server makes for a connection with TLS fails once, in each way in which it can
 * fail, and in other runs there is no memory from some call on. The server goes on, a kept
 * connection of another client stays open, and the next connection is served.
 */
#include "hob/hob.h"
#include "hob/http2.h"
#include "tests/support/eventually.h"
#include "tests/support/fault_injector.h"
#include "tests/support/handler_server.h"
#include "tests/support/http_client.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(failing_tls_servers, .init = tls_setup, .fini = tls_teardown, .timeout = 300);

/* From the request /mine on, calls of this process fail. Others get their body and trailers. */
static int serve_all(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    if (strcmp(hob_request_path(req), "/mine") == 0)
        faults_are_mine();
    int err = hob_body_all(req, 1000, &body, &size);
    if (err == 0)
        err = hob_sleep(0);
    if (err == 0)
        err = hob_stream(res, 200, "text/plain");
    if (err == 0)
        err = hob_send(res, body, size);
    return err < 0 ? err : hob_response_add_trailer(res, "X-Sum", "7");
}

/* Posts "tea" and returns the response: on a connection of its own, or on the kept one. */
static struct order *
post(const struct server *server, const char *path, long version, bool is_separate)
{
    struct order *order = order_prepare(server, path);
    struct curl_slist *fields = curl_slist_append(NULL, "TE: trailers");
    if (version == CURL_HTTP_VERSION_1_1)
        fields = curl_slist_append(fields, "Transfer-Encoding: chunked");
    curl_easy_setopt(order->easy, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(order->easy, CURLOPT_HTTP_VERSION, version);
    curl_easy_setopt(order->easy, CURLOPT_POSTFIELDS, "tea");
    curl_easy_setopt(order->easy, CURLOPT_TIMEOUT, 5L);
    curl_easy_setopt(order->easy, CURLOPT_FRESH_CONNECT, (long)is_separate);
    curl_easy_setopt(order->easy, CURLOPT_FORBID_REUSE, (long)is_separate);
    order_complete(order);
    curl_slist_free_all(fields);
    return order;
}

static bool is_served(const struct order *order)
{
    return order->error == CURLE_OK && order->status == 200 &&
           strcmp(order->body.bytes, "tea") == 0 && strcasestr(order->head.bytes, "X-Sum: 7");
}

/* Returns how many requests were not served. */
static size_t try_faults(const struct server *server, long version, struct fault fault)
{
    size_t failed = 0, faults = 0;
    while (faults_next(&fault)) {
        faults_arm(&fault);
        const struct order *order = post(server, "/", version, true);
        faults_disarm(&fault);
        faults += fault.injected;
        failed += !is_served(order);
        cr_expect_neq(order->error, CURLE_OPERATION_TIMEDOUT, "a client waits: %s", fault.name);
        order = post(server, "/", version, false);
        cr_expect(is_served(order), "another client: %s, %d", fault.name, (int)order->error);
        cr_expect_eq(order->connections, 0, "its connection has ended: %s", fault.name);
        cr_assert(is_served(post(server, "/", version, true)), "the next: %s", fault.name);
    }
    printf("%zu failures, %zu requests failed\n", faults, failed);
    return failed;
}

static void survive(hob_server_options options, long version)
{
    hob_tls_server *tls;
    hob_error error = {.text = ""};
    char certificate[TLS_PATH_SIZE], key[TLS_PATH_SIZE];
    tls_write_good(certificate, key);
    const hob_tls_certificate pair = {.certificate_file = certificate, .key_file = key};
    const hob_tls_server_options settings = {
        .certificates = &pair, .certificate_count = 1, .error = &error};
    cr_assert_eq(hob_tls_server_new(&settings, &tls), 0, "%s", error.text);
    options.tls = &tls;
    faults_prepare();
    struct server server = serve_within(serve_all, options);
    cr_assert(is_served(post(&server, "/mine", version, false)));
    cr_assert(is_served(post(&server, "/", version, true)));
    size_t descriptors = process_descriptors(server.process);
    cr_expect_gt(try_faults(&server, version, FIRST_FAULT), 10);
    cr_expect_gt(try_faults(&server, version, FIRST_MEMORY_FAULT), 5);
    cr_expect(eventually(process_descriptors(server.process) <= descriptors));
    server_stop(&server);
    hob_tls_server_free(tls);
}

ProcessTest(failing_tls_servers, survive_whatever_call_fails)
{
    survive((hob_server_options){0}, CURL_HTTP_VERSION_1_1);
}

#ifdef HOB_HTTP2
ProcessTest(failing_tls_servers, survive_whatever_call_fails_over_http2)
{
    survive((hob_server_options){.http2 = hob_http2()}, CURL_HTTP_VERSION_2TLS);
}
#endif
