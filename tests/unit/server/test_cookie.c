/*
 * Cookies (RFC 6265 section 4.2.1).
 */

#include "hob/server.h"
#include "tests/support/fake_request.h"
#include "tests/support/or_none.h"
#include "tests/support/test.h"

TestSuite(cookie, .timeout = 20);

struct lookup {
    const char *fields, *name, *value;
};

static int expect_cookie(hob_request *req, hob_response *res)
{
    const struct lookup *lookup = hob_request_context(req);
    const char *value = hob_request_cookie(req, lookup->name);
    (void)res;
    cr_expect_str_eq(
        or_none(value), or_none(lookup->value), "'%s' of '%s': %s", lookup->name, lookup->fields,
        or_none(value));
    return 0;
}

static void expect_cookies(const struct lookup *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char request[256];
        struct lookup context = cases[i];
        const struct fake_server server = {.handler = expect_cookie, .context = &context};
        snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", cases[i].fields);
        struct fake_response response = fake_exchange(&server, request);
        fake_response_free(&response);
    }
}

Test(cookie, is_found_by_its_name)
{
    static const struct lookup cases[] = {
        {"", "a", NULL},
        {"Cookie: a=b\r\n", "a", "b"},
        {"cookie: a=b\r\n", "a", "b"},
        {"Cookie: a=b; c=d; e=f\r\n", "a", "b"},
        {"Cookie: a=b; c=d; e=f\r\n", "c", "d"},
        {"Cookie: a=b; c=d; e=f\r\n", "e", "f"},
        {"Cookie: a=b; c=d\r\n", "b", NULL},
        {"Cookie: ab=c\r\n", "a", NULL},
        {"Cookie: ab=c\r\n", "b", NULL},
        {"Cookie: a=b\r\n", "ab", NULL},
        {"Cookie: a=b\r\n", "A", NULL},
        {"Cookie: a=b\r\n", "", NULL},
        {"Cookie: c=a=b\r\n", "a", NULL},
        {"Cookie: c=\"; a=b\"\r\n", "c", "\""}, /* no quoted-string, RFC 9110 section 5.6.4 */
        {"Set-Cookie: a=b\r\n", "a", NULL},
        /* The first of several: the one with the longest path, section 5.4. */
        {"Cookie: a=b; a=c\r\n", "a", "b"},
        /* A proxy may have split them (RFC 9113 section 8.2.3). */
        {"Cookie: a=b\r\nCookie: c=d\r\n", "a", "b"},
        {"Cookie: a=b\r\nX: y\r\ncookie: c=d; e=f\r\n", "e", "f"},
        {"Cookie: a=b\r\nCookie: c=d\r\n", "e", NULL},
        {"Cookie: a=b\r\nCookie: a=d\r\n", "a", "b"},
        {"Cookie: a=b\r\nCookie: c=d\r\n", "b, Cookie: c", NULL},
    };
    expect_cookies(cases, COUNT(cases));
}

Test(cookie, has_a_value_without_quotes)
{
    static const struct lookup cases[] = {
        {"Cookie: a=\r\n", "a", ""},
        {"Cookie: a=\"\"\r\n", "a", ""},
        {"Cookie: a=\"b\"\r\n", "a", "b"},
        {"Cookie: a=\"b c, d\"; e=f\r\n", "a", "b c, d"},
        {"Cookie: a=\"\r\n", "a", "\""},
        {"Cookie: a=\"b\r\n", "a", "\"b"},
        {"Cookie: a=b\"\r\n", "a", "b\""},
        {"Cookie: a=\"\"b\"\"\r\n", "a", "\"b\""},
        {"Cookie: a=b=c==\r\n", "a", "b=c=="},
        {"Cookie: a=!#$&'()*+-./:<=>?@[]^_`{|}~\r\n", "a", "!#$&'()*+-./:<=>?@[]^_`{|}~"},
    };
    expect_cookies(cases, COUNT(cases));
}

Test(cookie, has_a_decoded_value_but_a_name_to_the_letter)
{
    static const struct lookup cases[] = {
        {"Cookie: a=%41%20%3B\r\n", "a", "A ;"},
        {"Cookie: a=\"%22\"\r\n", "a", "\""},
        {"Cookie: a=%22b%22\r\n", "a", "\"b\""},
        {"Cookie: a=b+c\r\n", "a", "b+c"},
        {"Cookie: a=%\r\n", "a", "%"},
        {"Cookie: a=%4; 1=b\r\n", "a", "%4"},
        {"Cookie: a=%00\r\n", "a", "%00"},
        /* Or a name that browsers protect could be forged, such as "__Host-a". */
        {"Cookie: %61=b\r\n", "a", NULL},
        {"Cookie: %61=b\r\n", "%61", "b"},
    };
    expect_cookies(cases, COUNT(cases));
}

Test(cookie, may_stand_among_things_that_are_none)
{
    static const struct lookup cases[] = {
        {"Cookie:\r\n", "a", NULL},
        {"Cookie: ;\r\n", "", NULL},
        {"Cookie: a\r\n", "a", NULL},
        {"Cookie: a; a=b\r\n", "a", "b"},
        {"Cookie: ; ;a=b;;c=d;\r\n", "a", "b"},
        {"Cookie: ; ;a=b;;c=d;\r\n", "c", "d"},
        {"Cookie: a=b;c=d\r\n", "c", "d"},
        {"Cookie: a=b ;\tc=d\r\n", "a", "b"},
        {"Cookie: a=b ;\tc=d\r\n", "c", "d"},
        {"Cookie: a= b\r\n", "a", " b"},
        {"Cookie: =b\r\n", "", "b"},
        {"Cookie: a =b\r\n", "a", NULL},
        {"Cookie: c; a=b\r\n", "c; a", NULL},
        {"Cookie: a=b, c=d\r\n", "a", "b, c=d"},
    };
    expect_cookies(cases, COUNT(cases));
}
