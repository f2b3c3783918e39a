/*
 * Connections on which a server gets bytes, and then a probe that shows whether it still serves the
 * connection. All of them run at once, so that it takes no longer than one.
 */
#ifndef HOB_TESTS_CONFORMANCE_TALK_H
#define HOB_TESTS_CONFORMANCE_TALK_H

#include <stdbool.h>
#include <stddef.h>

struct talk {
    char *bytes; /* to send */
    size_t size;

    char *input; /* that was received, ended by NUL; NULL if there is none */
    size_t length;
    size_t before_probe; /* of it, received before the probe was sent */
    bool ended;          /* by the server */
    bool ended_before_probe;
    int fd;
};

/* Returns false if the server cannot be reached. */
bool talks_hold(
    struct talk *talks, size_t count, const char *host, const char *port, const char *probe,
    size_t probe_size);

/* Frees the bytes of each, and what was received. */
void talks_free(struct talk *talks, size_t count);

#endif
