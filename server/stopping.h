/* Those that want to know when the server begins to stop. See hob_server_until_stopping(). */
#ifndef HOB_SERVER_STOPPING_H
#define HOB_SERVER_STOPPING_H

#include "server.h"

/* Makes the futures ready that it has returned. */
void tell_stopping(hob_server *server);

#endif
