#include "http_get.h"

#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int wait_for_connection(int fd)
{
    int result;
    socklen_t size = sizeof(result);
    int err = hob_await(hob_writable(fd));
    if (err < 0)
        return err;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size) < 0 ? -errno : -result;
}

static int open_connection(const char *text)
{
    hob_address address;
    int err = hob_address_parse(text, &address);
    if (err < 0)
        return err;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, &address.any, address.length) < 0)
        err = errno == EINPROGRESS ? wait_for_connection(fd) : -errno;
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

/* The response ends where the connection does: that is what HTTP/1.0 is for. */
static int receive(int fd, char *response, size_t size)
{
    size_t length = 0;
    while (length < size - 1) {
        int count = hob_read(fd, response + length, size - 1 - length);
        if (count < 0)
            return count;
        length += (size_t)count;
        response[length] = '\0';
        if (count == 0)
            return 0;
    }
    return -EMSGSIZE;
}

static int split(const char *response, char *content, size_t size)
{
    const char *end = strstr(response, "\r\n\r\n");
    if (!end || strncmp(response, "HTTP/1.", 7) != 0 || strlen(response) < 12)
        return -EPROTO;
    long status = strtol(response + 9, NULL, 10);
    if (status < 200 || status > 599)
        return -EPROTO;
    return snprintf(content, size, "%s", end + 4) < (int)size ? (int)status : -EMSGSIZE;
}

static int exchange(int fd, const char *path, char *content, size_t size)
{
    char text[1000];
    int length = snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\n\r\n", path);
    if (length >= (int)sizeof(text))
        return -EMSGSIZE;
    int err = hob_write(fd, text, (size_t)length);
    if (err == 0)
        err = receive(fd, text, sizeof(text));
    return err < 0 ? err : split(text, content, size);
}

int http_get(const char *address, const char *path, char *content, size_t size)
{
    int fd = open_connection(address);
    if (fd < 0)
        return fd;
    int status = exchange(fd, path, content, size);
    close(fd); /* also when the guest has left, or it took too long */
    return status;
}
