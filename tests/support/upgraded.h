/* Connections behind the status 101: what is on them is no HTTP, which raw_receive() would expect.
 */
#ifndef HOB_TESTS_SUPPORT_UPGRADED_H
#define HOB_TESTS_SUPPORT_UPGRADED_H

#include <string.h>
#include <sys/socket.h>

#include "tests/support/raw_client.h"

/* A request of HTTP/1.1 for another protocol. `fields` end with a line break. */
#define UPGRADE(protocol, fields)                                                                  \
    REQUEST("GET /", "Connection: Upgrade\r\nUpgrade: " protocol "\r\n" fields)

/* Receives up to `size` bytes, fewer if the server ends before. Returns how many. */
static inline size_t upgraded_receive(struct raw_client *client, char *bytes, size_t size)
{
    size_t length = client->length < size ? client->length : size; /* behind an earlier response */
    memcpy(bytes, client->input, length);
    client->length -= length;
    memmove(client->input, client->input + length, client->length);
    while (length < size) {
        ssize_t received = recv(client->fd, bytes + length, size - length, 0);
        if (received <= 0)
            break;
        length += (size_t)received;
    }
    return length;
}

/* Whether just these bytes come next. */
static inline bool upgraded_receives(struct raw_client *client, const char *expected)
{
    char bytes[4096] = "";
    return upgraded_receive(client, bytes, strlen(expected)) == strlen(expected) &&
           strcmp(bytes, expected) == 0;
}

/* Receives the head of a response, which is valid until the next call. */
static inline const char *upgraded_head(struct raw_client *client)
{
    static char head[4096];
    memset(head, 0, sizeof(head));
    for (size_t length = 0; length < sizeof(head) - 1 && !strstr(head, "\r\n\r\n"); length++) {
        if (upgraded_receive(client, head + length, 1) == 0)
            break;
    }
    return head;
}

#endif
