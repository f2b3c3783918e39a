#include "ask.h"

#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connect.h"

static int send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent >= 0) {
            data += sent;
            size -= (size_t)sent;
        } else if (errno == EAGAIN) {
            int err = hob_await(hob_writable(fd)); /* the socket is full */
            if (err < 0)
                return err;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

/* Receives until the other side has sent all. */
static int receive_all(int fd, char *data, size_t size)
{
    size_t length = 0;
    while (length < size - 1) {
        ssize_t received = recv(fd, data + length, size - 1 - length, 0);
        if (received == 0) {
            data[length] = '\0';
            return 0;
        }
        if (received > 0) {
            length += (size_t)received;
        } else if (errno == EAGAIN) {
            int err = hob_await(hob_readable(fd)); /* there is nothing yet */
            if (err < 0)
                return err;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return -EMSGSIZE;
}

/* Splits a response into its status and its content. */
static int understand(const char *response, char *answer, size_t size)
{
    const char *end = strstr(response, "\r\n\r\n");
    if (!end || strncmp(response, "HTTP/1.1 ", 9) != 0)
        return -EPROTO;
    long status = strtol(response + 9, NULL, 10);
    if (status < 200 || status > 599)
        return -EPROTO;
    if (snprintf(answer, size, "%s", end + 4) >= (int)size)
        return -EMSGSIZE;
    return (int)status;
}

/* HTTP/1.0 is the simplest: the answer comes in one piece, and ends where the connection does. */
static int exchange(int fd, const char *path, char *answer, size_t size)
{
    char text[1000];
    int length = snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\n\r\n", path);
    if (length >= (int)sizeof(text))
        return -EMSGSIZE;
    int err = send_all(fd, text, (size_t)length);
    if (err == 0)
        err = receive_all(fd, text, sizeof(text));
    return err < 0 ? err : understand(text, answer, size);
}

int ask(const char *address, const char *path, char *answer, size_t size)
{
    int fd = connect_to(address);
    if (fd < 0)
        return fd;
    int status = exchange(fd, path, answer, size);
    close(fd);
    return status;
}
