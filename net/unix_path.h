/* The file of a unix socket: creation, identification and removal. See unix(7). */
#ifndef HOB_NET_UNIX_PATH_H
#define HOB_NET_UNIX_PATH_H

#include "hob/address.h"

/*
 * Binds a socket to a path and listens. Replaces the file of a server that has ended. If several
 * processes do so at once, one gets the path: each locks the folder meanwhile, if it may read it.
 * Returns 0 or an error of hob_listen().
 */
int unix_path_listen(int fd, const hob_address *address);

/* Finds the file that is at the path now. Returns 0 or a negative errno of lstat(2). */
int unix_path_file(const char *path, hob_socket_file *file);

/* Removes the file at the path if it is this one. */
void unix_path_remove(const char *path, const hob_socket_file *file);

#endif
