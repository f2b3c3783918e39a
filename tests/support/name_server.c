#include "tests/support/name_server.h"
#include "tests/support/criterion.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 12, TYPE_A = 1, TYPE_AAAA = 28, NO_ERROR = 0, SERVER_FAILURE = 2, NO_NAME = 3 };
enum { MESSAGE_MAX = 4096 };

struct question {
    char name[256];
    int type;
    size_t end; /* where the next part of the message begins */
};

static bool read_question(const unsigned char *message, size_t size, struct question *question)
{
    size_t at = HEADER;
    size_t length = 0;
    while (at < size && message[at] > 0) {
        size_t label = message[at++];
        if (at + label >= size || length + label + 2 > sizeof(question->name))
            return false;
        memcpy(question->name + length, message + at, label);
        length += label;
        question->name[length++] = '.';
        at += label;
    }
    question->name[length > 0 ? length - 1 : 0] = '\0';
    if (at + 5 > size)
        return false;
    question->type = message[at + 1] << 8 | message[at + 2];
    question->end = at + 5;
    return true;
}

static int type_of(const struct record *record)
{
    if (record->address)
        return strchr(record->address, ':') ? TYPE_AAAA : TYPE_A;
    return record->type == '6' ? TYPE_AAAA : record->type == 'A' ? TYPE_A : 0;
}

/* The record that decides what is done with a question; NULL if the name does not exist. */
static const struct record *find(const struct record *records, const struct question *question)
{
    const struct record *any = NULL;
    for (const struct record *record = records; record->name; record++) {
        if (strcasecmp(record->name, question->name) != 0)
            continue;
        if (type_of(record) == question->type || type_of(record) == 0)
            return record;
        any = record;
    }
    return any;
}

/* Writes one answer, whose name is a pointer to the question's. Returns its size. */
static size_t put_answer(unsigned char *at, const struct record *record)
{
    bool ipv6 = type_of(record) == TYPE_AAAA;
    unsigned char head[] = {0xc0, HEADER,       0, ipv6 ? TYPE_AAAA : TYPE_A, 0, 1, 0, 0, 0, 0,
                            0,    ipv6 ? 16 : 4};
    uint32_t ttl = htonl(record->ttl);
    memcpy(head + 6, &ttl, sizeof(ttl));
    memcpy(at, head, sizeof(head));
    inet_pton(ipv6 ? AF_INET6 : AF_INET, record->address, at + sizeof(head));
    return sizeof(head) + (ipv6 ? 16 : 4);
}

static void log_question(struct name_server *self, const struct question *question)
{
    pthread_mutex_lock(&self->mutex);
    size_t length = strlen(self->questions);
    snprintf(
        self->questions + length, sizeof(self->questions) - length, "%s %s;",
        question->type == TYPE_AAAA ? "AAAA" : "A", question->name);
    pthread_mutex_unlock(&self->mutex);
}

/* Turns a question into its answer. Returns the size, or 0 if there is none. */
static size_t answer(struct name_server *self, unsigned char *message, size_t size, bool by_tcp)
{
    struct question question;
    unsigned char count = 0;
    if (size < HEADER || !read_question(message, size, &question))
        return 0;
    log_question(self, &question);
    const struct record *decisive = find(self->records, &question);
    enum treatment treatment = decisive ? decisive->treatment : ANSWERED;
    bool truncated = treatment == TRUNCATED && !by_tcp;
    size_t end = question.end;
    if (treatment == UNANSWERED)
        return 0;
    for (const struct record *record = self->records; record->name && !truncated; record++) {
        bool fits = record->address && type_of(record) == question.type;
        if (treatment == FAILED || !fits || strcasecmp(record->name, question.name) != 0)
            continue;
        end += put_answer(message + end, record);
        count++;
    }
    int code = !decisive ? NO_NAME : treatment == FAILED ? SERVER_FAILURE : NO_ERROR;
    message[2] = (unsigned char)(0x85 | (truncated ? 2 : 0)); /* an answer, with authority */
    message[3] = (unsigned char)(0x80 | code);
    memcpy(message + 4, (const unsigned char[]){0, 1, 0, count, 0, 0, 0, 0}, 8);
    return end;
}

static void serve_udp(struct name_server *self)
{
    unsigned char message[MESSAGE_MAX];
    struct sockaddr_in from;
    socklen_t length = sizeof(from);
    ssize_t size = recvfrom(self->udp, message, 512, 0, (struct sockaddr *)&from, &length);
    size_t end = size > 0 ? answer(self, message, (size_t)size, false) : 0;
    if (end > 0)
        sendto(self->udp, message, end, 0, (const struct sockaddr *)&from, length);
}

/* One question, which c-ares sends in one piece, and its answer. */
static void serve_tcp(struct name_server *self)
{
    unsigned char message[MESSAGE_MAX];
    int fd = accept4(self->tcp, NULL, NULL, SOCK_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : recv(fd, message, 512, 0);
    size_t end = size > 2 ? answer(self, message + 2, (size_t)size - 2, true) : 0;
    message[0] = (unsigned char)(end >> 8);
    message[1] = (unsigned char)end;
    if (end > 0)
        send(fd, message, end + 2, MSG_NOSIGNAL);
    if (fd >= 0)
        close(fd);
}

static void *run(void *arg)
{
    struct name_server *self = arg;
    struct pollfd fds[] = {
        {.fd = self->udp, .events = POLLIN},
        {.fd = self->tcp, .events = POLLIN},
        {.fd = self->end[0], .events = POLLIN},
    };
    while (poll(fds, 3, -1) >= 0 && fds[2].revents == 0) {
        if (fds[0].revents)
            serve_udp(self);
        if (fds[1].revents)
            serve_tcp(self);
    }
    return NULL;
}

/* Returns whether both sockets are bound to the same port. */
static bool bind_both(struct name_server *self)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    self->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    self->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_expect_eq(bind(self->udp, (const struct sockaddr *)&address, sizeof(address)), 0);
    getsockname(self->udp, (struct sockaddr *)&address, &length);
    snprintf(self->address, sizeof(self->address), "127.0.0.1:%d", ntohs(address.sin_port));
    if (bind(self->tcp, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(self->tcp, 10) == 0)
        return true;
    close(self->udp);
    close(self->tcp);
    return false;
}

void name_server_start(struct name_server *self, const struct record *records)
{
    *self = (struct name_server){.records = records, .mutex = PTHREAD_MUTEX_INITIALIZER};
    while (!bind_both(self))
        ;
    cr_expect_eq(pipe(self->end), 0);
    cr_expect_eq(pthread_create(&self->thread, NULL, run, self), 0);
}

void name_server_stop(struct name_server *self)
{
    close(self->end[1]);
    pthread_join(self->thread, NULL);
    close(self->end[0]);
    close(self->udp);
    close(self->tcp);
}

size_t name_server_count(struct name_server *self, const char *name)
{
    char pattern[300];
    size_t count = 0;
    snprintf(pattern, sizeof(pattern), " %s;", name);
    pthread_mutex_lock(&self->mutex);
    for (const char *at = self->questions; (at = strstr(at, pattern)); at++)
        count++;
    pthread_mutex_unlock(&self->mutex);
    return count;
}
