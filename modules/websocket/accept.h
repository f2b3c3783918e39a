/* Sec-WebSocket-Accept: the proof that the server speaks this protocol (RFC 6455 section 4.2.2). */
#ifndef HOB_MODULES_WEBSOCKET_ACCEPT_H
#define HOB_MODULES_WEBSOCKET_ACCEPT_H

#include <stdbool.h>

/* Bytes of the value, with its NUL. */
enum { ACCEPT_SIZE = 29 };

/* Whether this is the value of Sec-WebSocket-Key: 16 bytes in Base64 (RFC 4648 section 4). */
bool accept_is_key(const char *key);

/* Writes the value for a key. */
void accept_for(const char *key, char value[ACCEPT_SIZE]);

#endif
