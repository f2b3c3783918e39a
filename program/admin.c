#include "admin.h"

#include "handlers/routes.h"

/* Operators and their tools are few. */
#define CONNECTION_LIMIT 64

/* Seconds: at the end of the first server, requests of operators are not worth a longer wait. */
#define GRACE    1
#define NO_GRACE (-1.0)

int admin_open(
    struct admin *self, struct kitchen *kitchen, const hob_server_options *clients,
    const struct sockets *sockets)
{
    hob_server_options settings = *clients;
    int err = routes_for_operators(kitchen, &self->router);
    if (err < 0)
        return err;
    settings.handler = hob_router_handle;
    settings.router = self->router;
    settings.sockets = &sockets->admin;
    settings.socket_files = &sockets->admin_file;
    settings.socket_count = 1;
    settings.shared = false;
    settings.handle_signals = false;
    settings.connection_limit = CONNECTION_LIMIT;
    settings.drain_delay = 0;
    settings.grace = GRACE;
    settings.idle_grace = NO_GRACE;
    return hob_server_open(&settings, &self->server);
}

void admin_close(struct admin *self)
{
    hob_server_close(self->server);
    hob_router_free(self->router);
}
