/* Certificates that a client accepts or refuses, and the texts of the errors. */

#include "hob/tls.h"
#include "tests/support/coroutine.h"
#include "tests/support/folder.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"
#include "tests/support/tls_server.h"

TestSuite(tls_certificates, .init = tls_setup, .fini = tls_teardown, .timeout = 60);

enum issuer { TRUSTED, OTHER, ITSELF };

static const struct {
    const char *subject;
    const char *names;
    const char *server_name; /* NULL: 127.0.0.1, as the address has it */
    const char *problem;     /* the beginning of the error's text; NULL: it is accepted */
    enum issuer issuer;
    int from; /* days from now; both 0: it is valid */
    int until;
} cases[] = {
    {"good", "DNS:good.test,IP:127.0.0.1", NULL, NULL},
    {"good", "DNS:good.test", "good.test", NULL},
    {"good", "DNS:good.test", "GOOD.test.", NULL},
    {"good", "DNS:*.good.test", "a.good.test", NULL},
    {"good", "DNS:*.good.test", "a.b.good.test",
     "the certificate is for DNS:*.good.test, and not for a.b.good.test"},
    {"good", "DNS:a*.good.test", "ab.good.test",
     "the certificate is for DNS:a*.good.test, and not for ab.good.test"},
    {"other", "DNS:other.test,IP:192.0.2.1", NULL,
     "the certificate is for DNS:other.test, IP Address:192.0.2.1, and not for 127.0.0.1"},
    {"other", "DNS:127.0.0.1", NULL, "the certificate is for DNS:127.0.0.1, and not for 127.0.0.1"},
    {"many", "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,DNS:f,DNS:g", "good.test",
     "the certificate is for DNS:a, DNS:b, DNS:c, DNS:d, DNS:e and 2 others, and not for "
     "good.test"},
    {"good.test", NULL, "good.test", "the certificate is for no name, and not for good.test"},
    {"late", "DNS:good.test", "good.test", "the certificate of CN=late expired on ", TRUSTED, -30,
     -1},
    {"early", "DNS:good.test", "good.test", "the certificate of CN=early becomes valid on ",
     TRUSTED, 1, 30},
    {"stranger", "DNS:good.test", "good.test",
     "the certificate's issuer CN=Other Authority is not trusted", OTHER},
    {"alone", "DNS:good.test", "good.test", "the certificate is refused: self-signed certificate",
     ITSELF},
};

static struct identity other_authority;
static struct tls_server server;
static hob_tls *tls;

static struct identity make_case(size_t i)
{
    const struct identity *issuers[] = {tls_authority(), &other_authority, NULL};
    return identity_make(&(struct certificate){
        .subject = cases[i].subject,
        .names = cases[i].names,
        .issuer = issuers[cases[i].issuer],
        .from = cases[i].from,
        .until = cases[i].until,
    });
}

static int connect_to(const char *server_name, hob_error *error)
{
    hob_conn *conn;
    const hob_connect_options options = {.tls = tls, .server_name = server_name, .error = error};
    int err = hob_connect(server.listening.text, &options, &conn);
    hob_conn_close(conn);
    return err;
}

static void check_case(size_t i)
{
    hob_error error;
    char expected[400];
    const char *problem = cases[i].problem;
    struct identity identity = make_case(i);
    tls_server_start(&server, &identity, serve_echo);
    int err = connect_to(cases[i].server_name, &error);
    cr_expect_eq(err, problem ? -EKEYREJECTED : 0, "%s: %d %s", or_none(problem), err, error.text);
    snprintf(
        expected, sizeof(expected), "connecting to %s: %s", server.listening.text,
        problem ? problem : "");
    if (problem)
        cr_expect(
            strncmp(error.text, expected, strlen(expected)) == 0, "%s: %s", problem, error.text);
    tls_server_stop(&server);
    identity_free(&identity);
}

CoroutineTest(tls_certificates, must_be_trusted_and_valid_and_for_the_name)
{
    tls = tls_client();
    other_authority =
        identity_make(&(struct certificate){.subject = "Other Authority", .authority = true});
    for (size_t i = 0; i < COUNT(cases); i++)
        check_case(i);
    identity_free(&other_authority);
    hob_tls_free(tls);
}

CoroutineTest(tls_certificates, of_any_kind_are_accepted_by_an_insecure_client)
{
    hob_error error = {.text = ""};
    const hob_tls_options options = {.insecure_accept_any_certificate = true};
    struct identity alone = identity_make(&(struct certificate){.subject = "alone"});
    cr_expect_eq(hob_tls_new(&options, &tls), 0);
    tls_server_start(&server, &alone, serve_echo);
    cr_expect_eq(connect_to("good.test", &error), 0, "%s", error.text);
    tls_server_stop(&server);
    hob_tls_free(tls);
    identity_free(&alone);
}

/* The system does not trust the authority of this test. */
CoroutineTest(tls_certificates, of_the_system_are_trusted_by_default)
{
    hob_error error = {.text = ""};
    cr_expect_eq(hob_tls_new(NULL, &tls), 0);
    tls_server_start(&server, tls_good(), serve_echo);
    cr_expect_eq(connect_to("good.test", &error), -EKEYREJECTED);
    cr_expect(strstr(error.text, "issuer CN=Test Authority is not trusted"), "%s", error.text);
    hob_tls_free(tls);
    setenv("SSL_CERT_FILE", folder_path("ca.pem"), 1);
    cr_expect_eq(hob_tls_new(NULL, &tls), 0);
    cr_expect_eq(connect_to("good.test", &error), 0, "%s", error.text);
    hob_tls_free(tls);
    tls_server_stop(&server);
}

CoroutineTest(tls_certificates, are_asked_for_by_name)
{
    hob_error error = {.text = ""};
    tls = tls_client();
    tls_server_start(&server, tls_good(), serve_echo);
    cr_expect_eq(connect_to("good.test", &error), 0, "%s", error.text);
    cr_expect_eq(connect_to(NULL, &error), 0, "%s", error.text);
    tls_server_stop(&server);
    cr_expect_str_empty(server.name, "an address is no name");
    hob_tls_free(tls);
}

CoroutineTest(tls_certificates, are_for_names_that_can_be_one)
{
    static const char *const names[] = {"", ".", "a b", "good.test:80", "[::1]", "a..b"};
    hob_error error;
    tls = tls_client();
    for (size_t i = 0; i < COUNT(names); i++) {
        char expected[100];
        snprintf(
            expected, sizeof(expected), "connecting to 127.0.0.1:1: '%s' is no server name for TLS",
            names[i]);
        hob_conn *conn;
        const hob_connect_options options = {.tls = tls, .server_name = names[i], .error = &error};
        cr_expect_eq(hob_connect("127.0.0.1:1", &options, &conn), -EINVAL);
        cr_expect_str_eq(error.text, expected);
    }
    hob_conn *conn;
    const hob_connect_options options = {.tls = tls, .error = &error};
    cr_expect_eq(hob_connect("unix:/run/socket", &options, &conn), -EINVAL);
    hob_tls_free(tls);
}
