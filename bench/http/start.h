/* The time from the start of a server to its first response. */
#ifndef HOB_BENCH_START_H
#define HOB_BENCH_START_H

#include <stdint.h>

/*
 * Runs a command that serves on this port, and ends it after its first response. Prints start-time,
 * from its fork to that response, and start-memory, its resident memory then.
 */
void start_run(uint16_t port, char *const *command);

#endif
