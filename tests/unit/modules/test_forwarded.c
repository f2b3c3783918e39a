/* Requests that a proxy has passed on. The trusted ones are 10.0.0.0/8, fd00::/8 and unix sockets.
 */
#include "hob/forwarded.h"

#include "hob/hob.h"
#include "hob/testing.h"
#include "tests/support/sanitizers.h"
#include "tests/support/test.h"

TestSuite(forwarded, .fini = expect_no_leaks, .timeout = 20);

static int reply_with_origin(hob_request *req, hob_response *res)
{
    char client[HOB_PEER_SIZE], host[300], none[1];
    cr_expect_eq(hob_request_client(req, client, sizeof(client)), 0);
    cr_expect_eq(hob_request_client(req, none, sizeof(none)), -ENOSPC);
    cr_expect_eq(hob_request_host(req, host, sizeof(host)), 0);
    cr_expect_eq(hob_request_host(req, none, sizeof(none)), -ENOSPC);
    return hob_reply_printf(
        res, 200, "text/plain", "%s %s %s", client, hob_request_scheme(req), host);
}

static void expect_origin(const char *peer, const char *headers, const char *expected)
{
    hob_network trusted[3];
    cr_assert_eq(hob_network_parse("10.0.0.0/8", &trusted[0]), 0);
    cr_assert_eq(hob_network_parse("fd00::/8", &trusted[1]), 0);
    cr_assert_eq(hob_network_parse("unix:", &trusted[2]), 0);
    const hob_server_options options = {
        .handler = reply_with_origin,
        .trusted_proxies = trusted,
        .trusted_proxy_count = COUNT(trusted),
    };
    char all[1000];
    snprintf(all, sizeof(all), "Host: shop%s%s", *headers ? "\n" : "", headers);
    hob_test_reply *reply =
        hob_test_request(&options, "GET /", &(hob_test_input){.headers = all, .peer = peer});
    cr_expect_str_eq(reply->content, expected, "%s: %s", headers, reply->content);
    hob_test_reply_free(reply);
}

#define EXPECT_EACH(cases)                                                                         \
    for (size_t i = 0; i < COUNT(cases); i++)                                                      \
    expect_origin((cases)[i].peer, (cases)[i].headers, (cases)[i].expected)

struct example {
    const char *peer, *headers, *expected;
};

#define PROXY "10.0.0.1:1234"

Test(forwarded, is_ignored_unless_the_peer_is_trusted)
{
    static const struct example cases[] = {
        {"192.0.2.9:80", "X-Forwarded-For: 192.0.2.1", "192.0.2.9:80 http shop"},
        {"192.0.2.9:80", "Forwarded: for=192.0.2.1;proto=https;host=a", "192.0.2.9:80 http shop"},
        {"192.0.2.9:80", "X-Forwarded-Proto: https\nX-Forwarded-Host: a", "192.0.2.9:80 http shop"},
        {"[2001:db8::1]:80", "X-Forwarded-For: 192.0.2.1", "[2001:db8::1]:80 http shop"},
        {PROXY, "", PROXY " http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1", "192.0.2.1 http shop"},
        {"[fd00::1]:80", "X-Forwarded-For: 192.0.2.1", "192.0.2.1 http shop"},
        {"unix:", "X-Forwarded-For: 192.0.2.1", "192.0.2.1 http shop"},
        {"unix:", "", "unix: http shop"},
    };
    EXPECT_EACH(cases);
}

Test(forwarded, has_the_client_before_the_trusted_proxies)
{
    static const struct example cases[] = {
        {PROXY, "X-Forwarded-For: 1.1.1.1, 192.0.2.1", "192.0.2.1 http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1,10.0.0.2", "192.0.2.1 http shop"},
        {PROXY, "X-Forwarded-For: 1.1.1.1\nX-Forwarded-For: 192.0.2.1\nX-Forwarded-For: 10.0.0.2",
         "192.0.2.1 http shop"},
        {PROXY, "X-Forwarded-For: 10.0.0.3, 10.0.0.2", "10.0.0.3 http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1, unknown", PROXY " http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.2", "10.0.0.2 http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1,", PROXY " http shop"},
        {PROXY, "X-Forwarded-For: unix:/run/x", PROXY " http shop"},
        {PROXY, "X-Forwarded-For:", PROXY " http shop"},
        {PROXY, "Forwarded: for=1.1.1.1, for=192.0.2.1, for=10.0.0.2", "192.0.2.1 http shop"},
        {PROXY, "Forwarded: for=\"open, for=192.0.2.1", "192.0.2.1 http shop"},
        {PROXY, "Forwarded: for=_hidden", PROXY " http shop"},
        {PROXY, "Forwarded: by=192.0.2.1", PROXY " http shop"},
    };
    EXPECT_EACH(cases);
}

Test(forwarded, has_addresses_in_any_notation)
{
    static const struct example cases[] = {
        {PROXY, "X-Forwarded-For: 192.0.2.1:80", "192.0.2.1:80 http shop"},
        {PROXY, "X-Forwarded-For: 2001:DB8:0::1", "[2001:db8::1] http shop"},
        {PROXY, "X-Forwarded-For: [2001:db8::1]", "[2001:db8::1] http shop"},
        {PROXY, "X-Forwarded-For: [2001:db8::1]:80", "[2001:db8::1]:80 http shop"},
        {PROXY, "X-Forwarded-For: ::ffff:192.0.2.1", "192.0.2.1 http shop"},
        {PROXY, "Forwarded: For=\"[2001:db8::1]:80\"", "[2001:db8::1]:80 http shop"},
        {PROXY, "Forwarded: proto=http ; for=\"192.0.2.1\"", "192.0.2.1 http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1:99999", PROXY " http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2", PROXY " http shop"},
    };
    EXPECT_EACH(cases);
}

/* nginx appends to X-Forwarded-For, and passes Forwarded on as a client has sent it. */
Test(forwarded, counts_only_if_both_lists_agree)
{
    static const struct example cases[] = {
        {PROXY, "X-Forwarded-For: 192.0.2.1\nForwarded: for=192.0.2.1;proto=https",
         "192.0.2.1 https shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1\nForwarded: for=1.1.1.1;proto=https",
         PROXY " http shop"},
        {PROXY, "X-Forwarded-For: 192.0.2.1\nForwarded: nothing\nX-Forwarded-Proto: https",
         PROXY " http shop"},
    };
    EXPECT_EACH(cases);
}

Test(forwarded, has_the_scheme_and_the_host)
{
    static const struct example cases[] = {
        {PROXY, "X-Forwarded-Proto: HTTPS\nX-Forwarded-Host: a:81", PROXY " https a:81"},
        {PROXY, "X-Forwarded-Proto: https, http\nX-Forwarded-Host: a, b", PROXY " http b"},
        {PROXY, "X-Forwarded-Proto: wss\nX-Forwarded-Host: a/b", PROXY " http shop"},
        {PROXY, "X-Forwarded-Host:", PROXY " http shop"},
        {PROXY, "Forwarded: for=192.0.2.1;host=\"a:81\";proto=https, for=10.0.0.2;host=b",
         "192.0.2.1 https a:81"},
        {PROXY, "Forwarded: for=192.0.2.1\nX-Forwarded-Proto: https", "192.0.2.1 http shop"},
    };
    EXPECT_EACH(cases);
}
