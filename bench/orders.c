/*
 * Measures how long many simultaneous orders take, compared with one, and the memory of each.
 *
 *     orders PORT PID [COUNT [PATH]]
 *
 * Opens COUNT connections (default 10,000) to a server on the loopback interface, requests PATH
 * (default /noodles) on all of them, and waits for the responses. Reads the resident memory and the
 * page tables of the server, process PID, before it connects, while the connections are idle, and
 * while the orders are in progress.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
    fprintf(stderr, "orders: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Returns a line of the process's status, such as "VmRSS:", in KiB. */
static double status_of(const char *pid, const char *title)
{
    char name[64];
    char line[256];
    long kib = -1;
    snprintf(name, sizeof(name), "/proc/%s/status", pid);
    FILE *status = fopen(name, "r");
    if (!status)
        fail(name);
    while (kib < 0 && fgets(line, sizeof(line), status)) {
        if (strncmp(line, title, strlen(title)) == 0)
            kib = strtol(line + strlen(title), NULL, 10);
    }
    fclose(status);
    return (double)kib;
}

static double resident(const char *pid)
{
    return status_of(pid, "VmRSS:");
}

static double page_tables(const char *pid)
{
    return status_of(pid, "VmPTE:");
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        fail("cannot connect");
    return fd;
}

static void order(int fd, const char *path)
{
    char request[256];
    int length = snprintf(
        request, sizeof(request),
        "GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: orders\r\nAccept: */*\r\n\r\n", path);
    if (write(fd, request, (size_t)length) != length)
        fail("cannot send");
}

/* Reads a response, which arrives in one piece. Returns whether it is correct. */
static bool is_served(int fd)
{
    char answer[512];
    ssize_t length = read(fd, answer, sizeof(answer) - 1);
    answer[length > 0 ? length : 0] = '\0';
    return strncmp(answer, "HTTP/1.1 200 ", 13) == 0;
}

/* Returns when the server has read all earlier requests. */
static void ping(uint16_t port)
{
    int fd = connect_to(port);
    order(fd, "/ping");
    if (!is_served(fd))
        fail("no answer to /ping");
    close(fd);
}

/* Waits for all responses. Returns how many were correct. */
static size_t collect(const int *fds, size_t count)
{
    struct epoll_event events[64];
    size_t good = 0;
    int epoll = epoll_create1(0);
    for (size_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) < 0)
            fail("epoll_ctl");
    }
    for (size_t answered = 0; answered < count;) {
        int ready = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < ready; i++, answered++) {
            good += is_served(events[i].data.fd);
            epoll_ctl(epoll, EPOLL_CTL_DEL, events[i].data.fd, NULL);
        }
    }
    close(epoll);
    return good;
}

struct figures {
    double seconds; /* from the first order to the last response */
    double idle;    /* KiB a connection, before the orders */
    double waiting; /* ... and while they are in progress */
    double served;  /* ... and after the last response */
    double tables;  /* KiB of page tables an order, in progress */
    size_t good;
};

static struct figures measure(uint16_t port, const char *pid, size_t count, const char *path)
{
    struct figures figures;
    int *fds = calloc(count, sizeof(*fds));
    if (!fds)
        fail("no memory");
    ping(port);
    double before = resident(pid);
    double tables_before = page_tables(pid);
    for (size_t i = 0; i < count; i++)
        fds[i] = connect_to(port);
    ping(port);
    figures.idle = (resident(pid) - before) / (double)count;

    double start = now();
    for (size_t i = 0; i < count; i++)
        order(fds[i], path);
    ping(port);
    figures.waiting = (resident(pid) - before) / (double)count;
    figures.tables = (page_tables(pid) - tables_before) / (double)count;
    figures.good = collect(fds, count);
    figures.seconds = now() - start;
    figures.served = (resident(pid) - before) / (double)count;
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
    free(fds);
    return figures;
}

/* Raises the limit of descriptors to its maximum. */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5) {
        fputs("usage: orders PORT PID [COUNT [PATH]]\n", stderr);
        return 2;
    }
    uint16_t port = (uint16_t)strtoul(argv[1], NULL, 10);
    size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 10000;
    const char *path = argc > 4 ? argv[4] : "/noodles";
    raise_limit();

    struct figures one = measure(port, argv[2], 1, path);
    struct figures all = measure(port, argv[2], count, path);
    printf("one order of %s      %8.3f s\n", path, one.seconds);
    printf(
        "%zu at once          %8.3f s, %.3f times as long\n", count, all.seconds,
        all.seconds / one.seconds);
    printf("answered 200           %8zu\n", all.good);
    printf("resident, idle         %8.2f KiB a connection\n", all.idle);
    printf("resident, waiting      %8.2f KiB an order\n", all.waiting);
    printf("page tables, waiting   %8.2f KiB an order\n", all.tables);
    printf("resident, served       %8.2f KiB an order\n", all.served);
    return all.good == count ? EXIT_SUCCESS : EXIT_FAILURE;
}
