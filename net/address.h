/* Addresses as text. */
#ifndef HOB_NET_ADDRESS_H
#define HOB_NET_ADDRESS_H

#include "hob/address.h"

/* Writes the URL of an address, of at most HOB_URL_SIZE bytes. Returns 0, or -EINVAL for others. */
int address_url(const hob_address *address, char *url, size_t size);

#endif
