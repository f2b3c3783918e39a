/* What OpenSSL has failed with, as text. */
#ifndef HOB_NET_TLS_REASON_H
#define HOB_NET_TLS_REASON_H

/* Says what an error code of ERR_get_error(3ssl) means. The text lives as long as the program. */
const char *reason_text(unsigned long code);

#endif
