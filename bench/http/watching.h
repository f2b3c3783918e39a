/* The cost of a client of the kitchen's feed. */
#ifndef HOB_BENCH_WATCHING_H
#define HOB_BENCH_WATCHING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * /ping on 64 connections while 1,000 orders of noodles are in progress, from a third of their time
 * to the end, with or without a client of the feed. Prints the figures of in_turn_run().
 */
void watching_run(const char *name, uint16_t port, const char *pid, bool watched);

#endif
