#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/support/eventually.h"
#include "tests/support/read_queue.h"

/* Room for input at first; it grows with the responses. */
#define INPUT_SIZE 4096

static struct sockaddr_in address_of(const struct server *server)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(server->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

bool raw_try_connect(struct raw_client *self, const struct server *server)
{
    const struct timeval patience = {.tv_sec = PATIENCE};
    const int on = 1;
    struct sockaddr_in address = address_of(server);
    *self = (struct raw_client){
        .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        .input = malloc(INPUT_SIZE),
        .capacity = INPUT_SIZE,
    };
    cr_assert_geq(self->fd, 0, "%m");
    cr_assert_not_null(self->input);
    setsockopt(self->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    setsockopt(self->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* each send on its own */
    if (connect(self->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    raw_close(self);
    return false;
}

struct raw_client raw_connect(const struct server *server)
{
    struct raw_client self;
    bool connected = raw_try_connect(&self, server);
    cr_assert(connected, "%m");
    return self;
}

void raw_close(struct raw_client *self)
{
    close(self->fd);
    free(self->input);
    free(self->last);
}

void raw_connect_all(const struct server *server, struct raw_client *clients, size_t count)
{
    for (size_t i = 0; i < count; i++)
        clients[i] = raw_connect(server);
}

void raw_close_all(struct raw_client *clients, size_t count)
{
    for (size_t i = 0; i < count; i++)
        raw_close(&clients[i]);
}

void raw_reset(struct raw_client *self)
{
    const struct linger at_once = {.l_onoff = 1};
    setsockopt(self->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    raw_close(self);
}

void raw_end(struct raw_client *self)
{
    shutdown(self->fd, SHUT_WR);
}

/* Returns how much could be sent. */
static size_t send_all(int fd, const char *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t more = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL);
        if (more < 0)
            break;
        sent += (size_t)more;
    }
    return sent;
}

void raw_send_bytes(struct raw_client *self, const char *bytes, size_t size)
{
    cr_assert_eq(send_all(self->fd, bytes, size), size, "%m");
}

void raw_send_pieces(const struct raw_client *self, const char *bytes, size_t size, size_t piece)
{
    for (size_t sent = 0; sent < size; sent += piece) {
        size_t length = size - sent < piece ? size - sent : piece;
        if (send(self->fd, bytes + sent, length, MSG_NOSIGNAL) < 0)
            return;
    }
}

void raw_send(struct raw_client *self, const char *text)
{
    raw_send_bytes(self, text, strlen(text));
}

/* A thread. Criterion's assertions are not for threads, so it returns whether it sent all. */
static void *send_outgoing(void *client)
{
    struct raw_client *self = client;
    size_t sent = send_all(self->fd, self->outgoing, self->outgoing_size);
    return sent == self->outgoing_size ? self : NULL;
}

void raw_send_meanwhile(struct raw_client *self, const char *bytes, size_t size)
{
    self->outgoing = bytes;
    self->outgoing_size = size;
    cr_assert_eq(pthread_create(&self->sender, NULL, send_outgoing, self), 0);
}

void raw_join(struct raw_client *self)
{
    void *sent_all;
    cr_assert_eq(pthread_join(self->sender, &sent_all), 0);
    cr_assert(sent_all, "the connection did not take what was to be sent");
}

static void *send_over_and_over(void *client)
{
    struct raw_client *self = client;
    while (send_all(self->fd, self->outgoing, self->outgoing_size) == self->outgoing_size)
        ;
    return NULL;
}

static void *drop_input(void *client)
{
    struct raw_client *self = client;
    char dropped[16 * 1024];
    while (recv(self->fd, dropped, sizeof(dropped), 0) > 0)
        ;
    return NULL;
}

void raw_flood(struct raw_client *self, const char *bytes, size_t size)
{
    self->outgoing = bytes;
    self->outgoing_size = size;
    cr_assert_eq(pthread_create(&self->sender, NULL, send_over_and_over, self), 0);
    cr_assert_eq(pthread_create(&self->receiver, NULL, drop_input, self), 0);
}

void raw_end_flood(struct raw_client *self)
{
    shutdown(self->fd, SHUT_RDWR);
    pthread_join(self->sender, NULL);
    pthread_join(self->receiver, NULL);
    raw_close(self);
}

/*
 * How much the server has read.
 */

/* `get_name` is getsockname() or getpeername(). */
static unsigned port_of(int fd, int (*get_name)(int, struct sockaddr *, socklen_t *))
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof(address);
    get_name(fd, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

unsigned raw_port(const struct raw_client *self)
{
    return port_of(self->fd, getsockname);
}

size_t raw_unread(const struct raw_client *self)
{
    int on_its_way = 0;
    ioctl(self->fd, SIOCOUTQ, &on_its_way);
    return (size_t)on_its_way + read_queue(port_of(self->fd, getpeername), raw_port(self));
}

void raw_settle(const struct raw_client *self)
{
    bool read = eventually(raw_unread(self) == 0);
    cr_assert(read, "the server does not read");
}

/* Waits for input. Returns as recv(2) does. */
static ssize_t receive(struct raw_client *self)
{
    if (self->length == self->capacity) {
        self->capacity = 2 * self->capacity + INPUT_SIZE;
        self->input = realloc(self->input, self->capacity);
        cr_assert_not_null(self->input);
    }
    ssize_t received = recv(self->fd, self->input + self->length, self->capacity - self->length, 0);
    if (received > 0)
        self->length += (size_t)received;
    return received;
}

/* Waits until so much is there. Returns whether it is. */
static bool receive_at_least(struct raw_client *self, size_t length)
{
    while (self->length < length) {
        if (receive(self) <= 0)
            return false;
    }
    return true;
}

/* The length of the next response's head; 0 if it does not come. */
static size_t receive_head(struct raw_client *self)
{
    static const char end[] = "\r\n\r\n";
    const char *found;
    while (!(found = memmem(self->input, self->length, end, sizeof(end) - 1))) {
        if (receive(self) <= 0)
            return 0;
    }
    return (size_t)(found - self->input) + sizeof(end) - 1;
}

static int status_of(const char *head)
{
    return (int)strtol(head + strlen("HTTP/1.1 "), NULL, 10);
}

static size_t body_length_of(const char *head, size_t head_length)
{
    static const char name[] = "\r\nContent-Length: ";
    int status = status_of(head);
    if (status < 200 || status == 204 || status == 304)
        return 0;
    const char *found = memmem(head, head_length, name, sizeof(name) - 1);
    cr_assert_not_null(found, "a response without Content-Length");
    return strtoul(found + sizeof(name) - 1, NULL, 10);
}

/* Takes a response that has come as a whole. */
static struct response take(struct raw_client *self, size_t head_length, size_t body_length)
{
    size_t length = head_length + body_length;
    free(self->last);
    self->last = malloc(length + 2);
    cr_assert_not_null(self->last);
    char *head = self->last;
    char *body = head + head_length + 1;
    memcpy(head, self->input, head_length);
    memcpy(body, self->input + head_length, body_length);
    head[head_length] = body[body_length] = '\0';
    self->length -= length;
    memmove(self->input, self->input + length, self->length);
    return (struct response){
        .status = status_of(head), .head = head, .body = body, .length = body_length};
}

static const struct response none = {.head = "", .body = ""};

struct response raw_receive(struct raw_client *self)
{
    size_t head_length = receive_head(self);
    if (head_length == 0)
        return none;
    size_t body_length = body_length_of(self->input, head_length);
    if (!receive_at_least(self, head_length + body_length))
        return none;
    return take(self, head_length, body_length);
}

struct response raw_receive_head(struct raw_client *self)
{
    size_t length = receive_head(self);
    return length > 0 ? take(self, length, 0) : none;
}

struct response raw_receive_to_end(struct raw_client *self)
{
    size_t head_length = receive_head(self);
    while (receive(self) > 0)
        ;
    return head_length > 0 ? take(self, head_length, self->length - head_length) : none;
}

struct response raw_exchange(struct raw_client *self, const char *text)
{
    raw_send(self, text);
    return raw_receive(self);
}

struct response raw_exchange_printf(struct raw_client *self, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    cr_assert(length >= 0 && length < (int)sizeof(text));
    return raw_exchange(self, text);
}

struct response raw_ask(const struct server *server, const char *text)
{
    static struct raw_client self;
    free(self.input);
    free(self.last);
    self = raw_connect(server);
    struct response response = raw_exchange(&self, text);
    close(self.fd);
    return response;
}

bool raw_ended(struct raw_client *self)
{
    return self->length == 0 && receive(self) == 0;
}

const char *field(const struct response *response, const char *name)
{
    static char value[256];
    char begin[64];
    snprintf(begin, sizeof(begin), "\r\n%s: ", name);
    const char *found = strstr(response->head, begin);
    if (!found)
        return "";
    found += strlen(begin);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(found, "\r"), found);
    return value;
}

bool has_field(const struct response *response, const char *line)
{
    char text[256];
    snprintf(text, sizeof(text), "\r\n%s\r\n", line);
    return strstr(response->head, text) != NULL;
}
