/* ask.h: one question to another server, and its answer. */
#ifndef ASK_H
#define ASK_H

#include <stddef.h>

/*
 * Asks the server at an address for a path, by GET. The content of the answer is written to
 * `answer` as a string. Returns the status, such as 200, or a negative errno: -EMSGSIZE if there is
 * no room for the answer, -EPROTO if it is no HTTP.
 */
int ask(const char *address, const char *path, char *answer, size_t size);

#endif
