/* The socket that clients connect to. */
#ifndef HOB_SERVER_LISTENER_H
#define HOB_SERVER_LISTENER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Binds and listens on an IPv4 or IPv6 address. Returns the socket, non-blocking, or a negative
 * errno: -EINVAL if host is not an address.
 */
int listener_open(const char *host, uint16_t port);

/* Writes the URL of the address that the socket is really bound to. Returns 0 or -errno. */
int listener_url(int listener, char *url, size_t size);

#endif
