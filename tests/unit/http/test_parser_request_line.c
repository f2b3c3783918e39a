#include "http/parser.h"

#include "tests/support/or_none.h"
#include "tests/support/parser_cases.h"
#include "tests/support/test.h"

TestSuite(parser_request_line, .timeout = 120, .init = set_default_limits);

Test(parser_request_line, keeps_the_method)
{
    static const char *const methods[] = {"GET",    "HEAD",    "POST",  "PUT",      "PATCH",
                                          "DELETE", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH"};
    for (size_t i = 0; i < COUNT(methods); i++) {
        char request[64];
        snprintf(request, sizeof(request), "%s / HTTP/1.1\r\n" HOST "\r\n", methods[i]);
        struct parsed parsed = accept_request(request);
        llhttp_method_t method = parsed.parser.line.method;
        cr_expect_str_eq(llhttp_method_name(method), methods[i]);
        parsed_free(&parsed);
    }
}

/* RFC 9112 section 3.2. The path is normalised, which test_target.c looks at more closely. */
Test(parser_request_line, splits_the_target)
{
    static const struct {
        const char *line, *path, *query, *host; /* NULL is that of the Host header */
    } cases[] = {
        {"GET / ", "/", NULL},
        {"GET /a/b ", "/a/b", NULL},
        {"GET /a? ", "/a", ""},
        {"GET /a?b ", "/a", "b"},
        {"GET /a?b=c&d=%20+e ", "/a", "b=c&d=%20+e"},
        {"GET /a?b?c ", "/a", "b?c"},
        {"GET /a??b ", "/a", "?b"},
        {"GET /?/b ", "/", "/b"},
        {"GET /%61/%2e%2E/b%2fc?%61/../d ", "/b%2Fc", "%61/../d"},
        {"GET /.?/.. ", "/", "/.."},
        {"GET //a//b// ", "//a//b//", NULL},
        {"GET /a:b@c;d=e,f!$&'()*+~-_. ", "/a:b@c;d=e,f!$&'()*+~-_.", NULL},
        {"GET /http://h/ ", "/http://h/", NULL},
        /* The absolute form, section 3.2.2: its authority counts, not the Host header. */
        {"GET http://i/ ", "/", NULL, "i"},
        {"GET http://i/a?b ", "/a", "b", "i"},
        {"GET HTTP://i/a ", "/a", NULL, "i"},
        {"GET https://i:8080/a ", "/a", NULL, "i:8080"},
        {"GET https://i:80?b ", "", "b", "i:80"},
        {"GET http://[::1]:8080/a?b ", "/a", "b", "[::1]:8080"},
        {"GET http://h//a ", "//a", NULL},
        {"GET http://h/a/../%62?c ", "/b", "c"},
        {"GET http://h/http://i/ ", "/http://i/", NULL},
        {"GET http://i ", "", NULL, "i"},
        {"GET http://h?b ", "", "b"},
        {"OPTIONS http://h ", "", NULL},
        /* The asterisk form, section 3.2.4. */
        {"OPTIONS * ", "*", NULL},
        {"OPTIONS / ", "/", NULL},
        /* Section 2.2: some clients send an empty line too many after a body. */
        {"\r\nGET /a ", "/a", NULL},
        {"\r\n\r\n\r\nGET /a ", "/a", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char request[128];
        snprintf(request, sizeof(request), "%sHTTP/1.1\r\n" HOST "\r\n", cases[i].line);
        struct parsed parsed = accept_request(request);
        const struct head *head = &parsed.head;
        const char *query = head->query ? head->data + head->query : NULL;
        const char *host = cases[i].host ? cases[i].host : "h";
        cr_expect_str_eq(head->data + head->path, cases[i].path, "%s", cases[i].line);
        cr_expect_str_eq(or_none(query), or_none(cases[i].query), "%s", cases[i].line);
        cr_expect_str_eq(or_none(head_find(head, "host")), host, "%s", cases[i].line);
        parsed_free(&parsed);
    }
}

/* The statuses of more bad lines are in the cases of tests/conformance. */
Test(parser_request_line, gives_the_reason_of_a_refusal)
{
    static const struct bad_request cases[] = {
        /* RFC 9112 section 3: single spaces, though a server may be lenient. */
        {"GET  / HTTP/1.1\r\n" HOST "\r\n", 400, "more than one space"},
        {"GET / HTTP/1.1 \r\n" HOST "\r\n", 400, "not followed by CR LF"},
        {"\r\n GET / HTTP/1.1\r\n" HOST "\r\n", 400, "begins with a space"},
        {"GET\r\n\r\n", 400, "method"},
        /* RFC 9112 section 2.2: lines end with CR LF. */
        {"GET /\rHTTP/1.1\r\n" HOST "\r\n", 400, "CR without LF"},
        {"\n" GET HOST "\r\n", 400, "empty line"},
        /* RFC 9110 section 9.1. Methods are case-sensitive, and tokens. */
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ123456 / HTTP/1.1\r\n" HOST "\r\n", 501, "not known"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567 / HTTP/1.1\r\n" HOST "\r\n", 501, "longer"},
        {"CONNECT h:80 HTTP/1.1\r\n" HOST "\r\n", 501, "proxies"},
        {"G\x80T / HTTP/1.1\r\n" HOST "\r\n", 400, "not a token"},
        /* RFC 9112 section 3.2. */
        {"GET a/b HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"GET httpx://h/a HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        /* The asterisk is for OPTIONS, section 3.2.4. */
        {"OPTIONS ** HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"GET /a?b#c HTTP/1.1\r\n" HOST "\r\n", 400, "fragment"},
        {"GET /a\x80 HTTP/1.1\r\n" HOST "\r\n", 400, "a URI cannot have"},
        {"GET /a?\x01 HTTP/1.1\r\n" HOST "\r\n", 400, "a URI cannot have"},
        {"GET /%0g?b HTTP/1.1\r\n" HOST "\r\n", 400, "two hex digits"},
        {"GET http://h/%0 HTTP/1.1\r\n" HOST "\r\n", 400, "two hex digits"},
        {"GET /a%00 HTTP/1.1\r\n" HOST "\r\n", 400, "encoded NUL"},
        {"GET /a/%2e%2E/../b HTTP/1.1\r\n" HOST "\r\n", 400, "above the root"},
        {"OPTIONS /.. HTTP/1.1\r\n" HOST "\r\n", 400, "above the root"},
        /* RFC 9110 section 4.2.1. */
        {"GET http:// HTTP/1.1\r\n" HOST "\r\n", 400, ""},
        {"GET http://?a HTTP/1.1\r\n" HOST "\r\n", 400, ""},
        /* RFC 9112 section 3.2.4. */
        {"OPTIONS *? HTTP/1.1\r\n" HOST "\r\n", 400, "not a path"},
        {"GET /\r\n" HOST "\r\n", 505, "HTTP/0.9"},
        {"GET / \r\n" HOST "\r\n", 505, "not HTTP"},
        {"GET / HTTP/0.9\r\n" HOST "\r\n", 505, "HTTP/1.1 and HTTP/1.0"},
        {"GET / HTTP/1.10\r\n" HOST "\r\n", 400, "CR LF"},
        {"GET / HTTP/1.\r\n" HOST "\r\n", 400, "digit, dot, digit"},
        {"GET / HTTP/.1\r\n" HOST "\r\n", 400, "digit, dot, digit"},
        /* The preface of HTTP/2 with prior knowledge, RFC 9113 section 3.4. */
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2"},
        {"GET / HTTPS/1.1\r\n" HOST "\r\n", 505, "not HTTP"},
        {"GET / HTPP/1.1\r\n" HOST "\r\n", 505, "not HTTP"},
        /* llhttp speaks these two as well. */
        {"OPTIONS / RTSP/1.0\r\n" HOST "\r\n", 505, "not HTTP"},
        {"DESCRIBE / RTSP/1.0\r\n" HOST "\r\n", 501, "not known"},
        {"\x16\x03\x01\x02", 400, "method"}, /* TLS */
        {"\xff\xfe\xfd", 400, "method"},
        {"}", 400, "method"},
    };
    refuse_all(cases, COUNT(cases));
}

/* RFC 9110 section 2.5: as the highest minor version that is known. */
Test(parser_request_line, reads_later_minor_versions_as_1_1)
{
    static const struct {
        const char *request;
        unsigned minor;
    } cases[] = {
        {"GET / HTTP/1.0\r\n" HOST "\r\n", 0},
        {"GET / HTTP/1.1\r\n" HOST "\r\n", 1},
        {"GET / HTTP/1.2\r\n" HOST "\r\n", 1},
        {"GET / HTTP/1.9\r\n" HOST "\r\n", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parsed parsed = accept_request(cases[i].request);
        cr_expect_eq(parsed.parser.line.minor, cases[i].minor, "%s", cases[i].request);
        cr_expect_eq(parsed.parser.line.minor, cases[i].minor, "%s", cases[i].request);
        parsed_free(&parsed);
    }
}
