/* Texts that say what was being done with which peer, and what failed. */
#ifndef HOB_NET_ERROR_H
#define HOB_NET_ERROR_H

#include "hob/net.h"

/* Sets the text as printf(3) does, cut to what fits. Does nothing if there is no error to set. */
void error_set(hob_error *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same behind the text that is there. */
void error_append(hob_error *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
