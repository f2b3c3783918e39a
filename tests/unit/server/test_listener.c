#include "server/listener.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

TestSuite(listener, .timeout = 20);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A listener on a free port of this machine. */
static int open_any(void)
{
    int listener = listener_open("127.0.0.1", 0);
    cr_assert_geq(listener, 0, "%s", strerror(-listener));
    return listener;
}

static uint16_t port_of(int listener)
{
    char url[80];
    cr_assert_eq(listener_url(listener, url, sizeof(url)), 0);
    return (uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10);
}

static bool has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0)
        close(fd);
    return has;
}

static void expect_url(const char *host, const char *begin)
{
    char url[80];
    char expected[80];
    int listener = listener_open(host, 0);
    cr_assert_geq(listener, 0, "%s: %s", host, strerror(-listener));
    cr_assert_eq(listener_url(listener, url, sizeof(url)), 0);
    cr_expect_neq(port_of(listener), 0);
    snprintf(expected, sizeof(expected), "%s:%u/", begin, port_of(listener));
    cr_expect_str_eq(url, expected);
    close(listener);
}

Test(listener, tells_the_port_that_the_system_picked)
{
    expect_url("127.0.0.1", "http://127.0.0.1");
    expect_url("127.0.0.2", "http://127.0.0.2");
    expect_url("0.0.0.0", "http://0.0.0.0");
}

/* RFC 3986 section 3.2.2: in brackets. */
Test(listener, takes_ipv6_addresses)
{
    if (!has_ipv6())
        cr_skip("this machine has no IPv6");
    expect_url("::1", "http://[::1]");
    expect_url("0:0:0:0:0:0:0:1", "http://[::1]");
    expect_url("::", "http://[::]");
}

/* A name may have several addresses, or none, and looking it up takes time. */
Test(listener, refuses_what_is_not_an_address)
{
    static const char *const cases[] = {
        "",           "localhost",   "127.0.0",   "127.0.0.256", "127.0.0.1.2", "127.0.0.1:80",
        "127.0.0.1 ", " 127.0.0.1",  "127.0.0.x", "[::1]",       "::1::",       "::g",
        "*",          "example.com",
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect_eq(listener_open(cases[i], 0), -EINVAL, "'%s'", cases[i]);
}

/* RFC 5737: 192.0.2.0/24 is nobody's. */
Test(listener, refuses_the_address_of_another_machine)
{
    cr_expect_eq(listener_open("192.0.2.1", 0), -EADDRNOTAVAIL);
}

Test(listener, refuses_a_port_that_is_taken)
{
    int listener = open_any();
    cr_expect_eq(listener_open("127.0.0.1", port_of(listener)), -EADDRINUSE);
    cr_expect_eq(listener_open("0.0.0.0", port_of(listener)), -EADDRINUSE);
    close(listener);
}

Test(listener, is_not_inherited_by_other_programs)
{
    int listener = open_any();
    cr_expect(fcntl(listener, F_GETFD) & FD_CLOEXEC);
    close(listener);
}

Test(listener, does_not_block)
{
    int listener = open_any();
    cr_expect(fcntl(listener, F_GETFL) & O_NONBLOCK);
    cr_expect_eq(accept(listener, NULL, NULL), -1);
    close(listener);
}

/* Clients. */

static int connect_to(int listener)
{
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_geq(client, 0);
    cr_assert_eq(connect(client, (struct sockaddr *)&address, length), 0);
    return client;
}

static int accept_from(int listener)
{
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    cr_assert_eq(poll(&waiting, 1, -1), 1);
    int accepted = accept(listener, NULL, NULL);
    cr_assert_geq(accepted, 0);
    return accepted;
}

/* Clients can connect before anybody accepts them: what hob_server_open() promises. */
Test(listener, has_a_queue)
{
    int clients[100];
    int listener = open_any();
    for (size_t i = 0; i < COUNT(clients); i++)
        clients[i] = connect_to(listener);
    for (size_t i = 0; i < COUNT(clients); i++) {
        close(accept_from(listener));
        close(clients[i]);
    }
    close(listener);
}

/* Else a response that takes two writes would wait for the client's delayed acknowledgement. */
Test(listener, gives_its_connections_no_delay)
{
    int listener = open_any();
    int client = connect_to(listener);
    int accepted = accept_from(listener);
    int on = 0;
    socklen_t length = sizeof(on);
    cr_assert_eq(getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
    cr_expect_neq(on, 0);
    close(accepted);
    close(client);
    close(listener);
}

/* The side that closes first keeps the port in TIME_WAIT for a minute. */
Test(listener, can_be_opened_again_at_once)
{
    int listener = open_any();
    uint16_t port = port_of(listener);
    int client = connect_to(listener);
    close(accept_from(listener));
    char byte;
    cr_assert_eq(read(client, &byte, 1), 0);
    close(client);
    close(listener);

    listener = listener_open("127.0.0.1", port);
    cr_expect_geq(listener, 0, "%s", strerror(-listener));
    close(listener);
}

Test(listener, has_no_url_if_it_is_no_socket)
{
    char url[80];
    cr_expect_eq(listener_url(-1, url, sizeof(url)), -EBADF);
}
