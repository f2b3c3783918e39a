#include "client/url.h"

#include "hob/client.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(url, .timeout = 60);

static const char *part(const char *text, size_t length)
{
    static char copy[4][256];
    static size_t next;
    char *at = copy[next++ % 4];
    snprintf(at, sizeof(copy[0]), "%.*s", (int)length, text);
    return at;
}

Test(url, has_parts)
{
    static const struct {
        const char *text;
        bool tls;
        const char *host;
        unsigned port;
        const char *authority, *target;
        size_t path_length;
    } cases[] = {
        {"http://a", false, "a", 80, "a", "", 0},
        {"HTTP://a/", false, "a", 80, "a", "/", 1},
        {"https://a.b:8443/c/d?e=f/?#g", true, "a.b", 8443, "a.b:8443", "/c/d?e=f/?", 4},
        {"http://a:80?b", false, "a", 80, "a:80", "?b", 0},
        {"http://a#b", false, "a", 80, "a", "", 0},
        {"http://192.0.2.1:1", false, "192.0.2.1", 1, "192.0.2.1:1", "", 0},
        {"http://[2001:db8::1]", false, "[2001:db8::1]", 80, "[2001:db8::1]", "", 0},
        {"https://[::1]:65535/", true, "[::1]", 65535, "[::1]:65535", "/", 1},
        {"http://a/%20;b=c,d:@e", false, "a", 80, "a", "/%20;b=c,d:@e", 13},
        {"http://a_b-c.d~/", false, "a_b-c.d~", 80, "a_b-c.d~", "/", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url url;
        const char *rule = url_parse(cases[i].text, &url);
        cr_assert_null(rule, "%s: %s", cases[i].text, rule);
        cr_expect_eq(url.tls, cases[i].tls, "%s", cases[i].text);
        cr_expect_str_eq(part(url.host, url.host_length), cases[i].host);
        cr_expect_eq(url.port, cases[i].port, "%s", cases[i].text);
        cr_expect_eq(url.usual_port, url.port == (url.tls ? 443 : 80));
        cr_expect_str_eq(part(url.authority, url.authority_length), cases[i].authority);
        cr_expect_str_eq(part(url.target, url.target_length), cases[i].target);
        cr_expect_eq(url.path_length, cases[i].path_length, "%s", cases[i].text);
    }
}

Test(url, refuses_what_is_none)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "does not begin with"},
        {"a", "does not begin with"},
        {"/a", "does not begin with"},
        {"//a", "does not begin with"},
        {"http:/a", "does not begin with"},
        {"http:a", "does not begin with"},
        {"httpx://a", "does not begin with"},
        {" http://a", "does not begin with"},
        {"ftp://a", "does not begin with"},
        {"unix:/a", "does not begin with"},
        {"http://", "no valid host"},
        {"http:///a", "no valid host"},
        {"http://?a", "no valid host"},
        {"http://:80", "no valid host"},
        {"http://a..b", "no valid host"},
        {"http://.a", "no valid host"},
        {"http://a,b", "no valid host"},
        {"http://[::1", "no valid host"},
        {"http://[]", "no valid host"},
        {"http://[::1]a", "no valid host"},
        {"http://[::1%25eth0]", "no valid host"},
        {"http://a:", "its port"},
        {"http://a:0", "its port"},
        {"http://a:65536", "its port"},
        {"http://a:4294967376", "its port"},
        {"http://a:8o", "its port"},
        {"http://a:-1", "its port"},
        {"http://a:80:80", "its port"},
        {"http://user@a", "user name"},
        {"http://user:secret@a", "user name"},
        {"http://a b", "percent-encoded"},
        {"http://a/b c", "percent-encoded"},
        {"http://a/\xc3\xa4", "percent-encoded"},
        {"http://\xc3\xa4", "percent-encoded"},
        {"http://a/\r\nb", "percent-encoded"},
        {"http://a/\\b", "percent-encoded"},
        {"http://a/{b}", "percent-encoded"},
        {"http://a\\@b", "percent-encoded"},
        {"http://a/%", "without two hex digits"},
        {"http://a/%2", "without two hex digits"},
        {"http://a/%zz", "without two hex digits"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url url;
        const char *rule = or_none(url_parse(cases[i].text, &url));
        cr_expect(strstr(rule, cases[i].words), "'%s': %s", cases[i].text, rule);
        cr_expect_str_eq(or_none(hob_url_check(cases[i].text)), rule);
    }
}

Test(url, has_a_limit)
{
    char text[URL_MAX + 2] = "http://a/";
    struct url url;
    memset(text + 9, 'b', URL_MAX - 9);
    cr_expect_null(url_parse(text, &url));
    text[URL_MAX] = 'b';
    cr_expect_str_eq(or_none(url_parse(text, &url)), "it is too long");
}

static void expect_resolved(const char *base, const char *reference, const char *expected)
{
    struct url url;
    char text[256];
    cr_assert_null(url_parse(base, &url));
    cr_expect(url_resolve(&url, reference, text, sizeof(text)), "%s", reference);
    cr_expect_str_eq(text, expected, "'%s' is %s", reference, text);
}

/* RFC 3986 section 5.4, without the fragments, which a client does not send. */
Test(url, resolves_references)
{
    static const struct {
        const char *reference, *expected;
    } cases[] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},
        {"g?y#s", "http://a/b/c/g?y"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"https://h/i", "https://h/i"},
        {"g h\xc3\xa4", "http://a/b/c/g%20h%C3%A4"},
        {"g%20%", "http://a/b/c/g%20%25"},
        {"?a b", "http://a/b/c/d;p?a%20b"},
        {"a:80", "a:80"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        expect_resolved("http://a/b/c/d;p?q", cases[i].reference, cases[i].expected);
    expect_resolved("https://a:1", "b", "https://a:1/b");
    expect_resolved("https://a:1", "", "https://a:1");
    expect_resolved("https://a:1?b", "?c", "https://a:1?c");
    expect_resolved("https://a:1/b/", "c", "https://a:1/b/c");
    expect_resolved("https://a/b", "//c/d#e", "https://c/d");
}

Test(url, resolves_within_a_size)
{
    struct url url;
    char text[12];
    cr_assert_null(url_parse("http://a/", &url));
    cr_expect(url_resolve(&url, "bc", text, sizeof(text)));
    cr_expect_str_eq(text, "http://a/bc");
    cr_expect_not(url_resolve(&url, "bcd", text, sizeof(text)));
}

Test(url, knows_its_origin)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"http://a/b", "http://A:80/c", true}, {"https://a", "https://a:443", true},
        {"http://a", "https://a", false},      {"http://a:443", "https://a", false},
        {"http://a", "http://a:81", false},    {"http://a", "http://b", false},
        {"http://a.b", "http://a.b.c", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url a, b;
        cr_assert(!url_parse(cases[i].a, &a) && !url_parse(cases[i].b, &b));
        cr_expect_eq(url_same_origin(&a, &b), cases[i].same, "%s %s", cases[i].a, cases[i].b);
    }
}
