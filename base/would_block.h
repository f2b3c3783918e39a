/* Calls on descriptors that do not block. */
#ifndef HOB_BASE_WOULD_BLOCK_H
#define HOB_BASE_WOULD_BLOCK_H

#include <errno.h>
#include <stdbool.h>

/*
 * Whether a call that has failed with this errno is to be repeated when the descriptor is ready: it
 * would block, or a signal has interrupted it.
 */
static inline bool would_block(int err)
{
    return err == EAGAIN || err == EWOULDBLOCK || err == EINTR;
}

#endif
