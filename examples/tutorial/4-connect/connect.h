/* connect.h: a connection to another server. */
#ifndef CONNECT_H
#define CONNECT_H

/*
 * Connects to an address such as "127.0.0.1:8081". Returns a socket that does not block, and that
 * the caller closes, or a negative errno.
 */
int connect_to(const char *address);

#endif
