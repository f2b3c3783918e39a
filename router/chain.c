#include "chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hob/log.h"

int refuse_next(hob_request *req, hob_response *res)
{
    const char *route = hob_request_route(req);
    (void)res;
    hob_log(
        HOB_LOG_ERROR,
        "hob_next() was called by the handler of \"%s\": only middleware may do that",
        route ? route : "no route");
    return -EPROTO;
}

int chain_reserve(struct chain *self)
{
    hob_handler **larger = realloc(self->functions, (self->count + 2) * sizeof(*larger));
    if (!larger)
        return -ENOMEM;
    self->functions = larger;
    return 0;
}

void chain_insert(struct chain *self, size_t index, hob_handler *function)
{
    hob_handler **place = self->functions + index;
    memmove(place + 1, place, (self->count - index) * sizeof(*place));
    *place = function;
    self->count++;
    self->functions[self->count] = refuse_next;
}

int chain_append(struct chain *self, hob_handler *function)
{
    int err = chain_reserve(self);
    if (err == 0)
        chain_insert(self, self->count, function);
    return err;
}

void chain_free(struct chain *self)
{
    free(self->functions);
    *self = (struct chain){0};
}
