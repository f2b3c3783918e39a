/* Options of TCP sockets. */
#ifndef HOB_NET_TCP_H
#define HOB_NET_TCP_H

/* Sets what all TCP sockets of hob have in common. */
void tcp_set_options(int fd);

#endif
