/*
 * Orders that a neighbour cooks, over https: two hobs, of which one trusts the other's certificate.
 */
#include "tests/support/folder.h"
#include "tests/support/integration.h"
#include "tests/support/kitchen.h"
#include "tests/support/metrics_page.h"
#include "tests/support/refused.h"
#include "tests/support/stream.h"
#include "tests/support/tls_server.h"

static char certificate[TLS_PATH_SIZE];
static char key[TLS_PATH_SIZE];
static char authority[TLS_PATH_SIZE];

static void write_files(void)
{
    tls_setup();
    tls_write_good(certificate, key);
    snprintf(authority, sizeof(authority), "%s", folder_path("ca.pem"));
}

TestSuite(secure_delivery, .init = write_files, .fini = tls_teardown, .timeout = 60);

/* A value of --upstream: the neighbour b, at this name of the host. Valid until the next call. */
static const char *upstream_at(const char *host, const struct server *neighbour)
{
    static char value[160];
    snprintf(value, sizeof(value), "b=https://%s:%d", host, neighbour->port);
    return value;
}

/* The neighbour and the kitchen that orders from it: START is a call that starts the neighbour. */
#define NeighbourTest(name, ...)                                                                   \
    static void name##_with(struct server neighbour, struct server kitchen);                       \
    ProcessTest(secure_delivery, name)                                                             \
    {                                                                                              \
        struct server neighbour = __VA_ARGS__;                                                     \
        const char *upstream = upstream_at("127.0.0.1", &neighbour);                               \
        name##_with(neighbour, server_start("--upstream", upstream, "--upstream-ca", authority));  \
    }                                                                                              \
    static void name##_with(struct server neighbour, struct server kitchen)

#define start_secure(start, ...)                                                                   \
    start("--tls-certificate", certificate, "--tls-key", key, ##__VA_ARGS__)

NeighbourTest(a_dish_comes_over_https, start_secure(server_start, "--time-scale", "0.001"))
{
    struct order *dish = get(&kitchen, "/delivery/noodles?from=b");
    cr_expect_eq(dish->status, 200, "%s", dish->body.bytes);
    cr_expect_str_eq(dish->body.bytes, NOODLES_DONE);
    struct order *followed = get(&kitchen, "/delivery/noodles?from=b&progress");
    cr_expect(strstr(followed->body.bytes, "boil the egg"), "%s", followed->body.bytes);
    cr_expect_eq(server_log_count(&neighbour, "cooking done"), 2);
}

NeighbourTest(
    the_neighbour_stops_when_the_guest_leaves,
    start_secure(start_slow_kitchen, "--admin", "127.0.0.1:0"))
{
    struct server admin = admin_of(&neighbour);
    struct stream *guest = follow(&kitchen, "/delivery/noodles?from=b&progress", "");
    cr_expect_not_null(wait_for_text(guest, "boil the egg"));
    cr_expect_eq(metric(&admin, "hob_orders_cooking"), 1);
    leave(guest);
    cr_expect(eventually(metric(&admin, "hob_orders_cooking") == 0));
    cr_expect_eq(server_log_count(&kitchen, "warn"), 0);
}

/* A certificate that signs itself is its own authority. */
ServerTest(
    secure_delivery, workers_trust_a_certificate_that_signs_itself,
    start_secure(server_start, "--time-scale", "0.001"))
{
    struct identity self =
        identity_make(&(struct certificate){.subject = "b", .names = "IP:127.0.0.1"});
    identity_write_certificate(&self, certificate);
    identity_write_key(&self, key, NULL);
    identity_free(&self);
    cr_assert_eq(kill(server.process->pid, SIGHUP), 0);
    cr_assert(server_logs(&server, "new connections use the certificates as they are now"));
    struct server kitchen = server_start(
        "--workers", "2", "--upstream", upstream_at("127.0.0.1", &server), "--upstream-ca",
        certificate);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(get(&kitchen, "/delivery/noodles?from=b")->status, 200);
}

static void expect_no_trust(const struct server *kitchen, const char *reason)
{
    struct order *dish = get(kitchen, "/delivery/noodles?from=b");
    cr_expect_eq(dish->status, 502);
    const char *body = "502 Bad Gateway: the neighbour b has a certificate that is not accepted\n";
    cr_expect_str_eq(dish->body.bytes, body);
    cr_expect(server_logs(kitchen, reason), "%s", reason);
}

ServerTest(secure_delivery, the_log_names_an_untrusted_certificate, start_secure(server_start))
{
    struct server strict = server_start("--upstream", upstream_at("127.0.0.1", &server));
    expect_no_trust(&strict, "the certificate's issuer CN=Test Authority is not trusted");
    struct server mistaken =
        server_start("--upstream", upstream_at("localhost", &server), "--upstream-ca", authority);
    expect_no_trust(&mistaken, ", and not for localhost");
}

ProcessTest(secure_delivery, files_that_cannot_be_trusted_are_named)
{
    static const char *const workers[] = {"1", "2"};
    const char *missing = folder_path("missing.pem");
    for (size_t i = 0; i < COUNT(workers); i++)
        expect_refused(
            program_start(
                "--port", "0", "--workers", workers[i], "--upstream", "b=https://127.0.0.1:9",
                "--upstream-ca", missing),
            missing, ": No such file or directory\n");
    expect_refused(
        program_start("--upstream", "b=http://127.0.0.1:9", "--upstream-ca", missing),
        "--upstream-ca", "needs an https URL of --upstream");
}
