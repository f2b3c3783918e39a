#include "tests/support/load.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/support/criterion.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"

#define BODY "Hello, world!"
/* Microseconds between two requests of a client, at most: the machine has others to serve. */
#define THINK_TIME 4000

struct load_client {
    struct load *load;
    pthread_t thread;
    unsigned seed;
    bool keeps;
    int fd; /* -1 if it is not connected */
    size_t connections;
};

struct load {
    hob_address address;
    atomic_bool over;
    atomic_bool ending; /* refused connections are to be expected */
    atomic_size_t served;
    atomic_size_t lost;
    char first_loss[128];
    size_t client_count;
    struct load_client clients[];
};

static void lose(struct load *self, const char *where)
{
    int err = errno;
    if (atomic_fetch_add(&self->lost, 1) == 0)
        snprintf(self->first_loss, sizeof(self->first_loss), "%s: %s", where, strerror(err));
}

/* Returns whether there is a connection. */
static bool connect_client(struct load_client *self)
{
    const struct timeval patience = {.tv_sec = PATIENCE};
    const hob_address *address = &self->load->address;
    if (self->fd >= 0)
        return true;
    self->fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    self->connections++;
    if (connect(self->fd, &address->any, address->length) == 0)
        return true;
    if (atomic_load(&self->load->ending))
        atomic_store(&self->load->over, true);
    else
        lose(self->load, "connect");
    return false;
}

/* Reads a response, which ends with the only body that there is. Returns whether it is good. */
static bool receive_answer(int fd, char *text, size_t size)
{
    size_t length = 0;
    do {
        ssize_t more = recv(fd, text + length, size - 1 - length, 0);
        if (more == 0)
            errno = 0; /* an end, and no error */
        if (more <= 0)
            return false;
        length += (size_t)more;
        text[length] = '\0';
    } while (!strstr(text, "\r\n\r\n" BODY) && length < size - 1);
    return strncmp(text, "HTTP/1.1 200 ", 13) == 0;
}

static void ask(struct load_client *self)
{
    const char *request =
        self->keeps ? GET("/ping") : REQUEST("GET /ping", "Connection: close\r\n");
    char answer[1024] = "";
    bool sent = send(self->fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request);
    bool good = sent && receive_answer(self->fd, answer, sizeof(answer));
    if (good)
        atomic_fetch_add(&self->load->served, 1);
    else
        lose(self->load, sent ? "receive" : "send");
    if (!good || !self->keeps || strstr(answer, "\r\nConnection: close\r\n")) {
        close(self->fd);
        self->fd = -1;
    }
}

static void *run_client(void *arg)
{
    struct load_client *self = arg;
    while (!atomic_load(&self->load->over)) {
        if (connect_client(self))
            ask(self);
        usleep((useconds_t)(rand_r(&self->seed) % THINK_TIME));
    }
    if (self->fd >= 0)
        close(self->fd);
    return NULL;
}

struct load *load_start(const char *address, size_t clients)
{
    struct load *self = calloc(1, sizeof(*self) + clients * sizeof(self->clients[0]));
    cr_assert_not_null(self);
    cr_assert_eq(hob_address_parse(address, &self->address), 0, "%s", address);
    self->client_count = clients;
    for (size_t i = 0; i < clients; i++) {
        struct load_client *client = &self->clients[i];
        *client =
            (struct load_client){.load = self, .seed = (unsigned)i, .keeps = i % 2 == 0, .fd = -1};
        cr_assert_eq(pthread_create(&client->thread, NULL, run_client, client), 0);
    }
    return self;
}

void load_expect_end(struct load *self)
{
    atomic_store(&self->ending, true);
}

size_t load_served(struct load *self)
{
    return atomic_load(&self->served);
}

struct load_result load_end(struct load *self)
{
    struct load_result result = {0};
    if (!atomic_load(&self->ending))
        atomic_store(&self->over, true);
    for (size_t i = 0; i < self->client_count; i++) {
        pthread_join(self->clients[i].thread, NULL);
        result.connections += self->clients[i].connections;
    }
    result.served = atomic_load(&self->served);
    result.lost = atomic_load(&self->lost);
    memcpy(result.first_loss, self->first_loss, sizeof(result.first_loss));
    free(self);
    return result;
}

struct load_result load_end_without_loss(struct load *self)
{
    struct load_result result = load_end(self);
    cr_expect_eq(result.lost, 0, "%zu lost, the first by %s", result.lost, result.first_loss);
    return result;
}
