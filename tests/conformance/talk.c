#include "talk.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A server that has sent nothing for so many milliseconds waits for the client. */
#define QUIET 500

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

static bool connect_all(struct talk *talks, size_t count, const char *host, const char *port)
{
    for (size_t i = 0; i < count; i++) {
        talks[i].fd = connect_to(host, port);
        if (talks[i].fd < 0)
            return false;
    }
    return true;
}

/* A server that refuses the bytes may close before all of them were sent. */
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
static void receive_until_quiet(struct talk *talks, size_t count, struct pollfd *fds)
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

bool talks_hold(
    struct talk *talks, size_t count, const char *host, const char *port, const char *probe,
    size_t probe_size)
{
    struct pollfd *fds = calloc(count, sizeof(*fds));
    if (!fds || !connect_all(talks, count, host, port)) {
        free(fds);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        send_all(talks[i].fd, talks[i].bytes, talks[i].size);
    receive_until_quiet(talks, count, fds);
    for (size_t i = 0; i < count; i++) {
        talks[i].before_probe = talks[i].length;
        talks[i].ended_before_probe = talks[i].ended;
        if (!talks[i].ended)
            send_all(talks[i].fd, probe, probe_size);
    }
    receive_until_quiet(talks, count, fds);
    for (size_t i = 0; i < count; i++)
        close(talks[i].fd);
    free(fds);
    return true;
}

void talks_free(struct talk *talks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(talks[i].bytes);
        free(talks[i].input);
    }
}
