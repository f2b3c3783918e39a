#include "net/proxy_header.h"

#include "hob/address.h"
#include "tests/support/bytes.h"
#include "tests/support/test.h"

TestSuite(proxy_header, .timeout = 20);

#define V2     "\r\n\r\n\0\r\nQUIT\n"
#define SOURCE "\300\0\2\1" /* 192.0.2.1 */
#define PAIR                                                                                       \
    SOURCE "\306\63\144\1"                                                                         \
           "\303\120"                                                                              \
           "\1\273"                               /* ... to 198.51.100.1:443 */
#define HOST6 " \1\r\270\0\0\0\0\0\0\0\0\0\0\0\1" /* 2001:db8::1 */
#define PAIR6                                                                                      \
    HOST6 HOST6 "\303\120"                                                                         \
                "\1\273"
#define TLV         "\4\0\3abc"
#define BYTES(text) text, sizeof(text) - 1

#define NONE "none" /* the header has no address */

static const struct {
    const char *bytes;
    size_t size;
    const char *peer; /* NULL: refused */
} cases[] = {
    /* Version 1. */
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n"), "192.0.2.1:50000"},
    {BYTES("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255:65535"},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 0 0\r\n"), "192.0.2.1:0"},
    {BYTES("PROXY TCP6 2001:db8::1 ::1 50000 443\r\n"), "[2001:db8::1]:50000"},
    {BYTES("PROXY TCP6 ::ffff:192.0.2.1 ::1 50000 443\r\n"), "192.0.2.1:50000"},
    {BYTES("PROXY TCP6 ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), NULL},
    {BYTES("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"},
    {BYTES("PROXY UNKNOWN\r\n"), NONE},
    {BYTES("PROXY UNKNOWN what ever follows\r\n"), NONE},
    {BYTES("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
           "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     NONE},
    {BYTES("PROXY UNKNOWNS\r\n"), NULL},
    {BYTES("PROXY\r\n"), NULL},
    {BYTES("PROXY \r\n"), NULL},
    {BYTES("PROXY \n"), NULL},
    {BYTES("PROXY TCP4\r\n"), NULL},
    {BYTES("PROXY TCP5 192.0.2.1 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY tcp4 192.0.2.1 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("proxy TCP4 192.0.2.1 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r \n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000 443 \r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000 443 1\r\n"), NULL},
    {BYTES("PROXY  TCP4 192.0.2.1 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4  192.0.2.1 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1\t198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50000 99999\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 050 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 +50 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 50a 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1 shop.example 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4 ::1 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP6 192.0.2.1 ::1 50000 443\r\n"), NULL},
    {BYTES("PROXY TCP4 192.0.2.1\0 198.51.100.1 50000 443\r\n"), NULL},
    {BYTES("PROXY UNKNOWN 1234567890123456789012345678901234567890123456789012345678901234567890123"
           "4567890123456789012\r\n"),
     NULL}, /* 108 bytes */

    /* Version 2. */
    {BYTES(V2 "\x21\x11\0\14" PAIR), "192.0.2.1:50000"},
    {BYTES(V2 "\x21\x21\0\44" PAIR6), "[2001:db8::1]:50000"},
    {BYTES(V2 "\x21\x12\0\14" PAIR), "192.0.2.1:50000"},
    {BYTES(V2 "\x21\x11\0\22" PAIR TLV), "192.0.2.1:50000"},
    {BYTES(V2 "\x21\x11\0\25" PAIR TLV "\5\0\0"), "192.0.2.1:50000"},
    {BYTES(V2 "\x21\0\0\0"), NONE},
    {BYTES(V2 "\x21\0\0\6" TLV), NONE},
    {BYTES(V2 "\x21\x10\0\0"), NONE},
    {BYTES(V2 "\x20\0\0\0"), NONE},
    {BYTES(V2 "\x20\x11\0\14" PAIR), NONE},
    {BYTES(V2 "\x20\xff\0\3abc"), NONE},
    {BYTES(V2 "\x21\x11\0\13\300\0\2\1\306\63\144\1\303\120\1"), NULL},
    {BYTES(V2 "\x21\x21\0\14" PAIR), NULL},
    {BYTES(V2 "\x21\x31\0\14" PAIR), NULL},
    {BYTES(V2 "\x21\x11\0\16" PAIR "\4\0"), NULL},
    {BYTES(V2 "\x21\x11\0\22" PAIR "\4\0\4abc"), NULL},
    {BYTES(V2 "\x21\x11\0\22" PAIR "\4\0\2abc"), NULL},
    {BYTES(V2 "\x21\x41\0\14" PAIR), NULL},
    {BYTES(V2 "\x21\x13\0\14" PAIR), NULL},
    {BYTES(V2 "\x22\x11\0\14" PAIR), NULL},
    {BYTES(V2 "\x11\x11\0\14" PAIR), NULL},
    {BYTES(V2 "\xff"), NULL},
    {BYTES(V2 "\x21\x11\x0f\xf1"), NULL}, /* 4097 bytes */
    {BYTES("\r\n\r\n\0\r\nQUIT\r\n"), NULL},

    /* No header. */
    {BYTES("GET / HTTP/1.1\r\n\r\n"), NULL},
    {BYTES("P\0"), NULL},
    {BYTES("\r\n\r\nGET /"), NULL},
    {BYTES("\x16\x03\x01"), NULL}, /* TLS */
};

static const char *name_of_case(size_t i)
{
    return printable(cases[i].bytes, cases[i].size);
}

/* Parses a copy of just this size, so that sanitizers find reads beyond it. */
static int parse(const char *bytes, size_t size, union peer *peer)
{
    char *copy = malloc(size > 0 ? size : 1);
    cr_assert_not_null(copy);
    memcpy(copy, bytes, size);
    int length = proxy_header_parse(copy, size, peer, &(bool){false});
    free(copy);
    return length;
}

static const union peer before = {.any.sa_family = AF_UNSPEC};

static bool is_unchanged(const union peer *peer)
{
    return peer->any.sa_family == AF_UNSPEC;
}

static void expect_peer(size_t i, const union peer *peer)
{
    char text[HOB_PEER_SIZE];
    peer_format(peer, text, sizeof(text));
    if (strcmp(cases[i].peer, NONE) == 0)
        cr_expect(is_unchanged(peer), "%s: %s", name_of_case(i), text);
    else
        cr_expect_str_eq(text, cases[i].peer, "%s", name_of_case(i));
}

Test(proxy_header, is_read_from_bytes_in_any_number)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        union peer peer = before;
        int length = 0;
        for (size_t size = 0; size < cases[i].size && length == 0; size++)
            length = parse(cases[i].bytes, size, &peer);
        if (!cases[i].peer)
            continue;
        cr_expect_eq(length, 0, "%s: %d", name_of_case(i), length);
        cr_expect(is_unchanged(&peer), "%s", name_of_case(i));
        length = parse(cases[i].bytes, cases[i].size, &peer);
        cr_expect_eq((size_t)length, cases[i].size, "%s: %d", name_of_case(i), length);
        expect_peer(i, &peer);
    }
}

Test(proxy_header, is_refused_when_it_breaks_a_rule)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        union peer peer = before;
        bool refused = false;
        for (size_t size = 0; size <= cases[i].size; size++) {
            int length = parse(cases[i].bytes, size, &peer);
            cr_expect(!refused || length == -EPROTO, "%s: at %zu", name_of_case(i), size);
            refused = length == -EPROTO;
        }
        cr_expect_eq(refused, cases[i].peer == NULL, "%s", name_of_case(i));
    }
}

Test(proxy_header, ends_where_other_bytes_follow)
{
    static const char header[] = "PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n";
    static const char more[] = "PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\nGET / HTTP/1.1\r\n";
    static const char binary[] = V2 "\x21\x11\0\14" PAIR "\r\n\r\n";
    union peer peer;
    cr_expect_eq(parse(more, sizeof(more) - 1, &peer), (int)sizeof(header) - 1);
    cr_expect_eq(parse(binary, sizeof(binary) - 1, &peer), 28);
}

Test(proxy_header, of_a_unix_socket_has_no_more_than_its_family)
{
    char bytes[16 + 216] = V2 "\x21\x31\0\xd8";
    union peer peer = before;
    cr_expect_eq(parse(bytes, sizeof(bytes), &peer), (int)sizeof(bytes));
    cr_expect_eq(peer.any.sa_family, AF_UNIX);
}

Test(proxy_header, may_have_many_extensions)
{
    enum { SIZE = PROXY_HEADER_MAX };
    static char bytes[SIZE] = V2 "\x21\x11\x0f\xf0" PAIR "\4\x0f\xe1";
    union peer peer = before;
    cr_expect_eq(parse(bytes, SIZE - 1, &peer), 0);
    cr_expect_eq(parse(bytes, SIZE, &peer), SIZE);
    cr_expect_eq(peer.any.sa_family, AF_INET);
}

/* PP2_TYPE_SSL: the byte "client", the result of the verification, and the version. */
Test(proxy_header, says_whether_the_client_has_used_tls)
{
    static const struct {
        const char *bytes;
        size_t size;
        bool tls;
    } headers[] = {
        {BYTES(V2 "\x21\x11\0\44" PAIR "\x20\0\25\1\0\0\0\0\x21\0\7TLSv1.3\x24\0\3abc"), true},
        {BYTES(V2 "\x21\x11\0\26" PAIR TLV "\x20\0\1\7"), true},
        {BYTES(V2 "\x21\x11\0\20" PAIR "\x20\0\1\6"), false},
        {BYTES(V2 "\x21\x11\0\17" PAIR "\x20\0\0"), false},
        {BYTES(V2 "\x21\x11\0\20" PAIR "\x21\0\1\1"), false},
        {BYTES(V2 "\x20\x11\0\20" PAIR "\x20\0\1\1"), false},
        {BYTES(V2 "\x21\x11\0\14" PAIR), false},
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        union peer peer = before;
        bool tls = false;
        int length = proxy_header_parse(headers[i].bytes, headers[i].size, &peer, &tls);
        cr_expect_eq(length, (int)headers[i].size, "%zu: %d", i, length);
        cr_expect_eq(tls, headers[i].tls, "%zu", i);
    }
}
