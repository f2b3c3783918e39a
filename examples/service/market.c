#include "market.h"

#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_get.h"

/* It becomes part of another request: nothing that means something there is let through. */
bool goods_are_valid(const char *goods)
{
    size_t length = strspn(goods, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length <= GOODS_LENGTH_AT_MOST && goods[length] == '\0';
}

/* A price is a number of cents, alone in its line. */
static int read_price(const char *text, long *cents)
{
    char *end;
    *cents = strtol(text, &end, 10);
    return end > text && strcmp(end, "\n") == 0 && *cents >= 0 ? 0 : -EPROTO;
}

static int ask(struct offer *self)
{
    char path[GOODS_LENGTH_AT_MOST + 2], text[32];
    snprintf(path, sizeof(path), "/%s", self->goods);
    int status = http_get(self->market->address, path, text, sizeof(text));
    if (status < 0)
        return status;
    return status == 200 ? read_price(text, &self->cents) : -ENODATA;
}

int ask_market(void *offer)
{
    struct offer *self = offer;
    hob_deadline(self->patience); /* ends with this coroutine */
    self->result = ask(self);
    return self->result == -ECANCELED ? -ECANCELED : 0;
}
