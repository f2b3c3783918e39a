/* The settings that client and server agree on, and those of a client. */
#include <sys/stat.h>

#include "hob/tls.h"
#include "tests/support/coroutine.h"
#include "tests/support/folder.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(tls_settings, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

static struct tls_server server;
static hob_tls *tls;
static hob_error error;

static int connect_with(const char *const *alpn, hob_conn **conn)
{
    const hob_connect_options options = {.tls = tls, .alpn = alpn, .error = &error};
    return hob_connect(server.listening.text, &options, conn);
}

static void begin(void (*serve)(SSL *ssl))
{
    tls_server_start(&server, tls_good(), serve);
    tls = tls_client();
}

static void end(void)
{
    hob_tls_free(tls);
    tls_server_stop(&server);
}

CoroutineTest(tls_settings, need_tls_1_2)
{
    hob_conn *conn;
    begin(serve_echo);
    SSL_CTX_set_cipher_list(server.ctx, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(server.ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server.ctx, TLS1_1_VERSION);
    cr_expect_eq(connect_with(NULL, &conn), -EPROTO);
    cr_expect_null(conn);
    cr_expect(strstr(error.text, "version"), "%s", error.text);
    end();
}

/* Chooses "two" if it is offered, and else refuses. */
static int choose_two(
    SSL *ssl, const unsigned char **chosen, unsigned char *size, const unsigned char *offered,
    unsigned offered_size, void *unused)
{
    static const unsigned char two[] = "\3two";
    (void)ssl;
    (void)unused;
    unsigned char *found;
    int result = SSL_select_next_proto(&found, size, two, 4, offered, offered_size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

CoroutineTest(tls_settings, choose_a_protocol)
{
    static const char *const both[] = {"one", "two", NULL};
    static const char *const other[] = {"other", NULL};
    hob_conn *conn;
    begin(serve_echo);
    cr_expect_eq(connect_with(both, &conn), 0, "%s", error.text);
    cr_expect_null(hob_conn_protocol(conn), "the server does not choose");
    hob_conn_close(conn);
    end();

    begin(serve_echo);
    SSL_CTX_set_alpn_select_cb(server.ctx, choose_two, NULL);
    cr_expect_eq(connect_with(both, &conn), 0, "%s", error.text);
    cr_expect_str_eq(hob_conn_protocol(conn), "two");
    hob_conn_close(conn);
    cr_expect_eq(connect_with(NULL, &conn), 0, "%s", error.text);
    cr_expect_null(hob_conn_protocol(conn));
    hob_conn_close(conn);
    cr_expect_eq(connect_with(other, &conn), -EPROTO);
    cr_expect(strstr(error.text, "no application protocol"), "%s", error.text);
    end();
}

CoroutineTest(tls_settings, refuse_protocols_that_cannot_be_offered)
{
    static char name[257];
    memset(name, 'x', sizeof(name) - 1);
    const char *const cases[][4] = {{""}, {"one", ""}, {name}, {"one", name + 4}};
    hob_conn *conn;
    begin(serve_echo);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cr_expect_eq(connect_with(cases[i], &conn), -EINVAL, "%s", cases[i][0]);
        cr_expect(strstr(error.text, ": a protocol for ALPN is empty, or"), "%s", error.text);
    }
    end();
}

static int greet_in_plain(void *arg)
{
    hob_conn *conn;
    const struct listening *listening = arg;
    int err = hob_accept(listening->fd, &conn);
    if (err == 0)
        err = hob_conn_write(conn, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    hob_sleep(0.05);
    hob_conn_close(conn);
    return err;
}

CoroutineTest(tls_settings, need_a_server_that_speaks_tls)
{
    hob_conn *conn;
    tls = tls_client();
    server.listening = listening_open();
    hob_future *greeted = hob_async(greet_in_plain, &server.listening);
    cr_expect_eq(connect_with(NULL, &conn), -EPROTO);
    cr_expect(strstr(error.text, ": wrong version number"), "%s", error.text);
    hob_await(greeted);
    listening_close(&server.listening);
    hob_tls_free(tls);
}

CoroutineTest(tls_settings, wait_for_the_handshake_no_longer_than_the_time_out)
{
    hob_conn *conn;
    tls = tls_client();
    server.listening = listening_open();
    const hob_connect_options options = {.tls = tls, .error = &error, .timeout = 0.05};
    cr_expect_eq(hob_connect(server.listening.text, &options, &conn), -ETIMEDOUT);
    cr_expect(strstr(error.text, ": Connection timed out"), "%s", error.text);
    listening_close(&server.listening);
    hob_tls_free(tls);
}

static void expect_resumption(int version)
{
    enum { CONNECTIONS = 4 };
    begin(serve_echo);
    SSL_CTX_set_max_proto_version(server.ctx, version);
    for (int i = 0; i < CONNECTIONS; i++) {
        char byte;
        hob_conn *conn;
        cr_expect_eq(connect_with(NULL, &conn), 0, "%s", error.text);
        cr_expect_eq(hob_conn_write(conn, "x", 1), 0);
        cr_expect_eq(hob_conn_read(conn, &byte, 1), 1, "tickets come with it");
        hob_conn_close(conn);
    }
    end();
    cr_expect_eq(server.handshakes, CONNECTIONS);
    cr_expect_eq(server.resumed, CONNECTIONS - 1, "%x: %d", version, server.resumed);
}

CoroutineTest(tls_settings, are_used_again)
{
    expect_resumption(TLS1_2_VERSION);
    expect_resumption(TLS1_3_VERSION);
}

/* A server gives two with TLS 1.3, so two connections need no further one. */
CoroutineTest(tls_settings, keep_several_sessions_of_a_server)
{
    char byte;
    hob_conn *conn;
    begin(serve_echo);
    cr_expect_eq(connect_with(NULL, &conn), 0, "%s", error.text);
    cr_expect_eq(hob_conn_write(conn, "x", 1), 0);
    cr_expect_eq(hob_conn_read(conn, &byte, 1), 1);
    hob_conn_close(conn);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(connect_with(NULL, &conn), 0, "%s", error.text);
        hob_conn_close(conn); /* its own tickets are not read */
    }
    end();
    cr_expect_eq(server.handshakes, 4);
    cr_expect_eq(server.resumed, 2, "%d", server.resumed);
}

static void require_client(void)
{
    X509_STORE *store = SSL_CTX_get_cert_store(server.ctx);
    X509_STORE_add_cert(store, tls_authority()->certificate);
    SSL_CTX_set_verify(server.ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

CoroutineTest(tls_settings, have_a_certificate_of_the_client)
{
    char byte;
    hob_conn *conn;
    begin(serve_echo);
    require_client();
    cr_expect_eq(connect_with(NULL, &conn), 0, "TLS 1.3: the server looks at it afterwards");
    cr_expect_eq(hob_conn_read(conn, &byte, 1), -EPROTO);
    hob_conn_error(conn, &error);
    cr_expect(strstr(error.text, "certificate required"), "%s", error.text);
    hob_conn_close(conn);
    hob_tls_free(tls);

    char certificate[300];
    snprintf(certificate, sizeof(certificate), "%s", folder_path("client.pem"));
    identity_write_certificate(tls_good(), certificate);
    identity_write_key(tls_good(), folder_path("key.pem"), NULL);
    const hob_tls_options options = {
        .ca_file = strdupa(folder_path("ca.pem")),
        .certificate_file = certificate,
        .key_file = folder_path("key.pem"),
        .error = &error,
    };
    cr_expect_eq(hob_tls_new(&options, &tls), 0, "%s", error.text);
    cr_expect_eq(connect_with(NULL, &conn), 0, "%s", error.text);
    cr_expect_eq(hob_conn_write(conn, "x", 1), 0);
    cr_expect_eq(hob_conn_read(conn, &byte, 1), 1);
    hob_conn_close(conn);
    end();
}

Test(tls_settings, refuse_files_that_cannot_be_used)
{
    char good[300], key[300], locked[300], text[300], none[300], fifo[300];
    snprintf(good, sizeof(good), "%s", folder_path("good.pem"));
    snprintf(key, sizeof(key), "%s", folder_path("key.pem"));
    snprintf(locked, sizeof(locked), "%s", folder_path("locked.pem"));
    snprintf(text, sizeof(text), "%s", folder_path("text"));
    snprintf(none, sizeof(none), "%s", folder_path("none"));
    snprintf(fifo, sizeof(fifo), "%s", folder_path("fifo"));
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    identity_write_certificate(tls_good(), good);
    identity_write_key(tls_authority(), key, NULL);
    identity_write_key(tls_good(), locked, "secret");
    folder_add_text("text", "no PEM\n");
    const struct {
        hob_tls_options options;
        const char *what;
        const char *path;
    } cases[] = {
        {{.ca_file = none}, "trusting the certificates in", none},
        {{.ca_file = text}, "trusting the certificates in", text},
        {{.ca_file = fifo}, "trusting the certificates in", fifo},
        {{.certificate_file = none}, "using the certificate in", none},
        {{.certificate_file = text}, "using the certificate in", text},
        {{.certificate_file = fifo}, "using the certificate in", fifo},
        {{.certificate_file = good}, "using the key in", good},
        {{.certificate_file = good, .key_file = none}, "using the key in", none},
        {{.certificate_file = good, .key_file = fifo}, "using the key in", fifo},
        {{.certificate_file = good, .key_file = key}, "using the key in", key},
        {{.certificate_file = good, .key_file = locked}, "using the key in", locked},
        {{.key_file = key}, "there is no certificate for the key in", key},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char expected[400];
        hob_tls_options options = cases[i].options;
        options.error = &error;
        snprintf(expected, sizeof(expected), "%s %s: ", cases[i].what, cases[i].path);
        cr_expect_eq(hob_tls_new(&options, &tls), -EINVAL, "%s", expected);
        cr_expect_null(tls);
        cr_expect(strncmp(error.text, expected, strlen(expected)) == 0, "%s", error.text);
    }
    hob_tls_free(NULL);
}
