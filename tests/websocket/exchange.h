/* A client for the cases. */
#ifndef HOB_TESTS_WEBSOCKET_EXCHANGE_H
#define HOB_TESTS_WEBSOCKET_EXCHANGE_H

#include <stddef.h>

/*
 * Connects to this port of 127.0.0.1, opens a WebSocket, sends these frames, and writes what comes
 * back until the end of the connection, or for some seconds, to `seen`.
 */
void websocket_exchange(int port, const char *sent, char *seen, size_t size);

#endif
