/* Options of TCP sockets. */
#ifndef HOB_NET_TCP_H
#define HOB_NET_TCP_H

/* Sets the options that all TCP sockets of hob share. */
void tcp_set_options(int fd);

#endif
