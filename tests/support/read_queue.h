/* The unread bytes of a socket of this machine. */
#ifndef HOB_TESTS_SUPPORT_READ_QUEUE_H
#define HOB_TESTS_SUPPORT_READ_QUEUE_H

#include <stddef.h>

/* Of the TCP socket at 127.0.0.1 with this port, whose client has the other. 0 if there is none. */
size_t read_queue(unsigned port, unsigned client_port);

#endif
