/* GET /trace.json: what happens in the kitchen in the next seconds, for trace viewers. */
#ifndef HOB_HANDLERS_TRACE_FILE_H
#define HOB_HANDLERS_TRACE_FILE_H

#include "hob/server.h"

/*
 * Replies with the Trace Event Format that Perfetto and speedscope open: a track for the cook
 * and one for each order. ?seconds=5 is how long to record, 1 to 60.
 */
hob_handler serve_trace;

#endif
