/* How https is preferred to http: by a redirect, and by HSTS. */
#ifndef HOB_PROGRAM_SECURE_H
#define HOB_PROGRAM_SECURE_H

#include "hob/server.h"

/* hob_request_context() is a struct service. */
hob_handler serve_securely;

#endif
