/* Workloads with many waiting connections, which measure the cost of each. */
#ifndef HOB_BENCH_WAITING_H
#define HOB_BENCH_WAITING_H

#include <stdint.h>

/* The number of connections. A process cannot open many more files. */
#define CROWD_OF_ORDERS  ((size_t)10000)
#define CROWD_OF_STREAMS ((size_t)1000)

/* The number of events of a stream; each is sent after a tenth of a second. */
#define EVENTS ((size_t)10)

/*
 * Orders of one second, which are sent within this many seconds, or all at once. Prints
 * NAME-served, NAME-late-p50 and -p99, relative to one second after the order was sent, and
 * NAME-memory, for a waiting order with its connection.
 */
void orders_run(const char *name, uint16_t port, const char *pid, double spread);

/* Idle connections after one response. Prints idle-memory. */
void idle_run(uint16_t port, const char *pid);

/*
 * /ping on 64 connections while orders are in progress that take longer than this. Prints the
 * figures of in_turn_run(), and cooking-share, the rate in percent of that without orders.
 */
void cooking_run(uint16_t port, const char *pid, double seconds);

/* Prints stream-cpu, in microseconds an event, and stream-memory. */
void streams_run(uint16_t port, const char *pid);

#endif
