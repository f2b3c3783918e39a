/* The length of a run of bytes of one kind. Looks at 16 bytes at a time. */
#ifndef HOB_BASE_SPAN_H
#define HOB_BASE_SPAN_H

#include <stddef.h>

/*
 * Returns how many bytes at the beginning are ASCII letters or "-". May stop early, but not before
 * the last 15 bytes: the caller checks what follows.
 */
size_t span_letters(const char *text, size_t size);

enum { SPAN_ROOM = 16 };

/*
 * Copies the bytes at the beginning that are neither control characters nor DEL; a tab counts as
 * printable. Returns how many. Behind them there must be room for SPAN_ROOM more.
 */
size_t span_copy_printable(char *to, const char *text, size_t size);

#endif
