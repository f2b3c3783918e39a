#include "net/peer.h"

#include <arpa/inet.h>

#include "hob/server.h"
#include "tests/support/test.h"

TestSuite(peer, .timeout = 20);

static union peer peer_at(int family, const char *host, in_port_t port)
{
    union peer peer = {.any.sa_family = (sa_family_t)family};
    if (family == AF_INET) {
        peer.ipv4.sin_port = htons(port);
        cr_assert_eq(inet_pton(family, host, &peer.ipv4.sin_addr), 1);
    } else if (family == AF_INET6) {
        peer.ipv6.sin6_port = htons(port);
        cr_assert_eq(inet_pton(family, host, &peer.ipv6.sin6_addr), 1);
    }
    return peer;
}

static const struct {
    int family;
    const char *host;
    in_port_t port;
    const char *text;
} cases[] = {
    {AF_INET, "127.0.0.1", 50000, "127.0.0.1:50000"},
    {AF_INET, "255.255.255.255", 65535, "255.255.255.255:65535"},
    {AF_INET, "0.0.0.0", 0, "0.0.0.0:0"},
    {AF_INET6, "::1", 50000, "[::1]:50000"},
    {AF_INET6, "2001:DB8:0:0::1", 1, "[2001:db8::1]:1"},
    {AF_INET6, "1111:2222:3333:4444:5555:6666:7777:8888", 65535,
     "[1111:2222:3333:4444:5555:6666:7777:8888]:65535"},
    {AF_INET6, "::ffff:192.0.2.1", 50000, "192.0.2.1:50000"},
    {AF_UNIX, NULL, 0, "unix:"},
};

Test(peer, is_written_with_its_port)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        const union peer peer = peer_at(cases[i].family, cases[i].host, cases[i].port);
        char text[HOB_PEER_SIZE];
        cr_expect_eq(peer_format(&peer, text, sizeof(text)), 0);
        cr_expect_str_eq(text, cases[i].text, "%s", text);
    }
}

Test(peer, is_written_only_where_there_is_room)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        const union peer peer = peer_at(cases[i].family, cases[i].host, cases[i].port);
        char text[HOB_PEER_SIZE];
        cr_expect_eq(peer_format(&peer, text, strlen(cases[i].text) + 1), 0);
        cr_expect_eq(peer_format(&peer, text, strlen(cases[i].text)), -ENOSPC);
        cr_expect_eq(peer_format(&peer, text, 0), -ENOSPC);
    }
}
