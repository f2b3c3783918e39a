/* Waits for descriptors. See hob_readable(). */
#ifndef HOB_RUNTIME_DESCRIPTOR_H
#define HOB_RUNTIME_DESCRIPTOR_H

#include "list.h"

/*
 * Has libev watch the descriptors of the waits that began in this turn. Called as late as possible:
 * libev ends the process if one is not open when it tells the kernel, and until then it may still
 * be closed. Those are ready with -EBADF.
 */
void descriptors_begin_waits(struct list *new_waits);

#endif
