/*
 * hob's client behind Apache as a proxy. Addresses of loopback are asked directly, so the servers
 * behind the proxy are at 0.0.0.0, by which Linux connects to this machine as well.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "hob/address.h"
#include "hob/client.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/folder.h"
#include "tests/support/or_none.h"
#include "tests/support/process.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(real_proxies, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

static struct tls_server server;
static char proxy[100];
static hob_tls *tls;
static hob_client *client;

static const char *port_of(const struct listening *listening)
{
    return strrchr(listening->text, ':') + 1;
}

/* Chooses an address that is free now. */
static void choose_address(char *address, size_t size)
{
    struct listening listening = listening_open();
    snprintf(address, size, "%s", listening.text);
    listening_close(&listening);
}

static bool accepts(const char *address)
{
    hob_address parsed;
    if (hob_address_parse(address, &parsed) < 0)
        return false;
    int fd = socket(parsed.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = connect(fd, &parsed.any, parsed.length) == 0;
    close(fd);
    return connected;
}

static const char *const modules[] = {"mpm_event",  "authn_core", "authn_anon",
                                      "auth_basic", "authz_core", "authz_user",
                                      "proxy",      "proxy_http", "proxy_connect"};

/* Any password is right for the user "tea". Tunnels lead to port 1 and that of the server. */
static void write_config(void)
{
    char text[4096];
    int length = snprintf(
        text, sizeof(text),
        "ServerName proxy\nServerRoot %s\nPidFile apache.pid\nListen %s\nErrorLog errors\n"
        "User nobody\nGroup nogroup\nStartServers 1\nServerLimit 1\nMaxRequestWorkers 25\n",
        folder_path(""), proxy);
    for (size_t i = 0; i < COUNT(modules); i++)
        length += snprintf(
            text + length, sizeof(text) - (size_t)length, "LoadModule %s_module %s/mod_%s.so\n",
            modules[i], "/usr/lib/apache2/modules", modules[i]);
    snprintf(
        text + length, sizeof(text) - (size_t)length,
        "ProxyRequests On\nAllowCONNECT 1 %s\n"
        "<Proxy *>\nAuthType Basic\nAuthName proxy\nAuthBasicProvider anon\nAnonymous tea\n"
        "Require valid-user\n</Proxy>\n",
        port_of(&server.listening));
    folder_add_text("apache.conf", text);
}

static void start_apache(void)
{
    const char *const ask[] = {"/usr/bin/env", "apache2", "-v", NULL};
    if (process_result(process_start(ask)) != 0)
        cr_skip("there is no apache2");
    choose_address(proxy, sizeof(proxy));
    write_config();
    const char *path = folder_path("apache.conf");
    const char *const argv[] = {"/usr/bin/env", "apache2", "-DFOREGROUND", "-f", path, NULL};
    struct process *apache = process_start(argv);
    cr_assert(
        eventually(process_has_ended(apache) || accepts(proxy)), "%s", process_errors(apache));
}

static void make_client(const char *credentials)
{
    const char *url = formatted("http://%s%s", credentials, proxy);
    const hob_client_options options = {.tls = tls, .http_proxy = url, .https_proxy = url};
    cr_assert_eq(hob_client_new(&options, &client), 0);
}

static void expect_hello(const char *url)
{
    hob_bytes text;
    cr_expect_eq(hob_fetch_text(client, url, &text), 0, "%s", hob_fetch_error(client));
    cr_expect_str_eq(or_none(text.data), "hello");
    hob_bytes_free(&text);
}

static void expect_refusal(const char *url, const char *reason)
{
    hob_bytes text;
    const char *authority = url + strlen("https://");
    const char *expected = formatted(
        "GET %s: connecting to %s through %s: the proxy refuses with %s", url, authority, proxy,
        reason);
    cr_expect_eq(hob_fetch_text(client, url, &text), -ECONNREFUSED);
    cr_expect_str_eq(hob_fetch_error(client), expected);
}

static int ask_for_https(void *arg)
{
    hob_client_counts counts;
    (void)arg;
    const char *url = formatted("https://0.0.0.0:%s", port_of(&server.listening));
    make_client("tea:pot@");
    expect_hello(url);
    expect_hello(url);
    hob_client_count(client, &counts);
    cr_expect_eq(counts.connects, 1);
    expect_refusal("https://0.0.0.0:1", "status 503 Service Unavailable");
    expect_refusal("https://0.0.0.0:2", "status 403 Forbidden");
    hob_client_free(client);
    make_client("milk:jug@");
    expect_refusal(url, "status 407 Proxy Authentication Required");
    hob_client_free(client);
    return 0;
}

static int ask_for_http(void *arg)
{
    static const struct act acts[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"}};
    struct fake_upstream upstream;
    hob_bytes text;
    (void)arg;
    fake_upstream_start(&upstream, acts, COUNT(acts));
    const char *url = formatted("http://0.0.0.0:%s/", port_of(&upstream.listening));
    make_client("tea:pot@");
    expect_hello(url);
    cr_expect_not(strstr(upstream.received, "Authorization"), "%s", upstream.received);
    hob_client_free(client);
    make_client("");
    cr_expect_eq(hob_fetch_text(client, url, &text), -EPROTO);
    cr_expect(strstr(hob_fetch_error(client), "the status is 407"), "%s", hob_fetch_error(client));
    cr_expect_eq(upstream.requests, 1);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
    return 0;
}

ProcessTest(real_proxies, apache)
{
    struct identity identity = identity_make(&(struct certificate){
        .subject = "server", .names = "IP:0.0.0.0", .issuer = tls_authority()});
    tls_server_start(&server, &identity, serve_hello);
    start_apache();
    tls = tls_client();
    cr_expect_eq(hob_block_on(ask_for_https, NULL), 0);
    cr_expect_eq(hob_block_on(ask_for_http, NULL), 0);
    hob_tls_free(tls);
    tls_server_stop(&server);
    identity_free(&identity);
}
