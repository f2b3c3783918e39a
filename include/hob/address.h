/*
 * hob/address.h: where a server listens, and where a client finds it.
 *
 * Addresses are written "127.0.0.1:8080", "[::1]:8080" or "unix:/run/hob.sock". Names of hosts are
 * none: they may stand for several addresses, and looking them up takes time.
 */
#ifndef HOB_ADDRESS_H
#define HOB_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An address as bind(2) and connect(2) take it. */
typedef struct {
    union {
        struct sockaddr any; /* sa_family tells which of the others it is */
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
        struct sockaddr_un local;
    };
    socklen_t length; /* of the one that it is */
} hob_address;

/* Room for any URL that hob_socket_url() writes. */
#define HOB_URL_SIZE 128

/* Room for any text that hob_request_peer() writes (hob/server.h). */
#define HOB_PEER_SIZE 64

/*
 * Reads an address. Port 0 stands for any that is free. Returns 0, -EINVAL if the text is none of
 * the three, or -ENAMETOOLONG if the path of a socket has more than 107 bytes (see unix(7)).
 */
int hob_address_parse(const char *text, hob_address *address);

/*
 * Whether it is an address by which a machine reaches only itself: IPv6's loopback address, or one
 * of 127.0.0.0/8, also as an IPv4-mapped IPv6 address. False for unix sockets.
 */
bool hob_address_is_loopback(const hob_address *address);

/*
 * Opens a socket that listens on an address, for hob_server_options.sockets: clients can connect
 * from now on, and wait until a server runs. The file of a unix socket whose server is dead is
 * replaced; of several that listen on one path at once one succeeds, which may take a moment. The
 * umask and the folder decide who may connect. IPv6's "[::]" takes IPv4 clients too, unless the
 * system is set up otherwise (net.ipv6.bindv6only).
 *
 * Returns the socket, which is non-blocking and closed on exec, or what hob_address_parse(),
 * socket(2), bind(2) and listen(2) failed with: -EADDRINUSE if the port is taken, or if a server
 * listens on the unix socket, -EEXIST if the path is something other than a socket, -EACCES if the
 * port is privileged or the folder is not writable, -EADDRNOTAVAIL if the address is not one of
 * this machine.
 */
int hob_listen(const char *address);

/*
 * Opens `count` sockets at once, as hob_listen() does each, and sets sockets[i] for addresses[i].
 * If an IPv4 address with the same port is among them, "[::]" takes IPv6 clients alone, so that
 * "0.0.0.0:80" and "[::]:80" may be named together. Returns 0, or what hob_listen() fails with:
 * then *failed is the index of the address, and the sockets before it are closed and their files
 * removed.
 */
int hob_listen_all(const char *const *addresses, size_t count, int *sockets, size_t *failed);

/* The file of a unix socket, whatever is at its path. All zero means no file. */
typedef struct {
    uint64_t device; /* st_dev of stat(2) */
    uint64_t inode;  /* st_ino */
} hob_socket_file;

/*
 * Finds the file at the path of a unix socket that listens: right after hob_listen() it is the one
 * that this has made. For hob_server_options.socket_files, when sockets are handed to another
 * process. Returns 0, -EINVAL if the socket has no path, or a negative errno of lstat(2).
 */
int hob_socket_file_of(int fd, hob_socket_file *file);

/*
 * Writes where a listening socket really listens: "http://127.0.0.1:8080/", "http://[::1]:8080/",
 * "unix:/run/hob.sock", or "unix:@name" for an abstract one. Returns 0, -EBADF, -ENOTSOCK, or
 * -EINVAL if it is not a stream socket of these kinds that listens.
 */
int hob_socket_url(int fd, char *url, size_t size);

#ifdef __cplusplus
}
#endif

#endif
