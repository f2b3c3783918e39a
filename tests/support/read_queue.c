#include "tests/support/read_queue.h"
#include "tests/support/criterion.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 socket;
};

struct answer {
    struct nlmsghdr header;
    struct inet_diag_msg socket;
    char rest[1024];
};

/*
 * Asks for this one socket: see sock_diag(7). On a machine that has just closed ten thousand
 * connections, to read through all of them takes a fifth of a second.
 */
static bool ask_kernel(unsigned port, unsigned client_port, size_t *queue)
{
    struct question question = {
        .header = {sizeof(question), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0},
        .socket = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U},
    };
    struct inet_diag_sockid *id = &question.socket.id;
    struct answer answer;
    id->idiag_sport = htons((in_port_t)port);
    id->idiag_dport = htons((in_port_t)client_port);
    id->idiag_src[0] = id->idiag_dst[0] = htonl(INADDR_LOOPBACK);
    id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    bool answered = fd >= 0 && send(fd, &question, sizeof(question), 0) == sizeof(question) &&
                    recv(fd, &answer, sizeof(answer), 0) > 0 &&
                    answer.header.nlmsg_type == SOCK_DIAG_BY_FAMILY;
    if (answered)
        *queue = answer.socket.idiag_rqueue;
    if (fd >= 0)
        close(fd);
    return answered;
}

/* Where the kernel does not answer, or there is none: see proc_pid_net(5). */
static size_t look_through_all(unsigned port, unsigned client_port)
{
    char line[256];
    char ends[32];
    unsigned long queue = 0;
    snprintf(ends, sizeof(ends), ":%04X 0100007F:%04X ", port, client_port);
    FILE *file = fopen("/proc/net/tcp", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof(line), file)) {
        const char *found = strstr(line, ends); /* then "01 00000000:000000FF": state, queues */
        if (found)
            queue = strtoul(found + strlen(ends) + 12, NULL, 16);
    }
    fclose(file);
    return queue;
}

size_t read_queue(unsigned port, unsigned client_port)
{
    size_t queue;
    return ask_kernel(port, client_port, &queue) ? queue : look_through_all(port, client_port);
}
