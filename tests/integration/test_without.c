/*
 * The program in a build with -DHOB_TLS=OFF or -DHOB_HTTP2=OFF: it refuses the options of what is
 * left out, and serves HTTP/1.1.
 */
#include "tests/support/raw_client.h"
#include "tests/support/refused.h"
#include "tests/support/test.h"

TestSuite(without, .timeout = 60);

#ifndef HOB_TLS
ProcessTest(without, tls_its_options_are_refused)
{
    static const char *const cases[][2] = {
        {"--tls-certificate", "cert.pem"},
        {"--tls-key", "key.pem"},
        {"--tls-ocsp", "response.der"},
        {"--tls-client-ca", "ca.pem"},
        {"--tls-self-signed", NULL},
        {"--redirect-to-https", NULL},
        {"--hsts", "1"},
        {"--upstream-ca", "ca.pem"},
        {"--upstream", "a=https://127.0.0.1"},
        {"--listen", "https://127.0.0.1:0"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_refused(
            program_start(cases[i][0], cases[i][1]), cases[i][0],
            "this hob was built without TLS (-DHOB_TLS=OFF)");
}

ProcessTest(without, tls_its_variables_are_refused)
{
    setenv("HOB_TLS_CERTIFICATE", "cert.pem", 1);
    expect_refused(program_start("healthcheck"), "--tls-certificate", "built without TLS");
}
#endif

#ifndef HOB_HTTP2
ClientTest(without, http2_its_preface_is_refused, server_start())
{
    raw_send(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    cr_expect_eq(raw_receive(client).status, 505);
    cr_expect(raw_ended(client));
}
#endif

ClientTest(without, http1_is_served, server_start())
{
    cr_expect_eq(raw_exchange(client, GET("/ping")).status, 200);
}
