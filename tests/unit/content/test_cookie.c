/* Cookies (RFC 6265 section 4.2.1). */

#include "hob/testing.h"
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
    cr_expect_str_eq(
        or_none(value), or_none(lookup->value), "'%s' of '%s': %s", lookup->name, lookup->fields,
        or_none(value));
    return hob_reply_text(res, 200, "");
}

Test(cookie, is_found_by_its_name)
{
    static const struct lookup cases[] = {
        {"", "a", NULL},
        {"Cookie: a=b", "a", "b"},
        {"cookie: a=b", "a", "b"},
        {"Cookie: a=b; c=d; e=f", "a", "b"},
        {"Cookie: a=b; c=d; e=f", "c", "d"},
        {"Cookie: a=b; c=d; e=f", "e", "f"},
        {"Cookie: a=b; c=d", "b", NULL},
        {"Cookie: ab=c", "a", NULL},
        {"Cookie: ab=c", "b", NULL},
        {"Cookie: a=b", "ab", NULL},
        {"Cookie: a=b", "A", NULL},
        {"Cookie: a=b", "", NULL},
        {"Cookie: c=a=b", "a", NULL},
        {"Cookie: c=\"; a=b\"", "c", "\""}, /* no quoted-string, RFC 9110 section 5.6.4 */
        {"Set-Cookie: a=b", "a", NULL},
        /* The first of several: the one with the longest path, section 5.4. */
        {"Cookie: a=b; a=c", "a", "b"},
        /* A proxy may have split them (RFC 9113 section 8.2.3). */
        {"Cookie: a=b\nCookie: c=d", "a", "b"},
        {"Cookie: a=b\nX: y\ncookie: c=d; e=f", "e", "f"},
        {"Cookie: a=b\nCookie: c=d", "e", NULL},
        {"Cookie: a=b\nCookie: a=d", "a", "b"},
        {"Cookie: a=b\nCookie: c=d", "b, Cookie: c", NULL},
        /* The value without quotes. */
        {"Cookie: a=", "a", ""},
        {"Cookie: a=\"\"", "a", ""},
        {"Cookie: a=\"b\"", "a", "b"},
        {"Cookie: a=\"b c, d\"; e=f", "a", "b c, d"},
        {"Cookie: a=\"", "a", "\""},
        {"Cookie: a=\"b", "a", "\"b"},
        {"Cookie: a=b\"", "a", "b\""},
        {"Cookie: a=\"\"b\"\"", "a", "\"b\""},
        {"Cookie: a=b=c==", "a", "b=c=="},
        {"Cookie: a=!#$&'()*+-./:<=>?@[]^_`{|}~", "a", "!#$&'()*+-./:<=>?@[]^_`{|}~"},
        /* The value is decoded. */
        {"Cookie: a=%41%20%3B", "a", "A ;"},
        {"Cookie: a=\"%22\"", "a", "\""},
        {"Cookie: a=%22b%22", "a", "\"b\""},
        {"Cookie: a=b+c", "a", "b+c"},
        {"Cookie: a=%", "a", "%"},
        {"Cookie: a=%4; 1=b", "a", "%4"},
        {"Cookie: a=%00", "a", "%00"},
        /* The name is not, or one that browsers protect could be forged, such as "__Host-a". */
        {"Cookie: %61=b", "a", NULL},
        {"Cookie: %61=b", "%61", "b"},
        /* Among things that are no cookies. */
        {"Cookie:", "a", NULL},
        {"Cookie: ;", "", NULL},
        {"Cookie: a", "a", NULL},
        {"Cookie: a; a=b", "a", "b"},
        {"Cookie: ; ;a=b;;c=d;", "a", "b"},
        {"Cookie: ; ;a=b;;c=d;", "c", "d"},
        {"Cookie: a=b;c=d", "c", "d"},
        {"Cookie: a=b ;\tc=d", "a", "b"},
        {"Cookie: a=b ;\tc=d", "c", "d"},
        {"Cookie: a= b", "a", " b"},
        {"Cookie: =b", "", "b"},
        {"Cookie: a =b", "a", NULL},
        {"Cookie: c; a=b", "c; a", NULL},
        {"Cookie: a=b, c=d", "a", "b, c=d"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct lookup context = cases[i];
        const hob_server_options server = {.handler = expect_cookie, .context = &context};
        const hob_test_input input = {.headers = cases[i].fields};
        hob_test_reply_free(hob_test_request(&server, "GET /", &input));
    }
}
