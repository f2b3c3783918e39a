/*
 * Connections that ask again as soon as they are answered.
 *
 * They are read in turn, each when its answer is due, in the order in which they asked. That is all
 * a client can leave out: two system calls a request, no look-up of who is ready, no sleep. An
 * answer that overtakes another is thus seen when that has come, too.
 */
#ifndef HOB_BENCH_IN_TURN_H
#define HOB_BENCH_IN_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/http/connection.h"

struct in_turn {
    const char *name; /* of the work: what is printed begins with it */
    uint16_t port;
    const char *pid; /* of the server */
    double seconds;
    size_t connections;
    const char *request;
    size_t request_size;
    struct content content; /* that it is answered with */
    size_t depth;           /* so many requests are sent at once, and then their answers are read */
    bool reconnects;        /* each request on a new connection, which the server closes */
};

/*
 * Prints NAME-rate, -p50, -p99, -p999, -cpu, -user, -system and -busy. Returns the rate. The time
 * is that of all of the requests that were sent at once, and of connecting, where each does.
 */
double in_turn_run(const struct in_turn *work);

#endif
