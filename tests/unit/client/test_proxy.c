#include "client/proxy.h"

#include "hob/client.h"
#include "tests/support/coroutine.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(proxy, .timeout = 60);

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

Test(proxy, is_a_url_or_an_address)
{
    static const struct {
        const char *url, *address;
        const char *authorization; /* NULL is none */
    } cases[] = {
        {"http://p:3128", "p:3128"},
        {"http://p", "p:80"},
        {"p:3128", "p:3128"},
        {"[::1]:3128", "[::1]:3128"},
        {"http://p:1/", "p:1"},
        {"http://Aladdin:open sesame@p:1", "p:1", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {"http://Aladdin:open%20sesame@p:1/", "p:1", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {"http://u:p@p:1", "p:1", "Basic dTpw"},
        {"u:p%40:@[::1]:3128", "[::1]:3128", "Basic dTpwQDo="},
        {"http://user@p", "p:80", "Basic dXNlcjo="},
        {"http://@p", "p:80", "Basic Og=="},
        {"", "(none)"},
        {NULL, "(none)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct proxy proxy;
        const char *rule;
        cr_expect_eq(proxy_init(&proxy, cases[i].url, &rule), 0, "%s", cases[i].url);
        cr_expect_str_eq(or_none(proxy.address), cases[i].address);
        cr_expect_str_eq(or_none(proxy.authorization), or_none(cases[i].authorization));
        proxy_free(&proxy);
    }
}

Test(proxy, is_refused_if_it_is_neither)
{
    static const char *const urls[] = {"https://p", "socks5://p", "http://",     "p:0",  "p:x",
                                       "p q",       ":3128",      "http://u:p@", "u@p:x"};
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct proxy proxy;
        const char *rule;
        cr_expect_eq(proxy_init(&proxy, urls[i], &rule), -EINVAL, "%s", urls[i]);
        cr_expect_not_null(rule, "%s", urls[i]);
    }
}

Test(proxy, has_exceptions)
{
    static const struct {
        const char *exceptions, *url;
        bool direct;
    } cases[] = {
        {"", "http://a", false},
        {"a", "http://a", true},
        {"A", "http://a:81/b", true},
        {"a", "http://b.a", true},
        {".a", "http://b.a", true},
        {".a", "http://a", true},
        {"a", "http://ba", false},
        {"b.a", "http://a", false},
        {"x, a ,y", "http://a", true},
        {"*", "http://a", true},
        {",", "http://a", false},
        {"192.0.2.1", "http://192.0.2.1:8080", true},
        {"[2001:db8::1]", "http://[2001:db8::1]/", true},
        {"", "http://localhost:8080", true},
        {"", "http://tea.localhost", true},
        {"", "http://127.0.0.1", true},
        {"", "http://127.1.2.3:80/", true},
        {"", "http://[::1]:80", true},
        {"", "http://127a", false},
        {"", "https://a", false},
        {"a", "https://a:8443", true},
        {"", "https://localhost", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char exceptions[64], address[] = "p:1";
        const struct proxies proxies = {{address, NULL}, {address, NULL}, exceptions};
        struct url url;
        snprintf(exceptions, sizeof(exceptions), "%s", cases[i].exceptions);
        cr_assert_null(url_parse(cases[i].url, &url));
        cr_expect_eq(
            proxy_for(&proxies, &url) == NULL, cases[i].direct, "%s %s", cases[i].exceptions,
            cases[i].url);
    }
}

/* RFC 9112 section 3.2.2. The client does not resolve the name of the origin. */
CoroutineTest(proxy, gets_the_whole_url)
{
    static const struct act acts[] = {{HELLO}};
    struct fake_upstream upstream;
    hob_client *client;
    hob_bytes body;
    fake_upstream_start(&upstream, acts, 1);
    setenv("http_proxy", upstream.url, 1);
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    unsetenv("http_proxy");
    cr_expect_eq(hob_fetch_text(client, "http://tea.invalid:81/a?b", &body), 0);
    cr_expect(strstr(
        upstream.received, "GET http://tea.invalid:81/a?b HTTP/1.1\r\nHost: tea.invalid:81\r\n"));
    hob_bytes_free(&body);
    cr_expect_eq(hob_fetch_text(client, "http://milk.invalid", &body), 0);
    cr_expect(strstr(upstream.received, "GET http://milk.invalid/ HTTP/1.1\r\n"));
    cr_expect_eq(upstream.accepted, 1, "its connections serve all origins");
    hob_bytes_free(&body);
    hob_client_free(client);
    fake_upstream_stop(&upstream);
}

CoroutineTest(proxy, may_be_left_alone)
{
    static const struct act acts[] = {{HELLO}};
    struct fake_upstream upstream;
    hob_client *client;
    hob_bytes body;
    const char *url = "http://tea.invalid";
    fake_upstream_start(&upstream, acts, 1);
    setenv("http_proxy", upstream.url, 1);
    setenv("no_proxy", "milk,.invalid", 1);
    cr_expect_eq(hob_client_new(NULL, &client), 0);
    cr_expect_lt(hob_fetch_text(client, url, &body), 0);
    hob_client_free(client);
    unsetenv("no_proxy");
    cr_expect_eq(hob_client_new(&(hob_client_options){.no_proxy = true}, &client), 0);
    cr_expect_lt(hob_fetch_text(client, url, &body), 0);
    hob_client_free(client);
    cr_expect_eq(upstream.accepted, 0);

    setenv("http_proxy", "not a proxy", 1);
    cr_expect_eq(hob_client_new(NULL, &client), -EINVAL);
    unsetenv("http_proxy");
    fake_upstream_stop(&upstream);
}
