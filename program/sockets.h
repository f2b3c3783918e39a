/*
 * The listening sockets: opened at the addresses of the options, or inherited from the process that
 * started this one, which is systemd or the like, or the old process of a restart.
 */
#ifndef HOB_PROGRAM_SOCKETS_H
#define HOB_PROGRAM_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/address.h"
#include "options.h"

enum {
    FIRST_INHERITED = 3, /* the descriptor of the first inherited socket: sd_listen_fds(3) */
};

/* Variables of the environment that describe inherited sockets, as sockets_open() reads them. */
enum { SOCKET_VARIABLES = 7 };

/* Whether the name, which has `length` characters, is that of such a variable. */
bool sockets_is_variable(const char *name, size_t length);

struct sockets {
    int fds[LISTEN_MAX]; /* for clients */
    size_t count;
    bool https[LISTEN_MAX];            /* whether their clients need TLS */
    hob_socket_file files[LISTEN_MAX]; /* of unix sockets; zero for others */
    int admin;                         /* of --admin; -1 if there is none */
    hob_socket_file admin_file;
    bool inherited;    /* those for clients are */
    bool shared;       /* the process that passed them on has them too */
    const char *names; /* LISTEN_FDNAMES, which came with them; NULL if there is none */
    int ready;         /* a pipe to the parent, which awaits a report (child.h); -1 if none does */
};

/*
 * Finds the sockets that LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES describe (sd_listen_fds(3)) and
 * those of a restart, and opens the ones that the options name besides. If the environment is
 * wrong, prints why and exits with EXIT_USAGE. If a socket cannot be opened, prints why and returns
 * false.
 */
bool sockets_open(struct sockets *self, const struct options *options);

/* Writes the device and inode of each socket's file, as HOB_SOCKET_FILES for a new process. */
void sockets_write_files(const struct sockets *self, char *text, size_t size);

/* Room for that: two numbers of 20 digits and two characters for each socket. */
enum { SOCKET_FILES_SIZE = (LISTEN_MAX + 1) * 42 + 1 };

/* For a process without a server: a hob_server closes its own sockets. */
void sockets_close(struct sockets *self);

/* Prints a line for each socket with its URL. */
void sockets_print(const struct sockets *self);

#endif
