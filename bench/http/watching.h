/* What it costs hob that somebody watches its kitchen. */
#ifndef HOB_BENCH_WATCHING_H
#define HOB_BENCH_WATCHING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * /ping on 64 connections while 1,000 orders of noodles cook, from a third of their time on to the
 * end, watched by one client or by nobody. Prints what in_turn_run() does.
 */
void watching_run(const char *name, uint16_t port, const char *pid, bool watched);

#endif
