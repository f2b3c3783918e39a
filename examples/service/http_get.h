/* http_get.h: the smallest client of HTTP that does for a market. */
#ifndef HTTP_GET_H
#define HTTP_GET_H

#include <stddef.h>

/*
 * Asks the server at an address for a path, and writes the content of its response to `content`, as
 * a string. Returns the status, such as 200, or a negative errno: -EPROTO if the response is none,
 * -EMSGSIZE if it is larger than 1,000 bytes or its content than `size` - 1, -ETIMEDOUT at the
 * deadline of the calling coroutine.
 */
int http_get(const char *address, const char *path, char *content, size_t size);

#endif
