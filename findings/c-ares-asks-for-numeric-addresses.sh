#!/usr/bin/env bash
# Surprise: c-ares sends DNS queries for the name "127.0.0.1".
#
# Guess:    ares_getaddrinfo() recognises a numeric address and answers at once, whatever family is
#           asked for, as getaddrinfo(3) does.
# Package:  libc-ares2, libc-ares-dev 1.18.1-3 (Debian 12)
# Seen:     with AF_INET it answers at once. With AF_UNSPEC it sends a query of type A and one of
#           type AAAA for "127.0.0.1" to the name server, waits for both, and returns the address
#           after that. With AF_INET6 it asks for AAAA and then succeeds with an address of IPv4.
#           "::1" is answered at once for AF_UNSPEC and AF_INET6. A client that dials "127.0.0.1"
#           thus waits for a name server, and each address it dials stands in that server's log.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian libc-ares2=1.18.1-3 libc-ares-dev=1.18.1-3

cat >ask.c <<'END'
#include <ares.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>

static const char *family_name(int family)
{
    return family == AF_INET ? "AF_INET" : family == AF_INET6 ? "AF_INET6" : "AF_UNSPEC";
}

static void answered(void *arg, int status, int timeouts, struct ares_addrinfo *found)
{
    *(int *)arg = 1;
    if (status != ARES_SUCCESS)
        printf("%s", ares_strerror(status));
    else
        printf("an address of %s", family_name(found->nodes->ai_family));
    if (found)
        ares_freeaddrinfo(found);
}

int main(int count, char **arguments)
{
    int server = socket(AF_INET, SOCK_DGRAM, 0); /* a name server that never answers */
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    bind(server, (struct sockaddr *)&address, size);
    getsockname(server, (struct sockaddr *)&address, &size);

    char servers[40];
    struct ares_options options = {.timeout = 300, .tries = 1};
    ares_channel channel;
    ares_library_init(ARES_LIB_INIT_ALL);
    ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    snprintf(servers, sizeof(servers), "127.0.0.1:%d", ntohs(address.sin_port));
    ares_set_servers_ports_csv(channel, servers);

    struct ares_addrinfo_hints hints = {.ai_family = atoi(arguments[2])};
    int done = 0, queries = 0;
    ares_getaddrinfo(channel, arguments[1], NULL, &hints, answered, &done);
    while (!done) {
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        int highest = ares_fds(channel, &readable, &writable);
        FD_SET(server, &readable);
        struct timeval limit = {.tv_usec = 50000};
        select((highest > server ? highest : server + 1) + 1, &readable, &writable, NULL, &limit);
        char query[512];
        if (FD_ISSET(server, &readable) && recv(server, query, sizeof(query), MSG_DONTWAIT) > 0)
            queries++;
        FD_CLR(server, &readable);
        ares_process(channel, &readable, &writable);
    }
    char query[512];
    while (recv(server, query, sizeof(query), MSG_DONTWAIT) > 0)
        queries++;
    printf(", queries: %d\n", queries);
    (void)count;
}
END
library=$(echo root/usr/lib/*-linux-gnu)
cc -w -o ask ask.c -Iroot/usr/include -Iroot/usr/include/"$(basename "$library")" \
  -L"$library" -lcares -Wl,-rpath,"$PWD/$library"
unspecified=0 inet=2 inet6=10 # AF_*, see socket(2)
expect "127.0.0.1, AF_INET" "$(./ask 127.0.0.1 $inet)" "an address of AF_INET, queries: 0"
expect "127.0.0.1, AF_UNSPEC" "$(./ask 127.0.0.1 $unspecified)" "an address of AF_INET, queries: 2"
expect "127.0.0.1, AF_INET6" "$(./ask 127.0.0.1 $inet6)" "an address of AF_INET, queries: 1"
expect "::1, AF_UNSPEC" "$(./ask ::1 $unspecified)" "an address of AF_INET6, queries: 0"
