/*
 * The sockets that hob listens on: opened where the options say, or handed over by whoever started
 * it, systemd or a hob before it.
 */
#ifndef HOB_PROGRAM_SOCKETS_H
#define HOB_PROGRAM_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include "hob/address.h"
#include "options.h"

enum {
    FIRST_INHERITED = 3, /* descriptor of the first socket handed over: sd_listen_fds(3) */
};

struct sockets {
    int fds[LISTEN_MAX];
    size_t count;
    hob_socket_file files[LISTEN_MAX]; /* of unix sockets; none for others */
    hob_socket_file admin_file;        /* of the one for operators */
    bool inherited;
    bool shared;       /* whoever handed them over has kept them */
    const char *names; /* LISTEN_FDNAMES, which came with them; NULL if there is none */
    int admin;         /* the one for operators; -1 if there is none */
    int predecessor;   /* a pipe to the hob that handed them over; -1 if none waits for us */
};

/*
 * Opens the socket for operators if the options say where, or takes the one that a hob before this
 * one has handed over. For all others finds the sockets that LISTEN_FDS, LISTEN_PID and
 * LISTEN_FDNAMES in the environment tell of (see sd_listen_fds(3)), or opens those of the options.
 * What is wrong in the environment is printed, and the exit status is EXIT_USAGE. If a socket
 * cannot be opened, prints why and returns false.
 */
bool sockets_open(struct sockets *self, const struct options *options);

/* Writes which files the sockets have made, as HOB_SOCKET_FILES for a process that takes over. */
void sockets_write_files(const struct sockets *self, char *text, size_t size);

/* Room for that: two numbers of 20 digits and two characters for each socket. */
enum { SOCKET_FILES_SIZE = (LISTEN_MAX + 1) * 42 + 1 };

/* For a process that serves no more from them; a hob_server closes its sockets itself. */
void sockets_close(struct sockets *self);

/* Prints a line for each that says where it listens. */
void sockets_print(const struct sockets *self);

#endif
