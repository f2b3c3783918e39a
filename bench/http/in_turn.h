/*
 * Connections that send the next request when they have received a response.
 *
 * The client reads them in the order of their requests. It needs the least possible: two system
 * calls a request, no search for ready connections, no sleep. A response that overtakes another one
 * is therefore counted only after that one.
 */
#ifndef HOB_BENCH_IN_TURN_H
#define HOB_BENCH_IN_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/http/connection.h"

struct in_turn {
    const char *name; /* of the workload, which begins each printed name */
    uint16_t port;
    const char *pid; /* of the server */
    double seconds;
    size_t connections;
    const char *request;
    size_t request_size;
    struct content content; /* the content of its response */
    size_t depth;    /* the number of requests that are sent before their responses are read */
    bool reconnects; /* each request on a new connection, which the server closes */
};

/*
 * Prints NAME-rate, -p50, -p99, -p999, -cpu, -user, -system and -busy. Returns the rate. A time is
 * that of all requests that are sent at once, including the connect if each request has its own.
 */
double in_turn_run(const struct in_turn *work);

#endif
