/* How one connection's requests are served, from the first byte until there is nothing to read. */
#ifndef HOB_SERVER_SERVE_H
#define HOB_SERVER_SERVE_H

#include "runtime/task.h"

/* Of that task. */
extern const struct task_role serve_role;

/* The task of a struct connection that has become readable: reads, answers, closes or idles. */
int serve_connection(void *arg);

#endif
