#include "market.h"

#include <errno.h>
#include <hob/hob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It becomes part of another request: nothing that means something there is let through. */
bool goods_are_valid(const char *goods)
{
    size_t length = strspn(goods, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return length > 0 && length <= GOODS_LENGTH_MAX && goods[length] == '\0';
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
    char url[SITE_LENGTH_MAX + sizeof("/") + GOODS_LENGTH_MAX];
    const struct market *market = self->market;
    snprintf(url, sizeof(url), "%s/%s", market->site ? market->site : "http://market", self->goods);
    const hob_fetch_request request = {.url = url, .address = market->address};
    hob_fetched *answer; /* ends with this coroutine */
    int err = hob_fetch_with(self->client, &request, &answer);
    if (err < 0)
        return err;
    if (hob_fetched_status(answer) != 200)
        return -ENODATA;
    hob_bytes text;
    err = hob_fetched_body(answer, &text);
    if (err == 0)
        err = read_price(text.data, &self->cents);
    hob_bytes_free(&text);
    return err;
}

int ask_market(void *offer)
{
    struct offer *self = offer;
    hob_deadline(self->patience); /* ends with this coroutine */
    self->result = ask(self);
    return self->result == -ECANCELED ? -ECANCELED : 0;
}
