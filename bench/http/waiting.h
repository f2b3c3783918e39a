/* Works in which a great many connections wait at the same time. What each costs is the question.
 */
#ifndef HOB_BENCH_WAITING_H
#define HOB_BENCH_WAITING_H

#include <stdint.h>

/* How many wait. A process may not have many more open files. */
#define CROWD_OF_ORDERS  ((size_t)10000)
#define CROWD_OF_STREAMS ((size_t)1000)

/* A stream is so many events, each after a tenth of a second. */
#define EVENTS ((size_t)10)

/*
 * Orders of one second, which arrive spread over so many seconds, or all at once. Prints
 * NAME-served, NAME-late-p50 and -p99, from what was due one second after the order was sent, and
 * NAME-memory, of those that wait with their connections.
 */
void orders_run(const char *name, uint16_t port, const char *pid, double spread);

/* Connections that have been served, and stay. Prints idle-memory. */
void idle_run(uint16_t port, const char *pid);

/*
 * /ping on 64 connections while orders cook that take longer than this. Prints what in_turn_run()
 * does, and cooking-share, the rate in percent of that before there were orders.
 */
void cooking_run(uint16_t port, const char *pid, double seconds);

/* Prints stream-cpu, in microseconds an event, and stream-memory. */
void streams_run(uint16_t port, const char *pid);

#endif
