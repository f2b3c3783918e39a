/*
 * A server with TLS and HTTP/2, and peers that others have written: clients with the programs in
 * tests/integration/clients, and proxies before it. All of them verify its certificate.
 */
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <signal.h>

#include "hob/http2.h"
#include "tests/support/folder.h"
#include "tests/support/handler_server.h"
#include "tests/support/integration.h"
#include "tests/support/real_servers.h"
#include "tests/support/tls_server.h"

TestSuite(secure_peers, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

#define OVER_HTTP2 "HTTP/2.0 over TLSv1.3"
#define OVER_HTTP1 "HTTP/1.1 over TLSv1.3"
#define EVENTS     "id: 1\nevent: news\ndata: fries\n\nid: 2\nevent: news\ndata: noodles\n\n"

static int send_events(hob_response *res)
{
    int err = hob_event_stream(res);
    if (err == 0)
        err = hob_event(res, "1", "news", "fries");
    if (err == 0)
        err = hob_event(res, "2", "news", "noodles");
    return err;
}

static int reply_length(hob_request *req, hob_response *res)
{
    const char *body;
    size_t size;
    int err = hob_body_all(req, LARGE_SIZE, &body, &size);
    return err < 0 ? err : reply(res, 200, "%zu bytes by %s", size, hob_request_protocol(req));
}

/* Files, events, and for other paths the protocols of the request. POST replies with the length. */
static int serve_peer(hob_request *req, hob_response *res)
{
    hob_tls_info tls;
    const char *path = hob_request_path(req);
    if (strcmp(hob_request_method(req), "POST") == 0)
        return reply_length(req, res);
    if (strcmp(path, "/events") == 0)
        return send_events(res);
    if (strcmp(path, "/large") == 0)
        return hob_files(req, res, folder_path(""), "large");
    const char *version = hob_request_tls(req, &tls) ? tls.version : "TCP";
    return reply(res, 200, "%s over %s", hob_request_protocol(req), version);
}

/* An OCSP response: the good certificate is not revoked. */
static void write_staple(const char *path)
{
    unsigned char *bytes = NULL;
    const struct identity *issuer = tls_authority();
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(NULL, tls_good()->certificate, issuer->certificate);
    ASN1_TIME *from = X509_gmtime_adj(NULL, -3600);
    ASN1_TIME *until = X509_gmtime_adj(NULL, 3600);
    OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, from, until);
    cr_assert(OCSP_basic_sign(basic, issuer->certificate, issuer->key, EVP_sha256(), NULL, 0));
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    int length = i2d_OCSP_RESPONSE(response, &bytes);
    cr_assert_gt(length, 0);
    folder_add(path, bytes, (size_t)length);
    OPENSSL_free(bytes);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
}

/* libcurl checks an OCSP response only if the server sends the issuer as well, even a trusted one.
 */
static void add_issuer(const char *chain)
{
    FILE *file = fopen(chain, "ae");
    cr_assert(file && PEM_write_X509(file, tls_authority()->certificate));
    fclose(file);
}

/* The test's process keeps it until it ends; the server has a copy. */
static hob_tls_server *tls;

static void free_tls(void)
{
    hob_tls_server_free(tls);
}

static struct server start(void)
{
    char certificate[TLS_PATH_SIZE], key[TLS_PATH_SIZE];
    hob_error error = {.text = ""};
    tls_write_good(certificate, key);
    add_issuer(certificate);
    write_staple("staple.der");
    add_served_files();
    const hob_tls_certificate good = {certificate, key, folder_path("staple.der")};
    const hob_tls_server_options options = {
        .certificates = &good, .certificate_count = 1, .error = &error};
    cr_assert_eq(hob_tls_server_new(&options, &tls), 0, "%s", error.text);
    atexit(free_tls);
    return serve_within(
        serve_peer,
        (hob_server_options){.tls = &tls, .http2 = hob_http2(), .body_limit = LARGE_SIZE});
}

/* The URL without its last slash. */
static const char *origin_of(const struct server *server)
{
    return formatted("https://%s", server_address(server));
}

static const char *authority(void)
{
    return folder_path("ca.pem");
}

/*
 * libcurl, and what it sees through proxies.
 */

static struct order *ask(const struct server *server, const char *path, long version, size_t upload)
{
    struct order *order = order_prepare(server, path);
    char *body = calloc(1, upload + 1);
    struct curl_slist *fields = curl_slist_append(NULL, "Expect:");
    curl_easy_setopt(order->easy, CURLOPT_HTTP_VERSION, version);
    curl_easy_setopt(order->easy, CURLOPT_CAINFO, authority());
    curl_easy_setopt(order->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(order->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(order->easy, CURLOPT_SSL_VERIFYSTATUS, server->port > 0 ? 1L : 0L); /* OCSP */
    curl_easy_setopt(order->easy, CURLOPT_HTTPHEADER, fields);
    if (upload > 0) {
        curl_easy_setopt(order->easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(order->easy, CURLOPT_POSTFIELDSIZE, (long)upload);
    }
    order_complete(order);
    curl_slist_free_all(fields);
    free(body);
    cr_expect_eq(order->status, 200, "%s: %s", path, curl_easy_strerror(order->error));
    return order;
}

/* `protocols` are those by which requests reach hob. */
static void expect_service(const struct server *server, long version, const char *protocols)
{
    cr_expect_str_eq(ask(server, "/", version, 0)->body.bytes, protocols);
    const char *length = formatted("1000000 bytes by %.8s", protocols);
    cr_expect_str_eq(ask(server, "/", version, 1000000)->body.bytes, length);
    cr_expect_str_eq(ask(server, "/events", version, 0)->body.bytes, EVENTS);
    cr_expect_eq(ask(server, "/large", version, 0)->body.length, LARGE_SIZE);
}

ServerTest(secure_peers, curl_over_http2, start())
{
    expect_service(&server, CURL_HTTP_VERSION_2TLS, OVER_HTTP2);
}

ServerTest(secure_peers, curl_over_http1, start())
{
    expect_service(&server, CURL_HTTP_VERSION_1_1, OVER_HTTP1);
}

/* HAProxy as its configuration names the server, with these words more. */
static void expect_haproxy(const struct server *server, const char *words, const char *protocols)
{
    skip_without("haproxy");
    struct process *haproxy = start_haproxy_before(formatted(
        "%s ssl verify required verifyhost good.test ca-file %s %s", server_address(server),
        authority(), words));
    struct server front = server_at(formatted("unix:%s", folder_path("haproxy")));
    expect_service(&front, CURL_HTTP_VERSION_1_1, protocols);
    process_tell(haproxy, SIGUSR1); /* by which it ends with 0 */
}

ServerTest(secure_peers, haproxy_with_http2, start())
{
    expect_haproxy(&server, "alpn h2", OVER_HTTP2);
}

ServerTest(secure_peers, haproxy_with_http1, start())
{
    expect_haproxy(&server, "", OVER_HTTP1);
}

/* nginx speaks HTTP/1.1 to origins. */
ServerTest(secure_peers, nginx, start())
{
    skip_without("nginx");
    start_nginx_before(
        formatted("https://%s", server_address(&server)),
        formatted(
            "proxy_ssl_verify on; proxy_ssl_name good.test; proxy_ssl_trusted_certificate %s;\n"
            "proxy_http_version 1.1; proxy_ssl_protocols TLSv1.3;",
            authority()));
    struct server front = server_at(formatted("unix:%s", folder_path("nginx-before")));
    expect_service(&front, CURL_HTTP_VERSION_1_1, OVER_HTTP1);
}

/*
 * Programs.
 */

/* Runs it. Its output has to have this text. */
static void expect_output(struct process *process, const char *text)
{
    cr_expect_eq(process_result(process), 0, "%s", process_errors(process));
    cr_expect(strstr(process_output(process), text), "no %s: %s", text, process_output(process));
}

#define run(...) start_command("/usr/bin/env", __VA_ARGS__)

ServerTest(secure_peers, nghttp, start())
{
    const char *origin = origin_of(&server);
    skip_without("nghttp");
    expect_output(run("nghttp", formatted("%s/", origin)), OVER_HTTP2);
    expect_output(run("nghttp", formatted("%s/events", origin)), EVENTS);
    expect_output(
        run("nghttp", "-d", folder_path("large"), formatted("%s/", origin)),
        "3145728 bytes by HTTP/2.0");
    expect_output(run("nghttp", "-n", "-s", "-m", "20", formatted("%s/large", origin)), " 200 ");
}

ServerTest(secure_peers, h2load, start())
{
    const char *origin = origin_of(&server);
    skip_without("nghttp"); /* of the same package */
    struct process *many = run("h2load", "-n1000", "-c4", "-m100", formatted("%s/", origin));
    expect_output(many, "1000 succeeded, 0 failed, 0 errored, 0 timeout");
    expect_output(many, "Application protocol: h2");
    struct process *large = run("h2load", "-n40", "-c4", "-m10", formatted("%s/large", origin));
    expect_output(large, "40 succeeded, 0 failed, 0 errored, 0 timeout");
}

ServerTest(secure_peers, node, start())
{
    const char *program = REAL_CLIENTS "/secure.mjs";
    skip_without("node");
    expect_output(run("node", program, origin_of(&server), authority()), "all is well");
}

static bool has_java(void)
{
    return process_result(run("java", "--version")) == 0 &&
           process_result(run("javac", "--version")) == 0;
}

/* Without TLS, Java asks for an upgrade to h2c on each request, which RFC 9113 has removed. */
ServerTest(secure_peers, java, start())
{
    const char *program = REAL_CLIENTS "/Client.java";
    if (!has_java())
        cr_skip("there is no JDK");
    struct server plain = serve_with(serve_peer, .http2 = hob_http2(), .body_limit = LARGE_SIZE);
    const char *origin = formatted("http://%s", server_address(&plain));
    struct process *client =
        run("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", program, authority(),
            origin_of(&server), "HTTP/2.0", origin, "HTTP/1.1");
    expect_output(client, "all is well");
}

ServerTest(secure_peers, openssl_sees_a_sound_server, start())
{
    static const char *const lines[] = {
        "ALPN protocol: h2",
        "Verification: OK",
        "OCSP Response Status: successful",
        "Cert Status: good",
        "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384",
        "Compression: NONE",
        "Early data was not sent",
    };
    struct process *client =
        run("openssl", "s_client", "-connect", server_address(&server), "-servername", "good.test",
            "-verify_hostname", "good.test", "-verify_return_error", "-CAfile", authority(),
            "-status", "-alpn", "h2,http/1.1");
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_output(client, lines[i]);
}
