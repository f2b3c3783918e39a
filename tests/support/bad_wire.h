/*
 * A wire between two network namespaces that delays, reorders and loses packets, like tc-netem(8),
 * which few kernels of virtual machines have. Needs root and /dev/net/tun.
 */
#ifndef HOB_TESTS_SUPPORT_BAD_WIRE_H
#define HOB_TESTS_SUPPORT_BAD_WIRE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#define WIRE_NEAR_ADDRESS "10.77.0.1"
#define WIRE_FAR_ADDRESS  "10.77.0.2"

struct packet;

struct bad_wire {
    double
        shortest_delay; /* seconds; each packet has one of its own, so they overtake each other */
    double longest_delay;
    double loss; /* how many of the packets, from 0 to 1 */

    int ends[2];          /* the near one and the far one */
    int namespaces[2];    /* that they lie in */
    struct packet *first; /* on their way, the one due first */
    unsigned random;
    pthread_t thread;
    atomic_bool over;
    size_t carried;
    size_t lost;
    size_t overtaken;
};

/*
 * Puts this process, which must have one thread, into the near namespace. The delays and the loss
 * are the caller's to set before. Returns 0 or a negative errno: such as -EPERM, -ENOENT.
 */
int wire_open(struct bad_wire *self);

/*
 * Begins to carry packets, on a thread of its own: when all processes have been started, since one
 * that is forked while the thread holds a lock of a sanitizer waits for that lock without end.
 * Returns 0 or a negative errno.
 */
int wire_carry(struct bad_wire *self);

/* From now on sockets of this thread, and processes it starts, are at the far end, or the near. */
void wire_go_far(const struct bad_wire *self);
void wire_go_near(const struct bad_wire *self);

void wire_close(struct bad_wire *self);

#endif
