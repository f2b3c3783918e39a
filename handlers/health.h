/*
 * What whoever watches over the server asks: does it live, and is it to be sent clients? A server
 * that stops lives on for a while, but is not ready.
 */
#ifndef HOB_HANDLERS_HEALTH_H
#define HOB_HANDLERS_HEALTH_H

#include "hob/server.h"

hob_handler serve_health;    /* 200: it answers, so it lives */
hob_handler serve_readiness; /* 200, and 503 once the server has been told to stop */

#endif
