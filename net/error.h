/* Descriptions of errors: the action, the peer and the cause. */
#ifndef HOB_NET_ERROR_H
#define HOB_NET_ERROR_H

#include "hob/net.h"

/* Sets the text as printf(3) does, cut to what fits. Does nothing if there is no error to set. */
void error_set(hob_error *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same behind the present text. */
void error_append(hob_error *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
