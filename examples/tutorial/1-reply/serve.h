/* serve.h: runs a server until it is stopped. */
#ifndef SERVE_H
#define SERVE_H

#include <hob/hob.h>

/* Serves these routes at an address such as "127.0.0.1:8080". Returns the program's exit status. */
int serve(const char *address, const hob_route *routes, size_t count);

#endif
