/* hob_proxy() between libcurl and servers that others have written. */
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>

#include "hob/hob.h"
#include "hob/proxy.h"
#include "tests/support/eventually.h"
#include "tests/support/folder.h"
#include "tests/support/handler_server.h"
#include "tests/support/http_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/real_servers.h"
#include "tests/support/test.h"

TestSuite(proxied_servers, .timeout = 60);

static hob_client *client;
static char origin[256];

static int pass_on(hob_request *req, hob_response *res)
{
    return hob_proxy(req, res, client, origin);
}

/* A server that passes all requests on to `origin`. */
static struct server start_proxy(void)
{
    cr_assert_eq(hob_client_new(NULL, &client), 0);
    return serve(pass_on);
}

/* The same for the socket with this name in the test's folder. */
static struct server start_proxy_to(const char *name)
{
    snprintf(origin, sizeof(origin), "unix:%s", folder_path(name));
    return start_proxy();
}

static void expect(const struct server *server, const char *path, long status, const char *text)
{
    const struct order *order = get(server, path);
    cr_expect_eq(order->status, status, "%s: %ld", path, order->status);
    cr_expect_str_eq(order->body.bytes, text, "%s", path);
}

/* Posts LARGE_SIZE bytes, chunked or with their length. libcurl does not wait for 100 Continue. */
static struct order *post_large(const struct server *server, const char *path, bool chunked)
{
    struct order *order = order_prepare(server, path);
    char *large = calloc(1, LARGE_SIZE);
    struct curl_slist *fields = curl_slist_append(NULL, "Expect:");
    if (chunked)
        fields = curl_slist_append(fields, "Transfer-Encoding: chunked");
    curl_easy_setopt(order->easy, CURLOPT_POSTFIELDS, large);
    curl_easy_setopt(order->easy, CURLOPT_POSTFIELDSIZE, (long)LARGE_SIZE);
    curl_easy_setopt(order->easy, CURLOPT_HTTPHEADER, fields);
    order_begin(order);
    wait_for(order);
    curl_slist_free_all(fields);
    free(large);
    return order;
}

/* Copies a field of a response, such as `ETag: "1"`, under another name. */
static void copy_field(const struct order *order, const char *name, const char *as, char line[100])
{
    const char *at = strstr(order->head.bytes, name);
    cr_assert_not_null(at, "%s", order->head.bytes);
    at += strlen(name);
    snprintf(line, 100, "%s%.*s", as, (int)strcspn(at, "\r"), at);
}

static void ask_for_files(const struct server *server)
{
    char condition[100];
    expect(server, "/hello.txt", 200, "hello");
    struct order *order = order_prepare(server, "/hello.txt");
    curl_easy_setopt(order->easy, CURLOPT_NOBODY, 1L);
    order_begin(order);
    wait_for(order);
    cr_expect_eq(order->status, 200);
    cr_expect(order_has_field(order, "Content-Length: 5"), "%s", order->head.bytes);
    copy_field(order, "ETag: ", "If-None-Match: ", condition);
    order = get_with(server, "/hello.txt", condition);
    cr_expect_eq(order->status, 304);
    cr_expect_eq(order->body.length, 0);
    order = get_with(server, "/hello.txt", "Range: bytes=1-3");
    cr_expect_eq(order->status, 206);
    cr_expect(order_has_field(order, "Content-Range: bytes 1-3/5"), "%s", order->head.bytes);
    cr_expect_str_eq(order->body.bytes, "ell");
    order = get_with(server, "/hello.txt", "Range: bytes=5-");
    cr_expect_eq(order->status, 416);
    order = get(server, "/moved");
    cr_expect_eq(order->status, 301);
    cr_expect_eq(get(server, "/large")->body.length, LARGE_SIZE);
    cr_expect_eq(post_large(server, "/small", false)->status, 413, "an early response");
    expect(server, "/hello.txt", 200, "hello");
}

ProcessTest(proxied_servers, of_nginx_send_files)
{
    skip_without("nginx");
    add_served_files();
    start_nginx();
    struct server server = start_proxy_to("nginx");
    ask_for_files(&server);
    const struct order *empty = get(&server, "/empty");
    cr_expect_eq(empty->status, 204);
    cr_expect(!strstr(empty->head.bytes, "Content-Length"), "%s", empty->head.bytes);
}

ProcessTest(proxied_servers, of_apache_send_files)
{
    skip_without("apache2");
    add_served_files();
    struct listening apache;
    start_apache(&apache);
    snprintf(origin, sizeof(origin), "http://%s", apache.text);
    struct server server = start_proxy();
    ask_for_files(&server);
}

static bool is_whole(const struct order *order)
{
    return order->error == CURLE_OK;
}

static void ask_node(const struct server *server)
{
    expect(server, "/hello.txt", 200, "hello");
    expect(server, "/chunks", 200, "hello");
    expect(server, "/hints", 200, "hello");
    expect(server, "/close", 200, "hello");
    cr_expect_str_eq(post_large(server, "/count", false)->body.bytes, "3145728");
    cr_expect_str_eq(post_large(server, "/count", true)->body.bytes, "3145728");
    const struct order *refused = post_large(server, "/refuse", false);
    cr_expect_eq(refused->status, 413, "%s", curl_easy_strerror(refused->error));
    cr_expect_not(is_whole(get(server, "/break-chunked")));
    cr_expect_not(is_whole(get(server, "/break-sized")));
    expect(server, "/hello.txt", 200, "hello");
}

static bool has_left(const struct server *server, const char *count)
{
    return strcmp(get(server, "/left")->body.bytes, count) == 0;
}

static struct process *start_curl(const struct server *server, const char *path)
{
    bool local = strncmp(server->url, "unix:", 5) == 0;
    const char *url = formatted("%s%s", local ? "http://localhost/" : server->url, path + 1);
    const char *const argv[] = {"/usr/bin/env",  "curl", "--silent", "--no-buffer",
                                "--noproxy",     "*",    url,        local ? "--unix-socket" : NULL,
                                server->url + 5, NULL};
    return process_start(argv);
}

static void kill_curl(struct process *curl)
{
    process_tell(curl, SIGKILL);
    process_result(curl);
}

/* A client leaves before the response, and another one in the middle of it. */
static void leave_node(const struct server *server)
{
    struct process *reading = start_curl(server, "/hold?begin");
    cr_expect(eventually(strcmp(process_output(reading), "hello") == 0), "it came at once");
    kill_curl(reading);
    cr_expect(eventually(has_left(server, "1")));
    struct process *waiting = start_curl(server, "/hold");
    cr_expect(eventually(strcmp(get(server, "/held")->body.bytes, "2") == 0));
    kill_curl(waiting);
    cr_expect(eventually(has_left(server, "2")));
}

ProcessTest(proxied_servers, of_node_exchange_bodies)
{
    skip_without("node");
    start_node();
    struct server server = start_proxy_to("node");
    ask_node(&server);
    leave_node(&server);
}

/*
 * Backpressure: more than this would not be in buffers.
 */

#define MUCH ((size_t)128 * 1024 * 1024)

ProcessTest(proxied_servers, wait_for_a_client_that_reads_nothing)
{
    enum { STILL = 20 }; /* questions in a row to which the answer is the same */
    unsigned long flooded, before = 0;
    skip_without("node");
    start_node();
    struct server server = start_proxy_to("node");
    struct raw_client guest = raw_connect(&server);
    raw_send(&guest, GET("/flood"));
    for (int still = 0; still < STILL;) {
        flooded = strtoul(get(&server, "/flooded")->body.bytes, NULL, 10);
        cr_assert_lt(flooded, MUCH);
        still = flooded > 0 && flooded == before ? still + 1 : 0;
        before = flooded;
    }
    raw_close(&guest);
    cr_expect(eventually(has_left(&server, "1")));
}

/* How many bytes the connection takes until it has taken none for a while, or that is MUCH. */
static size_t send_until_stopped(const struct raw_client *self)
{
    static const char zeros[64 * 1024];
    size_t total = 0;
    struct pollfd writable = {.fd = self->fd, .events = POLLOUT};
    while (total < MUCH && poll(&writable, 1, 300) == 1) {
        ssize_t sent = send(self->fd, zeros, sizeof(zeros), MSG_DONTWAIT | MSG_NOSIGNAL);
        total += sent > 0 ? (size_t)sent : 0;
    }
    return total;
}

ProcessTest(proxied_servers, make_a_client_wait_if_they_read_nothing)
{
    skip_without("node");
    start_node();
    struct server server = start_proxy_to("node");
    struct raw_client guest = raw_connect(&server);
    raw_send(&guest, REQUEST("POST /ignore", "Content-Length: 268435456\r\n"));
    cr_expect_lt(send_until_stopped(&guest), MUCH);
    raw_close(&guest);
}

static struct server front(const char *socket)
{
    const char *url = formatted("unix:%s", folder_path(socket));
    return server_at(url);
}

/* nginx speaks HTTP/1.0 then, in which only a reset shows that a response breaks off. */
ProcessTest(proxied_servers, are_asked_by_nginx)
{
    skip_without("nginx");
    skip_without("node");
    start_node();
    struct server proxy = start_proxy_to("node");
    start_nginx_before(formatted("http://%s", server_address(&proxy)), "");
    struct server server = front("nginx-before");
    ask_node(&server);
    leave_node(&server);
}

ProcessTest(proxied_servers, are_asked_by_haproxy)
{
    skip_without("haproxy");
    skip_without("node");
    start_node();
    struct server proxy = start_proxy_to("node");
    struct process *haproxy = start_haproxy_before(server_address(&proxy));
    struct server server = front("haproxy");
    ask_node(&server);
    leave_node(&server);
    process_tell(haproxy, SIGUSR1); /* by which it ends with 0 */
}
