/*
 * usage: against HOST PORT NAME
 *
 * Runs the cases on any server and prints a line for each: its table, its name, its section, what
 * hob does, NAME, what that server did, how it compares, and the note, with tabs between them. The
 * server is to answer every path with 200 and a text that has the path in it, but /204 and the like
 * with that status.
 */
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "case.h"

/* A server that has not said anything for so many milliseconds waits for us. */
#define QUIET 500

/* A case, and all that its connection has received. */
struct talk {
    const struct case_table *table;
    const struct http_case *expected;
    int fd;
    char *input; /* ended by NUL */
    size_t length;
    size_t before_probe; /* how much of it came before the probe was sent */
    bool ended;
    bool ended_before_probe;
};

struct outcome {
    int statuses[RESPONSES_MAX + 1]; /* without 100; 0 ends them */
    enum fate fate;
    bool smuggled; /* the request that is hidden in another was answered */
};

static int connect_to(const char *host, const char *port)
{
    const struct timeval patience = {.tv_sec = 5};
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *address;
    if (getaddrinfo(host, port, &hints, &address) != 0)
        return -1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) < 0) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    freeaddrinfo(address);
    return fd;
}

/* A server that refuses what comes may close before all of it was sent. */
static void send_all(int fd, const char *bytes, size_t size)
{
    size_t sent = 0;
    ssize_t more;
    while (sent < size && (more = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL)) > 0)
        sent += (size_t)more;
}

static void receive(struct talk *self)
{
    char piece[2048];
    ssize_t received = recv(self->fd, piece, sizeof(piece), MSG_DONTWAIT);
    if (received <= 0) {
        self->ended = received == 0 || (errno != EAGAIN && errno != EINTR);
        return;
    }
    self->input = realloc(self->input, self->length + (size_t)received + 1);
    if (!self->input)
        abort();
    memcpy(self->input + self->length, piece, (size_t)received);
    self->length += (size_t)received;
    self->input[self->length] = '\0';
}

/* Receives on all connections until nothing more comes. */
static void listen_until_quiet(struct talk *talks, size_t count, struct pollfd *fds)
{
    do {
        for (size_t i = 0; i < count; i++)
            fds[i] = (struct pollfd){.fd = talks[i].ended ? -1 : talks[i].fd, .events = POLLIN};
        if (poll(fds, count, QUIET) <= 0)
            return;
        for (size_t i = 0; i < count; i++) {
            if (fds[i].revents)
                receive(&talks[i]);
        }
    } while (true);
}

/* All cases at once, so that it takes no longer than one. */
static void talk_to_server(struct talk *talks, size_t count, struct pollfd *fds)
{
    static const char probe[] = "GET /probe HTTP/1.1\r\nHost: h\r\n\r\n";
    for (size_t i = 0; i < count; i++) {
        size_t size;
        char *bytes = case_bytes(talks[i].expected, &size);
        if (!bytes)
            abort();
        send_all(talks[i].fd, bytes, size);
        free(bytes);
    }
    listen_until_quiet(talks, count, fds);
    for (size_t i = 0; i < count; i++) {
        talks[i].before_probe = talks[i].length;
        talks[i].ended_before_probe = talks[i].ended;
        if (!talks[i].ended)
            send_all(talks[i].fd, probe, sizeof(probe) - 1);
    }
    listen_until_quiet(talks, count, fds);
}

/* A status line may stand anywhere: that there is none in a text is up to the server's handler. */
static int status_at(const char *text)
{
    bool begins = strncmp(text, "HTTP/1.", 7) == 0 && isdigit((unsigned char)text[7]) &&
                  text[8] == ' ' && isdigit((unsigned char)text[9]);
    return begins ? (int)strtol(text + 9, NULL, 10) : 0;
}

static struct outcome outcome_of(const struct talk *self)
{
    struct outcome outcome = {.fate = self->ended_before_probe ? CLOSED : WAITS};
    const char *input = self->input ? self->input : "";
    size_t count = 0;
    for (size_t i = 0; i < self->before_probe && count < RESPONSES_MAX; i++) {
        int status = status_at(input + i);
        if (status > 100)
            outcome.statuses[count++] = status;
    }
    if (count == 0 && self->before_probe > 0 && status_at(input) == 0)
        outcome.statuses[0] = 200; /* HTTP/0.9 has no status line */
    if (!self->ended_before_probe && strstr(input + self->before_probe, "/probe"))
        outcome.fate = KEPT;
    outcome.smuggled = strstr(input, "/smuggled") != NULL;
    return outcome;
}

static struct outcome outcome_expected(const struct http_case *self)
{
    struct outcome outcome = {.fate = self->fate};
    for (size_t i = 0, count = 0; i < RESPONSES_MAX; i++) {
        if (self->statuses[i] > 100)
            outcome.statuses[count++] = self->statuses[i];
    }
    return outcome;
}

static int answered(const struct outcome *self)
{
    int count = 0;
    for (size_t i = 0; self->statuses[i]; i++)
        count += self->statuses[i] < 400;
    return count;
}

/* The more requests are answered, and the longer the connection is kept, the more lenient. */
static int leniency(const struct outcome *self)
{
    static const int of_fate[] = {[CLOSED] = 0, [WAITS] = 1, [KEPT] = 2};
    return (self->smuggled ? 100 : 0) + 3 * answered(self) + of_fate[self->fate];
}

static const char *compare(const struct http_case *c, const struct outcome *seen)
{
    struct outcome expected = outcome_expected(c);
    if (c->routing)
        return "not compared";
    if (seen->smuggled)
        return "answered the hidden one";
    int difference = leniency(seen) - leniency(&expected);
    if (difference != 0)
        return difference > 0 ? "more lenient" : "stricter";
    bool same = memcmp(seen->statuses, expected.statuses, sizeof(expected.statuses)) == 0;
    return same ? "same" : "another status";
}

static void print_outcome(const struct outcome *self)
{
    static const char *const names[] = {[KEPT] = "kept", [CLOSED] = "closed", [WAITS] = "waits"};
    for (size_t i = 0; self->statuses[i]; i++)
        printf("%d ", self->statuses[i]);
    printf("%s\t", names[self->fate]);
}

static void print_talk(const struct talk *self, const char *name)
{
    const struct http_case *c = self->expected;
    struct outcome expected = outcome_expected(c);
    struct outcome seen = outcome_of(self);
    printf("%s\t%s\t%s\t", self->table->name, c->name, c->section);
    print_outcome(&expected);
    printf("%s\t", name);
    print_outcome(&seen);
    printf("%s\t%s\n", compare(c, &seen), c->note ? c->note : "");
}

static size_t count_cases(void)
{
    size_t count = 0;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        count += case_tables[i]->count;
    return count;
}

/* Returns whether all connections could be made. */
static bool open_talks(struct talk *talks, const char *host, const char *port)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        for (size_t j = 0; j < case_tables[i]->count; j++, talks++) {
            talks->table = case_tables[i];
            talks->expected = &case_tables[i]->cases[j];
            talks->fd = connect_to(host, port);
            if (talks->fd < 0)
                return false;
        }
    }
    return true;
}

static int run(struct talk *talks, size_t count, struct pollfd *fds, char **argv)
{
    if (!open_talks(talks, argv[1], argv[2])) {
        fprintf(stderr, "against: cannot connect to %s port %s\n", argv[1], argv[2]);
        return EXIT_FAILURE;
    }
    talk_to_server(talks, count, fds);
    for (size_t i = 0; i < count; i++) {
        print_talk(&talks[i], argv[3]);
        close(talks[i].fd);
        free(talks[i].input);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: against HOST PORT NAME\n");
        return 2;
    }
    size_t count = count_cases();
    struct talk *talks = calloc(count, sizeof(*talks));
    struct pollfd *fds = calloc(count, sizeof(*fds));
    int result = talks && fds ? run(talks, count, fds, argv) : EXIT_FAILURE;
    free(talks);
    free(fds);
    return result;
}
