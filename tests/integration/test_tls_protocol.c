/*
 * The server's TLS, as a client sees it below HTTP: versions, ciphers, sessions and ends.
 */
#include <openssl/err.h>
#include <sys/socket.h>

#include "tests/support/folder.h"
#include "tests/support/handler_server.h"
#include "tests/support/integration.h"
#include "tests/support/raw_client.h"
#include "tests/support/secure_client.h"
#include "tests/support/tls_server.h"

TestSuite(tls_protocol, .timeout = 60);

static struct server start(void)
{
    return server_start("--tls-self-signed");
}

/*
 * Versions and ciphers.
 */

static bool speaks(const struct server *server, int version)
{
    struct secure_client client = secure_client_of(server);
    SSL_set_security_level(client.ssl, 0); /* which forbids old versions to this client */
    SSL_set_min_proto_version(client.ssl, version);
    SSL_set_max_proto_version(client.ssl, version);
    SSL_set_cipher_list(client.ssl, "ALL:@SECLEVEL=0");
    bool spoken = secure_handshake(&client) && secure_ping(&client);
    secure_close(&client);
    return spoken;
}

ServerTest(tls_protocol, versions_1_2_and_1_3_are_spoken, start())
{
    cr_expect(speaks(&server, TLS1_3_VERSION));
    cr_expect(speaks(&server, TLS1_2_VERSION));
    cr_expect_not(speaks(&server, TLS1_1_VERSION));
    cr_expect_not(speaks(&server, TLS1_VERSION));
}

/* Whether the server accepts this cipher, which is one of TLS 1.3 or of TLS 1.2. */
static bool accepts(const struct server *server, const char *cipher)
{
    struct secure_client client = secure_client_of(server);
    if (strncmp(cipher, "TLS_", 4) == 0) {
        SSL_set_min_proto_version(client.ssl, TLS1_3_VERSION);
        cr_expect_eq(SSL_set_ciphersuites(client.ssl, cipher), 1, "%s", cipher);
    } else {
        SSL_set_max_proto_version(client.ssl, TLS1_2_VERSION);
        cr_expect_eq(SSL_set_cipher_list(client.ssl, cipher), 1, "%s", cipher);
    }
    bool accepted = secure_handshake(&client);
    secure_close(&client);
    return accepted;
}

/* Both lists end with NULL. */
static void
expect_ciphers(const struct server *server, const char *const *accepted, const char *const *refused)
{
    for (; *accepted; accepted++)
        cr_expect(accepts(server, *accepted), "%s", *accepted);
    for (; *refused; refused++)
        cr_expect_not(accepts(server, *refused), "%s", *refused);
}

ServerTest(tls_protocol, ciphers_are_the_intermediate_ones, start())
{
    static const char *const accepted[] = {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        NULL,
    };
    static const char *const refused[] = {
        "ECDHE-ECDSA-AES128-SHA256", /* CBC */
        "ECDHE-ECDSA-AES256-SHA",
        "ECDHE-ECDSA-AES128-CCM",
        NULL,
    };
    expect_ciphers(&server, accepted, refused);
}

static struct server start_with_rsa(void)
{
    const char *certificate = folder_path("rsa.pem");
    const char *key = folder_path("rsa.key");
    struct identity identity = identity_make(&(struct certificate){.subject = "rsa", .rsa = true});
    identity_write_certificate(&identity, certificate);
    identity_write_key(&identity, key, NULL);
    identity_free(&identity);
    return server_start("--tls-certificate", certificate, "--tls-key", key);
}

ServerTest(tls_protocol, ciphers_of_rsa_have_forward_secrecy, start_with_rsa())
{
    static const char *const accepted[] = {
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-CHACHA20-POLY1305",
        NULL,
    };
    static const char *const refused[] = {
        "AES128-GCM-SHA256", /* the key of the certificate encrypts */
        "AES256-GCM-SHA384",
        "AES128-SHA",
        "DHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-SHA256", /* CBC */
        NULL,
    };
    expect_ciphers(&server, accepted, refused);
}

/* A client that supports TLS 1.3 but was made to try 1.2 (RFC 7507). */
ServerTest(tls_protocol, a_downgrade_is_refused, start())
{
    struct secure_client client = secure_client_of(&server);
    SSL_set_mode(client.ssl, SSL_MODE_SEND_FALLBACK_SCSV);
    SSL_set_max_proto_version(client.ssl, TLS1_2_VERSION);
    cr_expect_not(secure_handshake(&client));
    cr_expect_eq(ERR_GET_REASON(ERR_peek_error()), SSL_R_TLSV1_ALERT_INAPPROPRIATE_FALLBACK);
    secure_close(&client);
}

/* RFC 7627 and RFC 5746. */
ServerTest(tls_protocol, tls_1_2_has_its_repairs, start())
{
    struct secure_client client = secure_client_of(&server);
    SSL_set_max_proto_version(client.ssl, TLS1_2_VERSION);
    cr_assert(secure_handshake(&client));
    cr_expect_eq(SSL_get_extms_support(client.ssl), 1);
    cr_expect_eq(SSL_get_secure_renegotiation_support(client.ssl), 1);
    secure_close(&client);
}

/* With OpenSSL 3.5, this client supports better groups than the one that it has sent a share of. */
ServerTest(tls_protocol, a_client_with_another_key_share_is_served, start())
{
    char groups[] = "P-384:X25519"; /* OpenSSL's macro takes no constant */
    struct secure_client client = secure_client_of(&server);
    cr_expect_eq(SSL_set1_groups_list(client.ssl, groups), 1);
    cr_expect(secure_handshake(&client));
    cr_expect(secure_ping(&client));
    secure_close(&client);
}

/*
 * Sessions.
 */

static void expect_resumption(const struct server *server, int version)
{
    struct secure_client first = secure_client_of(server);
    SSL_set_max_proto_version(first.ssl, version);
    cr_assert(secure_handshake(&first) && secure_ping(&first));
    cr_expect_not(SSL_session_reused(first.ssl));
    cr_expect_eq(SSL_SESSION_get_max_early_data(SSL_get_session(first.ssl)), 0);
    struct secure_client second = secure_resume(&first, server);
    SSL_set_max_proto_version(second.ssl, version);
    cr_expect(secure_handshake(&second) && secure_ping(&second));
    cr_expect(SSL_session_reused(second.ssl), "version %x", version);
    secure_close(&second);
}

ServerTest(tls_protocol, sessions_are_resumed_without_early_data, start())
{
    expect_resumption(&server, TLS1_2_VERSION);
    expect_resumption(&server, TLS1_3_VERSION);
}

/* A client that sends early data all the same is served without it. */
ServerTest(tls_protocol, early_data_is_rejected, start())
{
    size_t written;
    struct secure_client first = secure_client_of(&server);
    cr_assert(secure_handshake(&first) && secure_ping(&first));
    SSL_SESSION_set_max_early_data(SSL_get_session(first.ssl), 1000);
    struct secure_client second = secure_resume(&first, &server);
    cr_expect_eq(SSL_write_early_data(second.ssl, "early", 5, &written), 1);
    cr_expect(secure_handshake(&second) && secure_ping(&second));
    cr_expect_eq(SSL_get_early_data_status(second.ssl), SSL_EARLY_DATA_REJECTED);
    cr_expect(SSL_session_reused(second.ssl));
    secure_close(&second);
}

/* Has the client use each ticket once, as browsers do (RFC 8446 appendix C.4). */
static bool ping_with_one_ticket(struct secure_client *client)
{
    SSL_CTX_set_session_cache_mode(client->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    return secure_handshake(client) && secure_ping(client);
}

ServerTest(tls_protocol, a_resumed_connection_gets_another_ticket, start())
{
    struct secure_client client = secure_client_of(&server);
    cr_assert(ping_with_one_ticket(&client));
    for (int i = 0; i < 3; i++) {
        client = secure_resume(&client, &server);
        cr_assert(ping_with_one_ticket(&client));
        cr_expect(SSL_session_reused(client.ssl), "connection %d", i);
    }
    secure_close(&client);
}

/* A client of TLS 1.2 without tickets gets no session to resume: the server would have to keep it.
 */
ServerTest(tls_protocol, a_client_without_tickets_has_no_session, start())
{
    struct secure_client first = secure_client_of(&server);
    SSL_set_options(first.ssl, SSL_OP_NO_TICKET);
    SSL_set_max_proto_version(first.ssl, TLS1_2_VERSION);
    cr_assert(secure_handshake(&first) && secure_ping(&first));
    struct secure_client second = secure_resume(&first, &server);
    SSL_set_options(second.ssl, SSL_OP_NO_TICKET);
    SSL_set_max_proto_version(second.ssl, TLS1_2_VERSION);
    cr_expect(secure_handshake(&second));
    cr_expect_not(SSL_session_reused(second.ssl));
    secure_close(&second);
}

ServerTest(
    tls_protocol, all_workers_accept_the_tickets_of_each,
    server_start("--tls-self-signed", "--workers", "2"))
{
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client) && secure_ping(&client));
    for (int i = 0; i < 8; i++) { /* of which some reach the other worker */
        client = secure_resume(&client, &server);
        cr_assert(secure_handshake(&client) && secure_ping(&client));
        cr_expect(SSL_session_reused(client.ssl), "connection %d", i);
    }
    secure_close(&client);
}

/*
 * After the handshake.
 */

ServerTest(tls_protocol, renegotiation_is_refused, start())
{
    struct secure_client client = secure_client_of(&server);
    SSL_set_max_proto_version(client.ssl, TLS1_2_VERSION);
    cr_assert(secure_handshake(&client));
    cr_expect_eq(SSL_renegotiate(client.ssl), 1);
    cr_expect_leq(SSL_do_handshake(client.ssl), 0);
    secure_close(&client);
    cr_expect(speaks(&server, TLS1_2_VERSION));
}

ServerTest(tls_protocol, keys_can_be_updated, start())
{
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client));
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        cr_expect(secure_ping(&client));
    }
    secure_close(&client);
}

/* Each asks for a reply, which the client does not read. */
ServerTest(tls_protocol, a_flood_of_key_updates_blocks_nobody, start())
{
    struct secure_client client = secure_client_of(&server);
    int sent = 0;
    cr_assert(secure_handshake(&client));
    while (sent < 100000 && SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED) == 1 &&
           SSL_do_handshake(client.ssl) == 1) {
        sent++;
        if (sent % 10000 == 0)
            cr_expect(speaks(&server, TLS1_3_VERSION));
    }
    cr_expect(speaks(&server, TLS1_3_VERSION));
    secure_close(&client);
}

/*
 * Protocols (ALPN).
 */

ServerTest(tls_protocol, alpn_chooses_http_1_1, start())
{
    const unsigned char *chosen;
    unsigned length;
    struct secure_client client = secure_client_of(&server);
    SSL_set_alpn_protos(client.ssl, (const unsigned char *)"\4spdy\10http/1.1", 14);
    cr_assert(secure_handshake(&client));
    SSL_get0_alpn_selected(client.ssl, &chosen, &length);
    cr_expect(length == 8 && memcmp(chosen, "http/1.1", 8) == 0);
    cr_expect(secure_ping(&client));
    secure_close(&client);
}

ServerTest(tls_protocol, a_client_that_speaks_no_http_is_refused, start())
{
    struct secure_client client = secure_client_of(&server);
    SSL_set_alpn_protos(client.ssl, (const unsigned char *)"\3ftp", 4);
    cr_expect_not(secure_handshake(&client));
    cr_expect_eq(ERR_GET_REASON(ERR_peek_error()), SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
    secure_close(&client);
}

/*
 * Slow clients, and ends.
 */

static struct server start_impatient(void)
{
    return server_start("--tls-self-signed", "--head-timeout", "0.3");
}

ServerTest(tls_protocol, a_handshake_has_the_time_of_a_head, start_impatient())
{
    static const char beginning[] = "\x16\x03\x01\x02"; /* of a ClientHello */
    struct raw_client silent = raw_connect(&server);
    struct raw_client slow = raw_connect(&server);
    raw_send(&slow, beginning);
    cr_expect(raw_ended(&silent));
    cr_expect(raw_ended(&slow));
    raw_close(&silent);
    raw_close(&slow);
}

ServerTest(tls_protocol, a_client_that_asks_for_nothing_is_closed, start_impatient())
{
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client));
    cr_expect(secure_ended(&client));
    secure_close(&client);
}

ServerTest(tls_protocol, bytes_that_are_no_tls_end_the_connection, start())
{
    struct raw_client client = raw_connect(&server);
    raw_send_bytes(&client, "\0\1\2\3\4\5\6\7", 8);
    char byte;
    ssize_t received;
    while ((received = recv(client.fd, &byte, 1, 0)) > 0)
        ; /* an alert */
    cr_expect(received == 0 || errno == ECONNRESET);
    raw_close(&client);
    cr_expect(speaks(&server, TLS1_3_VERSION));
}

ServerTest(tls_protocol, the_last_response_is_followed_by_an_end_of_tls, start())
{
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client));
    secure_send(&client, REQUEST("GET /ping", "Connection: close\r\n"));
    cr_expect(secure_receive(&client, "Hello, world!"));
    cr_expect(secure_ended(&client));
    secure_close(&client);
}

/* The client's end of TLS, and that of its socket alone, are the end of its requests. */
ServerTest(tls_protocol, a_client_may_end_first, start())
{
    for (int i = 0; i < 2; i++) {
        struct secure_client client = secure_client_of(&server);
        cr_assert(secure_handshake(&client) && secure_ping(&client));
        if (i == 0)
            SSL_shutdown(client.ssl);
        else
            shutdown(client.raw.fd, SHUT_WR);
        cr_expect(secure_ended(&client), "%d", i);
        secure_close(&client);
    }
}

/*
 * Records and requests have different ends.
 */

/* Sends what OpenSSL has written to this BIO, in two pieces. */
static void send_in_two(struct secure_client *client, BIO *written, size_t first)
{
    char *bytes;
    long size = BIO_get_mem_data(written, &bytes);
    cr_assert_gt(size, (long)first);
    raw_send_bytes(&client->raw, bytes, first);
    usleep(20000); /* the server has to see the pieces one by one, at least mostly */
    raw_send_bytes(&client->raw, bytes + first, (size_t)size - first);
    BIO_reset(written);
}

ServerTest(tls_protocol, half_a_record_is_waited_for, start())
{
    static const size_t firsts[] = {1, 4, 5, 6, 30};
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client) && secure_ping(&client));
    BIO *written = BIO_new(BIO_s_mem());
    SSL_set0_wbio(client.ssl, written);
    for (size_t i = 0; i < COUNT(firsts); i++) {
        secure_send(&client, GET("/ping"));
        send_in_two(&client, written, firsts[i]);
        cr_expect(secure_receive(&client, "Hello, world!"), "%zu", firsts[i]);
    }
    secure_close(&client);
}

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        found++;
    return found;
}

/* One record each, all of which arrive together: TLS has some when the socket has none. */
ServerTest(tls_protocol, requests_that_arrive_together_are_all_answered, start())
{
    enum { REQUESTS = 300 };
    struct secure_client client = secure_client_of(&server);
    cr_assert(secure_handshake(&client) && secure_ping(&client));
    BIO *written = BIO_new(BIO_s_mem());
    SSL_set0_wbio(client.ssl, written);
    for (int i = 0; i < REQUESTS; i++)
        secure_send(&client, GET("/ping"));
    secure_send(&client, GET("/nothing"));
    send_in_two(&client, written, 10);
    cr_expect(secure_receive(&client, "404 Not Found\n"), "%zu bytes", client.length);
    cr_expect_eq(count(client.input, "Hello, world!"), REQUESTS);
    secure_close(&client);
}
