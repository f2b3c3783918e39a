/* Connections that begin with the header of the PROXY protocol. */
#include <curl/curl.h>
#include <signal.h>

#include "hob/forwarded.h"
#include "hob/hob.h"
#include "tests/support/eventually.h"
#include "tests/support/folder.h"
#include "tests/support/handler_server.h"
#include "tests/support/http_client.h"
#include "tests/support/raw_client.h"
#include "tests/support/real_servers.h"
#include "tests/support/test.h"

TestSuite(proxy_protocol, .timeout = 60);

#define V1   "PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n"
#define LAST REQUEST("GET /", "Connection: close\r\n")

static hob_network loopback, unix_sockets;

/* Replies with the peer, the client, and how many connections were refused for their header. */
static int reply_peer(hob_request *req, hob_response *res)
{
    char peer[HOB_PEER_SIZE], client[HOB_PEER_SIZE];
    hob_server_counts counts;
    hob_server_count(hob_request_server(req), &counts);
    hob_request_peer(req, peer, sizeof(peer));
    hob_request_client(req, client, sizeof(client));
    return reply(
        res, 200, "%s %s %llu %llu", peer, client,
        (unsigned long long)counts.rejects[HOB_REJECT_PROXY_HEADER],
        (unsigned long long)counts.rejects[HOB_REJECT_HEAD_TIMEOUT]);
}

static struct server start_from(hob_network *trusted, hob_server_options options)
{
    options.proxy_protocol = true;
    options.trusted_proxies = trusted;
    options.trusted_proxy_count = 1;
    return serve_within(reply_peer, options);
}

static struct server start(void)
{
    cr_assert_eq(hob_network_parse("127.0.0.0/8", &loopback), 0);
    return start_from(&loopback, (hob_server_options){.grace = 0});
}

/* Sends the bytes on a connection of their own. */
static const char *ask(const struct server *server, const char *bytes, size_t size)
{
    static char body[256];
    struct raw_client client = raw_connect(server);
    raw_send_bytes(&client, bytes, size);
    struct response response = raw_receive(&client);
    snprintf(body, sizeof(body), "%s", response.status == 200 ? response.body : "");
    raw_close(&client);
    return body;
}

#define ASK(server, bytes) ask(server, bytes, sizeof(bytes) - 1)

ServerTest(proxy_protocol, names_the_peer, start())
{
    static const char v2[] =
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\14\300\0\2\2\306\63\144\1\303\120\1\273" LAST;
    cr_expect_str_eq(ASK(&server, V1 LAST), "192.0.2.1:50000 192.0.2.1:50000 0 0");
    cr_expect_str_eq(ASK(&server, v2), "192.0.2.2:50000 192.0.2.2:50000 0 0");
    const char *local = ASK(&server, "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0" LAST);
    cr_expect_eq(strncmp(local, "127.0.0.1:", 10), 0, "%s", local);
    const char *unknown = ASK(&server, "PROXY UNKNOWN\r\n" LAST);
    cr_expect_eq(strncmp(unknown, "127.0.0.1:", 10), 0, "%s", unknown);
}

/* The client could have sent it: the proxy that is trusted is not the one that the header names. */
ServerTest(proxy_protocol, does_not_make_its_client_trusted, start())
{
    cr_expect_str_eq(
        ASK(&server, V1 REQUEST("GET /", "X-Forwarded-For: 203.0.113.1\r\n")),
        "192.0.2.1:50000 192.0.2.1:50000 0 0");
    cr_expect_str_eq(
        ASK(&server, "PROXY TCP4 127.0.0.9 198.51.100.1 50000 443\r\n" REQUEST(
                         "GET /", "X-Forwarded-For: 203.0.113.1\r\n")),
        "127.0.0.9:50000 203.0.113.1 0 0");
}

ServerTest(proxy_protocol, is_read_once_for_a_connection, start())
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, V1 GET("/") GET("/"));
    for (int i = 0; i < 2; i++)
        cr_expect_str_eq(raw_receive(&client).body, "192.0.2.1:50000 192.0.2.1:50000 0 0");
    cr_expect_str_eq(raw_exchange(&client, GET("/")).body, "192.0.2.1:50000 192.0.2.1:50000 0 0");
    cr_expect_eq(raw_exchange(&client, V1 GET("/")).status, 501, "PROXY is no method");
    raw_close(&client);
}

ServerTest(proxy_protocol, may_come_byte_by_byte, start())
{
    static const char bytes[] = V1 GET("/");
    struct raw_client client = raw_connect(&server);
    for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
        raw_send_bytes(&client, bytes + i, 1);
        raw_settle(&client);
    }
    cr_expect_str_eq(raw_receive(&client).body, "192.0.2.1:50000 192.0.2.1:50000 0 0");
    raw_close(&client);
}

ServerTest(proxy_protocol, is_required, start())
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, GET("/"));
    cr_expect_eq(raw_receive(&client).status, 0);
    raw_close(&client);
    client = raw_connect(&server);
    raw_send(&client, "PROXY TCP4 192.0.2.1\r\n");
    cr_expect_eq(raw_receive(&client).status, 0);
    raw_close(&client);
    cr_expect_str_eq(ASK(&server, V1 LAST), "192.0.2.1:50000 192.0.2.1:50000 2 0");
    cr_expect(server_logs(&server, "a connection of 127.0.0.1:"));
    cr_expect(server_logs(&server, " is refused: it has no valid PROXY header"));
}

/* The trusted one is another than that of the test. */
ServerTest(
    proxy_protocol, of_other_peers_is_refused,
    (hob_network_parse("unix:", &unix_sockets),
     start_from(&unix_sockets, (hob_server_options){.grace = 0})))
{
    struct raw_client client = raw_connect(&server);
    raw_send(&client, V1 GET("/"));
    cr_expect_eq(raw_receive(&client).status, 0);
    cr_expect(server_logs(
        &server,
        formatted("127.0.0.1:%u is refused: it is not from a trusted", raw_port(&client))));
    raw_close(&client);
}

ServerTest(
    proxy_protocol, has_to_come_in_time,
    (hob_network_parse("127.0.0.0/8", &loopback),
     start_from(&loopback, (hob_server_options){.head_timeout = 0.2})))
{
    static const char *const parts[] = {"", "PROXY TCP4", V1, V1 "GET "};
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct raw_client client = raw_connect(&server);
        raw_send(&client, parts[i]);
        cr_expect_eq(raw_receive(&client).status, i == 3 ? 408 : 0, "%s", parts[i]);
        raw_close(&client);
    }
    cr_expect_str_eq(ASK(&server, V1 LAST), "192.0.2.1:50000 192.0.2.1:50000 0 4");
}

Test(proxy_protocol, needs_trusted_proxies)
{
    hob_server *server;
    const hob_server_options options = {.handler = reply_peer, .proxy_protocol = true};
    cr_expect_eq(hob_server_open(&options, &server), -EINVAL);
}

/*
 * The program, and senders that others have written.
 */

static struct server start_program(void)
{
    return server_start(
        "--proxy-protocol", "--trusted-proxies", "127.0.0.1", "--access-log", "json");
}

/* Whether the access log has a line with this client, of which the end may be left out. */
static bool logs_client(const struct server *server, const char *client)
{
    const char *text = formatted("\"client\":\"%s", client);
    return eventually(strstr(process_output(server->process), text) != NULL);
}

ServerTest(proxy_protocol, is_spoken_by_curl, start_program())
{
    cr_expect_eq(get(&server, "/ping")->status, 0, "without the header");
    struct order *ping = order_prepare(&server, "/ping");
    curl_easy_setopt(ping->easy, CURLOPT_HAPROXYPROTOCOL, 1L);
    curl_easy_setopt(ping->easy, CURLOPT_INTERFACE, "127.0.0.1");
    order_begin(ping);
    wait_for(ping);
    cr_expect_eq(ping->status, 200);
    cr_expect(logs_client(&server, "127.0.0.1:"));
}

/* Asks from 127.0.0.5. The sender connects from 127.0.0.1. */
static void ask_through(const struct listening *front)
{
    const char *url = formatted("http://%s/", front->text);
    struct server server = server_at(url);
    for (int i = 0; i < 2; i++) {
        struct order *ping = order_prepare(&server, "/ping");
        curl_easy_setopt(ping->easy, CURLOPT_INTERFACE, "127.0.0.5");
        curl_easy_setopt(ping->easy, CURLOPT_FORBID_REUSE, 1L);
        order_begin(ping);
        wait_for(ping);
        cr_expect_eq(ping->status, 200);
    }
}

static void expect_header_of_haproxy(const struct server *server, const char *options)
{
    struct listening front;
    skip_without("haproxy");
    const char *address = formatted("%s %s", server_address(server), options);
    struct process *haproxy = start_haproxy_tcp_before(address, "", &front);
    ask_through(&front);
    cr_expect(logs_client(server, "127.0.0.5:"));
    process_tell(haproxy, SIGUSR1); /* by which it ends with 0 */
}

ServerTest(proxy_protocol, is_spoken_by_haproxy_in_version_1, start_program())
{
    expect_header_of_haproxy(&server, "send-proxy");
}

ServerTest(proxy_protocol, is_spoken_by_haproxy_in_version_2, start_program())
{
    expect_header_of_haproxy(&server, "send-proxy-v2 proxy-v2-options unique-id,crc32c");
}

/* A server that a check finds dead gets no requests. */
ServerTest(proxy_protocol, is_spoken_by_health_checks_of_haproxy, start_program())
{
    expect_header_of_haproxy(&server, "send-proxy-v2 check check-send-proxy inter 10ms fall 1");
    cr_expect_eq(server_log_count(&server, "refused"), 0);
}

ServerTest(proxy_protocol, is_spoken_by_nginx, start_program())
{
    struct listening front;
    skip_without("nginx");
    if (access("/usr/lib/nginx/modules/ngx_stream_module.so", R_OK) < 0)
        cr_skip("nginx has no module for streams");
    start_nginx_stream_before(server_address(&server), &front);
    ask_through(&front);
    cr_expect(logs_client(&server, "127.0.0.5:"));
}

ProcessTest(proxy_protocol, is_sent_by_healthcheck)
{
    static const char *const modes[] = {"--proxy-protocol", "--demo"};
    struct server server = start_program();
    const char *port = server_port(&server);
    for (size_t i = 0; i < COUNT(modes); i++) {
        const char *const argv[] = {HOB_BINARY, "healthcheck",       "--port",    port,
                                    modes[i],   "--trusted-proxies", "127.0.0.1", NULL};
        cr_expect_eq(process_result(process_start(argv)), (int)i, "%s", modes[i]);
    }
}
