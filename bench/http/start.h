/* How soon a server that is started answers. */
#ifndef HOB_BENCH_START_H
#define HOB_BENCH_START_H

#include <stdint.h>

/*
 * Runs a command, which is to serve on this port, and ends it after its first answer. Prints
 * start-time, from its fork to that answer, and start-memory, what is resident then.
 */
void start_run(uint16_t port, char *const *command);

#endif
