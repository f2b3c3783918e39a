/*
 * hob/address.h: where a server listens, and where a client finds it.
 *
 * Addresses are written "127.0.0.1:8080", "[::1]:8080" or "unix:/run/hob.sock". Names of hosts are
 * not accepted: they may have several addresses, and a look-up takes time.
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
        struct sockaddr any; /* sa_family selects one of the others */
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
        struct sockaddr_un local;
    };
    socklen_t length; /* of the selected one */
} hob_address;

/* Room for any URL that hob_socket_url() writes. */
#define HOB_URL_SIZE 128

/* Room for any text that hob_request_peer() writes (hob/request.h). */
#define HOB_PEER_SIZE 64

/*
 * Parses an address. Port 0 means any free port. Returns 0, -EINVAL if the text is none of the
 * three, or -ENAMETOOLONG if the path of a socket has more than 107 bytes (see unix(7)).
 */
int hob_address_parse(const char *text, hob_address *address);

/*
 * Returns whether it is a loopback address: ::1, or one of 127.0.0.0/8, also as an IPv4-mapped IPv6
 * address. False for unix sockets.
 */
bool hob_address_is_loopback(const hob_address *address);

/* A range of addresses, or all unix sockets. */
typedef struct {
    sa_family_t family;      /* AF_INET, AF_INET6 or AF_UNIX */
    unsigned char bytes[16]; /* the first address, in network byte order */
    unsigned bits;           /* how many leading bits all addresses share */
} hob_network;

/*
 * Parses a range of addresses: "10.0.0.0/8" or "2001:db8::/32" (CIDR, RFC 4632), one address, or
 * "unix:" for the clients of unix sockets. Returns 0, -EINVAL if the text is none of these, or
 * -ERANGE if the address has bits beyond the prefix, as "10.0.0.1/8" has.
 */
int hob_network_parse(const char *text, hob_network *network);

/* Returns whether the range has an address. An IPv4-mapped IPv6 address counts as its IPv4 one. */
bool hob_network_has(const hob_network *network, const hob_address *address);

/*
 * Opens a socket that listens on an address, for hob_server_options.sockets: clients can connect
 * from now on, and wait until a server runs. Replaces the file of a unix socket whose server has
 * ended; if several processes listen on one path at once, one of them succeeds, which may take a
 * moment. The umask and the permissions of the folder define who may connect. "[::]" accepts IPv4
 * clients too, unless the system's net.ipv6.bindv6only is set.
 *
 * Returns the socket, which is non-blocking and closed on exec, or an error of
 * hob_address_parse(), socket(2), bind(2) or listen(2): -EADDRINUSE if the port is in use, or if a
 * server listens on the unix socket, -EEXIST if the path is not a socket, -EACCES if the
 * port is privileged or the folder is not writable, -EADDRNOTAVAIL if the address is not one of
 * this machine.
 */
int hob_listen(const char *address);

/*
 * Opens `count` sockets, like hob_listen(), and sets sockets[i] for addresses[i]. If an IPv4
 * address with the same port is among them, "[::]" accepts only IPv6 clients, so that "0.0.0.0:80"
 * and "[::]:80" can be used together. Returns 0, or an error of hob_listen(): then *failed is the
 * index of the address, and the sockets before it are closed and their files removed.
 */
int hob_listen_all(const char *const *addresses, size_t count, int *sockets, size_t *failed);

/* Identifies the file of a unix socket. All zero means no file. */
typedef struct {
    uint64_t device; /* st_dev of stat(2) */
    uint64_t inode;  /* st_ino */
} hob_socket_file;

/*
 * Finds the file at the path of a listening unix socket: right after hob_listen() it is the new
 * file. For hob_server_options.socket_files, when sockets are passed to another process. Returns 0,
 * -EINVAL if the socket has no path, or a negative errno of lstat(2).
 */
int hob_socket_file_of(int fd, hob_socket_file *file);

/*
 * Writes the actual address of a listening socket: "http://127.0.0.1:8080/", "http://[::1]:8080/",
 * "unix:/run/hob.sock", or "unix:@name" for an abstract one. Returns 0, -EBADF, -ENOTSOCK, or
 * -EINVAL if it is not a stream socket of these kinds that listens.
 */
int hob_socket_url(int fd, char *url, size_t size);

/* The same for a socket whose server has TLS: "https://127.0.0.1:8443/". */
int hob_socket_https_url(int fd, char *url, size_t size);

#ifdef __cplusplus
}
#endif

#endif
