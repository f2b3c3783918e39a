/* Decodes the body of a response while it is read. */
#ifndef HOB_CLIENT_DECODING_H
#define HOB_CLIENT_DECODING_H

#include <stddef.h>

#include "fetched.h"

/*
 * Prepares decoding if the response has a body and a Content-Encoding, and removes this field and
 * Content-Length, which are about the encoded body. Returns 0, -EPROTO if a coding is not one of
 * those that were asked for, or -ENOMEM.
 */
int decoding_begin(hob_fetched *fetched);

/* Reads as hob_fetched_read() does. */
int decoding_read(struct decoding *self, void *data, size_t size);

/* NULL is ignored. */
void decoding_free(struct decoding *self);

#endif
